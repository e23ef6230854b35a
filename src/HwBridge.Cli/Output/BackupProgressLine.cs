using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>The progress of creating or opening a backup.</summary>
internal sealed class BackupProgressLine(Answer answer) : IProgress<BackupProgress>, IDisposable
{
    private readonly ProgressLine _line = new(answer);

    public void Report(BackupProgress value) => _line.Report(value.Stage switch
    {
        BackupStage.Decrypting => $"decrypting keystores: {value.Done} of {value.Total}",
        BackupStage.Writing => $"writing and verifying copies: {value.Done} of {value.Total}",
        BackupStage.Encrypting => $"encrypting keystores: {value.Done} of {value.Total}",
        BackupStage.Sending => $"sending keystores: {value.Done} of {value.Total}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    });

    public void Dispose() => _line.Dispose();
}
