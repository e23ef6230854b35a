using HwBridge.Core.Bip32;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices;

/// <summary>How to open a device.</summary>
/// <param name="Passphrase">Trezor: where a BIP-39 passphrase comes from; null for the device's own default.</param>
/// <param name="SealingPath">Ledger: the key that it seals with; null for the default one.</param>
/// <param name="Label">Trezor: the label of the age identity that it seals with; null for the default one.</param>
/// <param name="Wait">How long to wait until it is plugged in, unlocked and has the right app open; zero does not wait.</param>
/// <param name="OpensApps">Ledger: leave whatever app is open, and have the right one opened.</param>
public sealed record ConnectOptions(
    PassphraseSource? Passphrase = null, Bip32Path? SealingPath = null, string? Label = null, TimeSpan Wait = default, bool OpensApps = false)
{
    /// <summary>As they apply to a Ledger.</summary>
    public LedgerOptions ForLedger()
    {
        LedgerOptions standard = new();
        return standard with { SealingPath = SealingPath ?? standard.SealingPath, Wait = Wait, OpensApps = OpensApps };
    }

    /// <summary>As they apply to a Trezor.</summary>
    public TrezorOptions ForTrezor()
    {
        TrezorOptions standard = new();
        return standard with { Passphrase = Passphrase, Label = Label ?? standard.Label };
    }
}
