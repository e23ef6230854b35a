namespace HwBridge.Backups.Storage;

/// <summary>A backup on a device: written there and read back, or read from there.</summary>
/// <param name="Backup">Its name: the first 8 bytes of the file's SHA-256, in hex.</param>
/// <param name="File">The whole age file.</param>
/// <param name="Slots">The slots' numbers, in the order of the parts.</param>
public sealed record StorageReceipt(string Backup, ReadOnlyMemory<byte> File, IReadOnlyList<int> Slots);
