namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>check</c>.</summary>
internal sealed record CheckAnswer(
    string Result,
    int Expected,
    int Matched,
    IReadOnlyList<CheckedKeyAnswer> Keys,
    IReadOnlyList<UnexpectedKeyAnswer> Unexpected,
    ScanAnswer? Scanned,
    DeviceAnswer? Device,
    CheckedBackupAnswer? Backup,
    IReadOnlyList<DepositAnswer> Deposits,
    CheckedSeedAnswer? Seed)
{
    internal const string Match = "match";
    internal const string Mismatch = "mismatch";
}
