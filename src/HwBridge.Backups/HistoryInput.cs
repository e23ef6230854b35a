namespace HwBridge.Backups;

/// <summary>A slashing-protection history to keep with the keys.</summary>
/// <param name="Source">The file's name, for faults.</param>
/// <param name="Json">The file's bytes, as EIP-3076 has them.</param>
public sealed record HistoryInput(string Source, ReadOnlyMemory<byte> Json);
