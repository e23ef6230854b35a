namespace HwBridge.Backups;

/// <summary>Keystores that were written, read back and decrypted again.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Keystores">Each file's name and whose it is, in the order of the document.</param>
/// <param name="OtherFiles">The names of what the backup held besides: slashing protection, deposit data.</param>
public sealed record RestoreReceipt(
    string Folder, IReadOnlyList<KeyValuePair<string, BackupValidator>> Keystores, IReadOnlyList<string> OtherFiles);
