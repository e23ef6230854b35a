namespace HwBridge.Cli.Output;

/// <summary>The backup that <c>check --backup</c> opened.</summary>
internal sealed record CheckedBackupAnswer(string File, int Validators);
