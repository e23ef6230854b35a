namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup repair</c>.</summary>
internal sealed record BackupRepairedAnswer(string File, long Size, int ChangedBytes);
