using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup create</c>.</summary>
internal sealed record BackupCreatedAnswer(
    IReadOnlyList<string> Files,
    long Size,
    string Sha256,
    int Recipients,
    int Threshold,
    IReadOnlyList<BackedUpKeyAnswer> Validators,
    HistoryAnswer? SlashingProtection)
{
    internal static BackupCreatedAnswer Of(BackupReceipt receipt, BackupRequest request) => new(
        receipt.Files,
        receipt.Size,
        receipt.Sha256,
        request.Shares?.Holders.Count() ?? request.Recipients.Count,
        request.Shares?.Threshold ?? 1,
        [.. receipt.Validators.Select(validator => new BackedUpKeyAnswer(validator.PublicKey.ToString(), validator.Path?.ToString()))],
        HistoryAnswer.Of(receipt));
}
