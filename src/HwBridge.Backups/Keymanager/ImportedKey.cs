namespace HwBridge.Backups.Keymanager;

/// <summary>One key of a backup and what the validator client made of it.</summary>
/// <param name="Validator">The key.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Message">The client's words, or ours about them; null where there is nothing to say.</param>
public sealed record ImportedKey(BackupValidator Validator, ImportStatus Status, string? Message)
{
    /// <summary>Whether the client has the key.</summary>
    public bool IsThere => Status is ImportStatus.Imported or ImportStatus.Duplicate;
}
