using HwBridge.Emulators.Seeds;

namespace HwBridge.Emulators.Trezor;

/// <summary>What a software Trezor is and holds when it is switched on.</summary>
public sealed record SoftwareTrezorOptions
{
    /// <summary>The firmware to behave like.</summary>
    public TrezorFlavour Flavour { get; init; } = TrezorFlavour.Core;

    /// <summary>The seed; null for a device that was never set up. The device keeps it but doesn't dispose it.</summary>
    public Bip39Mnemonic? Mnemonic { get; init; }

    /// <summary>The name that the owner gave the device.</summary>
    public string? Label { get; init; }

    /// <summary>Digits (1 to 9 on legacy); a device with a PIN is locked when it is switched on. Null for none.</summary>
    public string? Pin { get; init; }

    /// <summary>True when each new session asks for a passphrase.</summary>
    public bool PassphraseProtection { get; init; }
}
