namespace HwBridge.Backups.Keymanager;

/// <summary>What became of one key.</summary>
public enum ImportStatus
{
    /// <summary>The client lists it now, and did not before.</summary>
    Imported,

    /// <summary>The client had it already: nothing was changed.</summary>
    Duplicate,

    /// <summary>The client refused it, or says that it took it and does not list it.</summary>
    Error,

    /// <summary>The answer was lost, and so was the list after it: the client may have it.</summary>
    Unknown,

    /// <summary>It was never sent, since what was sent before went wrong.</summary>
    Unsent,
}
