using System.Net;
using HwBridge.Core.Faults;

namespace HwBridge.Emulators.Trezor;

/// <summary>A software Trezor behind the UDP port of the makers' emulators, on the loopback interface.</summary>
/// <remarks>There is no access control: everybody who reaches the port is a host, and all hosts share one device.</remarks>
public sealed class TrezorUdpServer : IAsyncDisposable
{
    /// <summary>The makers' port.</summary>
    public const int DefaultPort = 21324;

    private readonly SoftwareTrezor _device;
    private readonly UdpDeviceTransport _transport;

    /// <summary>Opens the port; nothing is answered before <see cref="RunAsync"/>.</summary>
    /// <param name="device">The device, which stays the caller's to dispose.</param>
    /// <param name="port">0 for any free port, see <see cref="Port"/>.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: the port is taken.</exception>
    public TrezorUdpServer(SoftwareTrezor device, int port = DefaultPort)
    {
        _device = device;
        _transport = new UdpDeviceTransport(new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>The port it listens at.</summary>
    public int Port => _transport.Address.Port;

    /// <summary>Answers until <paramref name="cancellationToken"/> is cancelled.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => _device.RunAsync(_transport, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
