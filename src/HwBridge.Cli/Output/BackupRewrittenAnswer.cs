namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup rewrap</c>, and of <c>backup refresh</c> that wrote a file.</summary>
internal sealed record BackupRewrittenAnswer(string File, long Size, int Recipients, bool ReadFromDisk, string? Created);
