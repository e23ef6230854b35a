using System.Net;
using HwBridge.Core.Faults;

namespace HwBridge.Emulators.Trezor;

/// <summary>A software Trezor behind the UDP port of the makers' emulators, on the loopback interface.</summary>
/// <remarks>There is no access control: everybody who reaches the port is a host, and all hosts share one device.</remarks>
public sealed class TrezorUdpServer : IAsyncDisposable
{
    /// <summary>The makers' port.</summary>
    public const int DefaultPort = 21324;

    private readonly UdpDeviceTransport _transport;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private TrezorUdpServer(SoftwareTrezor device, UdpDeviceTransport transport)
    {
        _transport = transport;
        _running = Task.Run(() => device.RunAsync(transport, _stop.Token));
    }

    /// <summary>The address it listens at.</summary>
    public IPEndPoint EndPoint => _transport.Address;

    /// <summary>Ends when the device does: cancelled by <see cref="DisposeAsync"/>, or with what broke it.</summary>
    public Task Completion => _running;

    /// <summary>Opens the port and begins to answer.</summary>
    /// <param name="device">The device, which stays the caller's to dispose.</param>
    /// <param name="port">0 for any free port, see <see cref="EndPoint"/>.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: the port is taken.</exception>
    public static TrezorUdpServer Start(SoftwareTrezor device, int port = DefaultPort) =>
        new(device, new UdpDeviceTransport(new IPEndPoint(IPAddress.Loopback, port)));

    /// <summary>Closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
