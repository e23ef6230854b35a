using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup create</c>.</summary>
internal sealed record BackupCreatedAnswer(
    IReadOnlyList<string> Files,
    long Size,
    string Sha256,
    int Recipients,
    IReadOnlyList<BackedUpKeyAnswer> Validators,
    HistoryAnswer? SlashingProtection)
{
    internal static BackupCreatedAnswer Of(BackupReceipt receipt, int recipients) => new(
        receipt.Files,
        receipt.Size,
        receipt.Sha256,
        recipients,
        [.. receipt.Validators.Select(validator => new BackedUpKeyAnswer(validator.PublicKey.ToString(), validator.Path?.ToString()))],
        HistoryAnswer.Of(receipt));
}
