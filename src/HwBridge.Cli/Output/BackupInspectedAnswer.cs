using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup inspect</c>.</summary>
internal sealed record BackupInspectedAnswer(
    string File,
    string Format,
    bool Armored,
    long Size,
    string Sha256,
    long PlaintextSize,
    bool Padded,
    long MaxValidators,
    int Recipients,
    int? Threshold,
    string? Shares,
    IReadOnlyList<StanzaCountAnswer> Stanzas,
    bool HasTags,
    bool HasDigest,
    bool? FitsDigest,
    bool FromHwBridge)
{
    internal static BackupInspectedAnswer Of(BackupInspection found) => new(
        found.File,
        found.Format,
        found.IsArmored,
        found.Size,
        found.Sha256,
        found.PlaintextSize,
        found.IsPadded,
        found.MaxValidators,
        found.Recipients,
        found.Threshold,
        found.Shares,
        [.. found.Stanzas.Select(pair => new StanzaCountAnswer(pair.Key, pair.Value))],
        found.HasTags,
        found.HasDigest,
        found.FitsDigest,
        found.IsFromHwBridge);
}
