namespace HwBridge.Core.KeyStores;

/// <summary>Who derives validator keys.</summary>
public enum KeyOrigin
{
    /// <summary>Nobody: this device gives none.</summary>
    None,

    /// <summary>The device itself: the secret never leaves it.</summary>
    Device,

    /// <summary>The host, in guarded memory, from a secret that only this device's seed gives.</summary>
    DeviceRooted,
}
