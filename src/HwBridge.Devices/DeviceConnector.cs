using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
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
    /// it, since a question to a Ledger makes the answer to another program's review vanish.
    /// </summary>
    /// <param name="device">The device; closed again.</param>
    /// <param name="person">Who looks at the device; nothing comes on its screen.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>Its state, and where another program has it, which.</returns>
    public static async ValueTask<(KeyStoreInfo Info, string? Holder)> DescribeAsync(
        AttachedDevice device, IPerson person, CancellationToken cancellationToken)
    {
        LedgerOptions options = new() { Model = device.Model };
        if (HidrawTransport.HoldersOf(device.Node.Path) is [string holder, ..])
        {
            return (LedgerKeyStore.Describe(device.Uri.Text, options, KeyStoreState.Unknown), holder);
        }

        HidrawTransport node;
        try
        {
            node = HidrawTransport.Open(device.Uri.Text, device.Node.Path);
        }
        catch (FaultException fault)
        {
            KeyStoreState state = fault.Fault == Fault.DevicePermission ? KeyStoreState.PermissionDenied : KeyStoreState.Unknown;
            return (LedgerKeyStore.Describe(device.Uri.Text, options, state), null);
        }

        return (await LedgerKeyStore.DescribeAsync(node, new LedgerHidFraming(), person, options, cancellationToken).ConfigureAwait(false), null);
    }

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
            case DeviceRoute.Attached when uri.Maker == "ledger":
                (AttachedDevice device, ITransport node, IFraming framing) =
                    await watch.FindAsync(() => Connect(attached.Find(uri)), options.Wait, Waiting, cancellationToken).ConfigureAwait(false);
                LedgerOptions ledger = options.ForLedger() with
                {
                    Model = device.Model,
                    ReturnDeadline = ReturnDeadline,
                    Reconnect = (patience, token) => ReturnAsync(device, patience, token),
                };
                return await LedgerKeyStore.OpenAsync(node, framing, person, ledger, cancellationToken).ConfigureAwait(false);
            case DeviceRoute.Embedded:
                throw new FaultException(
                    Fault.Usage,
                    $"{uri.Text} lives in the hwbridge program",
                    "Start 'hwbridge emulator' and name its socket instead.");
            default:
                throw new FaultException(
                    Fault.Unsupported,
                    $"{uri.Text}: this version does not reach a Trezor over USB, or over its maker's bridge, yet",
                    "Use trezor+udp://HOST:PORT or emulator:trezor.");
        }

        async ValueTask<(ITransport Transport, IFraming Framing)> ReturnAsync(AttachedDevice device, TimeSpan patience, CancellationToken token)
        {
            (_, ITransport transport, IFraming framing) =
                await watch.FindAsync(() => Connect(attached.FindAgain(device)), patience, _ => { }, token).ConfigureAwait(false);
            return (transport, framing);
        }

        void Waiting(FaultException missing) => person.Tell($"{uri.Text}: {missing.Message}; waiting {options.Wait.TotalSeconds:0} s for it");
    }

    private static (AttachedDevice Device, ITransport Transport, IFraming Framing) Connect(AttachedDevice device) =>
        (device, HidrawTransport.Open(device.Uri.Text, device.Node.Path), new LedgerHidFraming());

    private static async ValueTask<(ITransport Transport, IFraming Framing)> ConnectAsync(DeviceUri uri, CancellationToken cancellationToken) =>
        (await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false), new ApduSocketFraming());
}
