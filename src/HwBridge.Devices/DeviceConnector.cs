using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Bridge;
using HwBridge.Transports.Linux;
using HwBridge.Transports.Tcp;
using HwBridge.Transports.Udp;

namespace HwBridge.Devices;

/// <summary>Opens the device that a URI names: the transport, its framing and the maker's driver.</summary>
public static class DeviceConnector
{
    /// <summary>A device that the system has suspended, or whose plug was touched, is back after one or two.</summary>
    private static readonly TimeSpan ReturnDeadline = TimeSpan.FromSeconds(3);

    /// <summary>Opens a device; whoever calls disposes it.</summary>
    /// <param name="uri">The device.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="person">Who is asked for a PIN or a passphrase, and told to look at the device.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FaultException">No such device, or it can't work now.</exception>
    public static ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri, ConnectOptions options, IPerson person, CancellationToken cancellationToken) =>
        OpenAsync(uri, options, person, AttachedDevices.OfSystem, UeventSocket.Open, cancellationToken);

    /// <summary>
    /// What a list shows of an attached device: whether it is locked or which app is open is asked of it only where nobody else talks to
    /// it, since a question to a Ledger makes the answer to another program's review vanish, and one to a Trezor takes the other's off its screen.
    /// </summary>
    /// <param name="device">The device; closed again.</param>
    /// <param name="person">Who looks at the device; nothing comes on its screen.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>Its state, and where another program has it, which.</returns>
    public static async ValueTask<(KeyStoreInfo Info, string? Holder)> DescribeAsync(
        AttachedDevice device, IPerson person, CancellationToken cancellationToken)
    {
        if (device.IsBootloader)
        {
            return (Describe(device, KeyStoreState.Bootloader), null);
        }

        if (device.Node.Holders() is [string holder, ..])
        {
            return (Describe(device, KeyStoreState.Unknown), holder);
        }

        ITransport transport;
        try
        {
            transport = Connect(device);
        }
        catch (FaultException fault)
        {
            return (Describe(device, fault.Fault == Fault.DevicePermission ? KeyStoreState.PermissionDenied : KeyStoreState.Unknown), null);
        }

        return (device.Maker == "ledger"
            ? await LedgerKeyStore.DescribeAsync(transport, new LedgerHidFraming(), person, OptionsOf(device), cancellationToken).ConfigureAwait(false)
            : await TrezorKeyStore.DescribeAsync(transport, device.Model, person, cancellationToken).ConfigureAwait(false), null);
    }

    /// <summary>Opens what carries an attached device's protocol; nothing is sent, and what it still had to say is thrown away.</summary>
    /// <param name="device">The device.</param>
    /// <returns>Whoever calls disposes it.</returns>
    /// <exception cref="FaultException">
    /// It has left, this user may not open it, another program has it, it runs its bootloader, or a library is missing
    /// (<see cref="Fault.Unsupported"/>).
    /// </exception>
    public static ITransport Connect(AttachedDevice device) => device.IsBootloader
        ? throw new FaultException(
            Fault.Unsupported,
            $"{device.Uri.Text} is a {device.Name} that runs its bootloader",
            "Unplug it, and plug it in again without touching it.")
        : device.Node.Open(device.Uri.Text);

    internal static async ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri,
        ConnectOptions options,
        IPerson person,
        AttachedDevices attached,
        Func<IBusEvents> listen,
        CancellationToken cancellationToken)
    {
        DeviceWatch watch = new(listen);
        switch (uri.Route)
        {
            case DeviceRoute.Tcp:
                ITransport stream = await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false);
                return await LedgerKeyStore.OpenAsync(
                    stream,
                    new ApduSocketFraming(),
                    person,
                    options.ForLedger() with { Reconnect = (_, token) => ConnectAsync(uri, token) },
                    cancellationToken).ConfigureAwait(false);
            case DeviceRoute.Udp:
                ITransport packets = await UdpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false);
                return await TrezorKeyStore.OpenAsync(
                    packets,
                    person,
                    options.ForTrezor(),
                    cancellationToken).ConfigureAwait(false);
            case DeviceRoute.Hid:
            case DeviceRoute.Usb:
            case DeviceRoute.Attached:
                (AttachedDevice device, ITransport node) =
                    await watch.FindAsync(() => Open(attached.Find(uri)), options.Wait, Waiting, cancellationToken).ConfigureAwait(false);
                if (device.Maker == "trezor")
                {
                    return await TrezorKeyStore.OpenAsync(node, person, options.ForTrezor(), cancellationToken).ConfigureAwait(false);
                }

                LedgerOptions ledger = options.ForLedger() with
                {
                    Model = device.Model,
                    ReturnDeadline = ReturnDeadline,
                    Reconnect = (patience, token) => ReturnAsync(device, patience, token),
                };
                return await LedgerKeyStore.OpenAsync(node, new LedgerHidFraming(), person, ledger, cancellationToken).ConfigureAwait(false);
            case DeviceRoute.Embedded:
                throw new FaultException(
                    Fault.Usage,
                    $"{uri.Text} lives in the hwbridge program",
                    "Start 'hwbridge emulator' and name its socket instead.");
            case DeviceRoute.Bridge:
                ITransport bridge = await BridgeTransport.ConnectAsync(uri.Text, BridgeTransport.Ports, cancellationToken).ConfigureAwait(false);
                return await TrezorKeyStore.OpenAsync(bridge, person, options.ForTrezor(), cancellationToken).ConfigureAwait(false);
            default:
                throw new ArgumentOutOfRangeException(nameof(uri));
        }

        async ValueTask<(ITransport Transport, IFraming Framing)> ReturnAsync(AttachedDevice device, TimeSpan patience, CancellationToken token)
        {
            (_, ITransport transport) =
                await watch.FindAsync(() => Open(attached.FindAgain(device)), patience, _ => { }, token).ConfigureAwait(false);
            return (transport, new LedgerHidFraming());
        }

        void Waiting(FaultException missing) => person.Tell($"{uri.Text}: {missing.Message}; waiting {options.Wait.TotalSeconds:0} s for it");
    }

    private static (AttachedDevice Device, ITransport Transport) Open(AttachedDevice device) => (device, Connect(device));

    private static KeyStoreInfo Describe(AttachedDevice device, KeyStoreState state) => device.Maker == "ledger"
        ? LedgerKeyStore.Describe(device.Uri.Text, OptionsOf(device), state)
        : TrezorKeyStore.Describe(device.Uri.Text, device.Model, state);

    private static LedgerOptions OptionsOf(AttachedDevice device) => new() { Model = device.Model };

    private static async ValueTask<(ITransport Transport, IFraming Framing)> ConnectAsync(DeviceUri uri, CancellationToken cancellationToken) =>
        (await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false), new ApduSocketFraming());
}
