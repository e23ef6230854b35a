using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
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
    public static async ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri,
        ConnectOptions options,
        IPerson person,
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
            case DeviceRoute.Embedded:
                throw new FaultException(
                    Fault.Usage,
                    $"{uri.Text} lives in the hwbridge program",
                    "Start 'hwbridge emulator' and name its socket instead.");
            default:
                throw new FaultException(
                    Fault.Unsupported,
                    $"{uri.Text} needs USB, which this version does not reach yet",
                    "Use ledger+tcp://HOST:PORT, trezor+udp://HOST:PORT, emulator:ledger or emulator:trezor.");
        }
    }

    private static async ValueTask<(ITransport Transport, IFraming Framing)> ConnectAsync(DeviceUri uri, CancellationToken cancellationToken) =>
        (await TcpTransport.ConnectAsync(uri.Text, uri.Host, uri.Port, cancellationToken).ConfigureAwait(false), new ApduSocketFraming());
}
