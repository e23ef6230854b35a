namespace HwBridge.Backups.Storage;

/// <summary>A backup in the compact form, as small as it gets.</summary>
/// <param name="File">An age file.</param>
/// <param name="WithSlashingProtection">Whether the document's history is inside.</param>
/// <param name="WithDepositData">Whether the document's deposit data are inside.</param>
public sealed record PackedBackup(byte[] File, bool WithSlashingProtection, bool WithDepositData);
