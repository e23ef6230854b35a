namespace HwBridge.Core.KeyStores;

/// <summary>What is known of a device without anybody confirming anything.</summary>
/// <param name="Uri">How the command line names it.</param>
/// <param name="Maker"><c>ledger</c> or <c>trezor</c>.</param>
/// <param name="Model">The maker's name of the model, or null where the transport does not tell.</param>
/// <param name="Firmware">The firmware's version, where the device tells.</param>
/// <param name="App">The running app (Ledger only).</param>
/// <param name="State">Whether it can work now.</param>
/// <param name="Capabilities">What it can do.</param>
/// <param name="ValidatorKeyOrigin">Who derives validator keys.</param>
public sealed record KeyStoreInfo(
    string Uri,
    string Maker,
    string? Model,
    string? Firmware,
    AppInfo? App,
    KeyStoreState State,
    KeyStoreCapabilities Capabilities,
    KeyOrigin ValidatorKeyOrigin);
