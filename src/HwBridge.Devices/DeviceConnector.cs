using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Tcp;
using HwBridge.Transports.Udp;

namespace HwBridge.Devices;

/// <summary>Opens the device that a URI names: the transport, its framing and the maker's driver.</summary>
public static class DeviceConnector
{
    /// <summary>Opens a device; whoever calls disposes it.</summary>
    /// <param name="uri">The device.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="person">Who is asked for a PIN or a passphrase, and told to look at the device.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FaultException">No such device, or it can't work now.</exception>
    public static ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri, ConnectOptions options, IPerson person, CancellationToken cancellationToken) =>
        OpenAsync(uri, options, person, AttachedDevices.OfSystem, cancellationToken);

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
        CancellationToken cancellationToken)
    {
        switch (uri.Route)
        {
            case DeviceRoute.Tcp:
                ITransport stream = await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false);
                return await LedgerKeyStore.OpenAsync(
                    stream,
                    new ApduSocketFraming(),
                    person,
                    options.ForLedger() with { Reconnect = token => ConnectAsync(uri, token) },
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
                AttachedDevice device = attached.Find(uri);
                LedgerOptions ledger = options.ForLedger() with
                {
                    Model = device.Model,
                    Reconnect = _ => ValueTask.FromResult(Connect(attached.FindAgain(device))),
                };
                (ITransport node, IFraming framing) = Connect(device);
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
    }

    private static (ITransport Transport, IFraming Framing) Connect(AttachedDevice device) =>
        (HidrawTransport.Open(device.Uri.Text, device.Node.Path), new LedgerHidFraming());

    private static async ValueTask<(ITransport Transport, IFraming Framing)> ConnectAsync(DeviceUri uri, CancellationToken cancellationToken) =>
        (await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false), new ApduSocketFraming());
}
