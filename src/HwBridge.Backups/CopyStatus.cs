namespace HwBridge.Backups;

/// <summary>What became of a copy that was asked for.</summary>
public enum CopyStatus
{
    /// <summary>Written, read back and compared.</summary>
    Copied,

    /// <summary>In place of another file, once it was read back and compared.</summary>
    Replaced,

    /// <summary>Was there already; read and compared.</summary>
    Verified,
}
