namespace HwBridge.Backups.Storage;

/// <summary>A part of a backup file that is spread over several slots of a device.</summary>
/// <param name="Backup">Which file: the first 8 bytes of its SHA-256, in 16 hex digits.</param>
/// <param name="Number">1 for the part with the file's beginning.</param>
/// <param name="Count">How many parts there are.</param>
/// <param name="FileSize">The size of the whole file in bytes.</param>
/// <param name="Data">The part's own bytes.</param>
internal sealed record StoredPart(string Backup, int Number, int Count, int FileSize, ReadOnlyMemory<byte> Data);
