namespace HwBridge.Cli.Output;

/// <summary>Which indices a scan covered.</summary>
internal sealed record ScanAnswer(uint First, uint Last, int Hits, int Misses);
