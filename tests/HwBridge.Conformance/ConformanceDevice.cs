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
using HwBridge.Transports;

namespace HwBridge.Conformance;

/// <summary>A device that the suite runs over: a software device, its screen, and the key store that talks to it.</summary>
internal sealed class ConformanceDevice : IAsyncDisposable
{
    private readonly IAsyncDisposable[] _parts;

    private ConformanceDevice(ScriptedScreen screen, IKeyStore keyStore, params IAsyncDisposable[] parts)
    {
        Screen = screen;
        KeyStore = keyStore;
        _parts = parts;
    }

    internal static IReadOnlyList<string> Names { get; } =
        ["Ledger in process", "Ledger over TCP", "Trezor Model One in process", "Trezor Model T in process", "Trezor Model T over UDP"];

    /// <summary>Those of them that keep backups themselves.</summary>
    internal static IEnumerable<string> StorageNames => Names.Where(name => name.StartsWith("Ledger", StringComparison.Ordinal));

    internal ScriptedScreen Screen { get; }

    internal IKeyStore KeyStore { get; }

    internal static async Task<ConformanceDevice> OpenAsync(string name, string words, CancellationToken cancellationToken)
    {
        ScriptedScreen screen = new();
        Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(words);
        IPerson person = new SilentPerson();
        if (name.StartsWith("Ledger", StringComparison.Ordinal))
        {
            using SecretBuffer seed = mnemonic.DeriveSeed();
            mnemonic.Dispose();
            SoftwareLedger ledger = new(seed.Span, screen);
            if (name == "Ledger over TCP")
            {
                ApduSocketServer socket = ApduSocketServer.Start(ledger, 0);
                IKeyStore connected =
                    await ConnectAsync($"ledger+tcp://{socket.EndPoint}", person, cancellationToken).ConfigureAwait(false);
                return new(screen, connected, socket, ledger);
            }

            (ITransport transport, IFraming framing) = ledger.Connect();
            IKeyStore opened = await LedgerKeyStore.OpenAsync(transport, framing, person, new LedgerOptions(), cancellationToken)
                .ConfigureAwait(false);
            return new(screen, opened, ledger);
        }

        TrezorFlavour flavour = name.Contains("Model One", StringComparison.Ordinal) ? TrezorFlavour.Legacy : TrezorFlavour.Core;
        SoftwareTrezor trezor = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = mnemonic }, screen);
        if (name == "Trezor Model T over UDP")
        {
            TrezorUdpServer socket = TrezorUdpServer.Start(trezor, 0);
            IKeyStore connected =
                await ConnectAsync($"trezor+udp://{socket.EndPoint}", person, cancellationToken).ConfigureAwait(false);
            return new(screen, connected, socket, trezor, new Words(mnemonic));
        }

        IKeyStore store = await TrezorKeyStore.OpenAsync(trezor.Connect(), person, new TrezorOptions(), cancellationToken)
            .ConfigureAwait(false);
        return new(screen, store, trezor, new Words(mnemonic));
    }

    /// <summary>Pulls the plug while the key store stays open.</summary>
    internal async Task UnplugAsync()
    {
        foreach (IAsyncDisposable part in _parts)
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KeyStore.DisposeAsync().ConfigureAwait(false);
        await UnplugAsync().ConfigureAwait(false);
    }

    private static ValueTask<IKeyStore> ConnectAsync(string uri, IPerson person, CancellationToken cancellationToken) =>
        DeviceConnector.OpenAsync(DeviceUri.Parse(uri), new ConnectOptions(), person, cancellationToken);

    /// <summary>The words of a software Trezor, which derives its seed when a session begins, and does not own them.</summary>
    private sealed class Words(Bip39Mnemonic mnemonic) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            mnemonic.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class SilentPerson : IPerson
    {
        public void Tell(string text) => TestContext.Out.WriteLine(text);

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(false);

        public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
            ValueTask.FromResult<SecretBuffer?>(null);
    }
}
