namespace HwBridge.Backups;

/// <summary>What is being done, for a progress display.</summary>
public enum BackupStage
{
    /// <summary>Keystores are decrypted and checked.</summary>
    Decrypting,

    /// <summary>Copies of the backup are written, read back and verified.</summary>
    Writing,

    /// <summary>Keystores are encrypted under the new password, written, read back and decrypted again.</summary>
    Encrypting,

    /// <summary>Keystores are sent to a validator client.</summary>
    Sending,
}
