namespace HwBridge.Emulators.Trezor;

/// <summary>How a question on the screen ended.</summary>
internal enum ButtonPress
{
    /// <summary>The person approved.</summary>
    Yes,

    /// <summary>The person pressed the other button.</summary>
    No,

    /// <summary>The host sent Cancel.</summary>
    HostCancelled,
}
