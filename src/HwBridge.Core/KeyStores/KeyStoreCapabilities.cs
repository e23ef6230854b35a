namespace HwBridge.Core.KeyStores;

/// <summary>What a device can do; each flag is one capability interface.</summary>
[Flags]
public enum KeyStoreCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="IValidatorKeys"/>.</summary>
    ValidatorKeys = 1,

    /// <summary><see cref="ISealing"/>.</summary>
    Sealing = 2,

    /// <summary><see cref="IBackupStorage"/>.</summary>
    Storage = 4,

    /// <summary><see cref="ISeedCheck"/>.</summary>
    SeedCheck = 8,

    /// <summary><see cref="IExecutionSigning"/>.</summary>
    ExecutionSigning = 16,
}
