namespace HwBridge.Core.KeyStores;

/// <summary>Whether a device can work now.</summary>
public enum KeyStoreState
{
    /// <summary>It answers and its keys are reachable (a question on its screen may still come).</summary>
    Ready,

    /// <summary>It waits for its PIN.</summary>
    Locked,

    /// <summary>Another app, or the dashboard, is open.</summary>
    WrongApp,

    /// <summary>It runs its bootloader.</summary>
    Bootloader,

    /// <summary>The system forbids opening it.</summary>
    PermissionDenied,

    /// <summary>It could not be asked.</summary>
    Unknown,
}
