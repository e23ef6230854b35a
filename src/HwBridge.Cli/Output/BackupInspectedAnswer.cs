using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup inspect</c>.</summary>
internal sealed record BackupInspectedAnswer(
    string File,
    string Format,
    bool Armored,
    long Size,
    long PlaintextSize,
    int Recipients,
    int? Threshold,
    string? Shares,
    IReadOnlyList<StanzaCountAnswer> Stanzas,
    bool HasTags,
    bool HasDigest)
{
    internal static BackupInspectedAnswer Of(BackupInspection found) => new(
        found.File,
        found.Format,
        found.IsArmored,
        found.Size,
        found.PlaintextSize,
        found.Recipients,
        found.Threshold,
        found.Shares,
        [.. found.Stanzas.Select(pair => new StanzaCountAnswer(pair.Key, pair.Value))],
        found.HasTags,
        found.HasDigest);
}
