namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup share</c>.</summary>
internal sealed record BackupSharedAnswer(string File, string Backup, int Share, string? Holder, string For);
