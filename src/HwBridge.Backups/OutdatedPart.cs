namespace HwBridge.Backups;

/// <summary>What of a backup was made otherwise than today's are.</summary>
public enum OutdatedPart
{
    /// <summary>No digest: damage shows only when it is opened.</summary>
    Digest,

    /// <summary>No tags: a device must be asked once for each recipient.</summary>
    Tags,

    /// <summary>Not padded: its size tells how many keys are inside.</summary>
    Padding,

    /// <summary>A passphrase whose guessing costs too little.</summary>
    PassphraseWork,
}
