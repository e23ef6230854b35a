namespace HwBridge.Backups.Sharing;

/// <summary>A file that a participant sent.</summary>
/// <param name="Source">What to call it in messages.</param>
/// <param name="Bytes">An age file, binary or armored.</param>
public sealed record ShareFile(string Source, ReadOnlyMemory<byte> Bytes);
