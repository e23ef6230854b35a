namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup import</c>.</summary>
internal sealed record BackupImportedAnswer(string File, string Device, string Backup, long Size, string Sha256, IReadOnlyList<int> Slots);
