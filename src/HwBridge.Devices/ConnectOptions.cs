using HwBridge.Devices.Trezor;

namespace HwBridge.Devices;

/// <summary>How to open a device.</summary>
/// <param name="Passphrase">Trezor: where a BIP-39 passphrase comes from; null for the device's own default.</param>
public sealed record ConnectOptions(PassphraseSource? Passphrase = null);
