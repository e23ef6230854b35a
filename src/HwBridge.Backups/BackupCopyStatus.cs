namespace HwBridge.Backups;

/// <summary>What is known of one copy without a key.</summary>
public enum BackupCopyStatus
{
    /// <summary>Its bytes are those of its digest.</summary>
    Intact,

    /// <summary>Well-formed, but it has no digest (another program wrote it): only opening it tells more.</summary>
    Plausible,

    /// <summary>Well-formed, but not the same file as the other copies.</summary>
    Different,

    /// <summary>Malformed, cut off, or other bytes than its digest says.</summary>
    Damaged,

    /// <summary>Missing, forbidden or failing to be read.</summary>
    Unreadable,
}
