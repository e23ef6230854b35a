using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;

namespace HwBridge.Cli.Embedded;

/// <summary>A software device in this process, with a published seed, and the driver that talks to it over the real protocol.</summary>
internal sealed class EmbeddedKeyStore : IKeyStore
{
    private readonly IKeyStore _driver;
    private readonly IAsyncDisposable _device;
    private readonly IDisposable? _words;

    private EmbeddedKeyStore(
        IKeyStore driver,
        IAsyncDisposable device,
        IDisposable? words = null) => (_driver, _device, _words) = (driver, device, words);

    /// <summary>Without storage: what this device holds is gone when the command ends.</summary>
    public KeyStoreInfo Info => _driver.Info with { Capabilities = _driver.Info.Capabilities & ~KeyStoreCapabilities.Storage };

    /// <summary>Switches the software device of a maker on and opens it.</summary>
    internal static async ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri,
        ConnectOptions options,
        IDeviceScreen screen,
        IPerson person,
        CancellationToken cancellationToken) =>
        uri.Maker == "ledger"
            ? await OpenLedgerAsync(options, screen, person, cancellationToken).ConfigureAwait(false)
            : await OpenTrezorAsync(options, screen, person, cancellationToken).ConfigureAwait(false);

    public bool TryGet<TCapability>([NotNullWhen(true)] out TCapability? capability)
        where TCapability : class
    {
        capability = null;
        return typeof(TCapability) != typeof(IBackupStorage) && _driver.TryGet(out capability);
    }

    public async ValueTask DisposeAsync()
    {
        await _driver.DisposeAsync().ConfigureAwait(false);
        await _device.DisposeAsync().ConfigureAwait(false);
        _words?.Dispose();
    }

    private static async ValueTask<IKeyStore> OpenLedgerAsync(
        ConnectOptions options,
        IDeviceScreen screen,
        IPerson person,
        CancellationToken cancellationToken)
    {
        using Bip39Mnemonic mnemonic = PublishedSeeds.Ledger();
        using SecretBuffer seed = mnemonic.DeriveSeed();
        SoftwareLedger device = new(seed.Span, screen);
        try
        {
            (ITransport transport, IFraming framing) = device.Connect();
            LedgerOptions ledger = options.ForLedger() with { Model = device.Options.Model.DisplayName() };
            IKeyStore driver = await LedgerKeyStore.OpenAsync(transport, framing, person, ledger, cancellationToken).ConfigureAwait(false);
            return new EmbeddedKeyStore(driver, device);
        }
        catch
        {
            await device.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask<IKeyStore> OpenTrezorAsync(
        ConnectOptions options,
        IDeviceScreen screen,
        IPerson person,
        CancellationToken cancellationToken)
    {
        Bip39Mnemonic mnemonic = PublishedSeeds.Trezor();
        SoftwareTrezor device = new(new SoftwareTrezorOptions { Mnemonic = mnemonic, Label = "HwBridge" }, screen);
        try
        {
            return new EmbeddedKeyStore(
                await TrezorKeyStore.OpenAsync(device.Connect(), person, options.ForTrezor(), cancellationToken).ConfigureAwait(false),
                device,
                mnemonic);
        }
        catch
        {
            await device.DisposeAsync().ConfigureAwait(false);
            mnemonic.Dispose();
            throw;
        }
    }
}
