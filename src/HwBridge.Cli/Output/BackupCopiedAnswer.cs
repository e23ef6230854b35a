namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup copy</c>.</summary>
internal sealed record BackupCopiedAnswer(string Backup, string Sha256, IReadOnlyList<MadeCopyAnswer> Copies);
