namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup export</c>.</summary>
internal sealed record BackupExportedAnswer(
    string Device,
    string Backup,
    long Size,
    int Recipients,
    int Validators,
    IReadOnlyList<int> Slots,
    bool SlashingProtection,
    bool DepositData);
