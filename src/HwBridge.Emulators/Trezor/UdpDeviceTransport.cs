using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// The device's end of the makers' UDP protocol: a datagram a packet, "PINGPING" answered by "PONGPONG", and each packet sent to
/// whoever sent last.
/// </summary>
internal sealed class UdpDeviceTransport : ITransport
{
    private const int MaxDatagram = 65536;
    private readonly Socket _socket;
    private readonly byte[] _datagram = new byte[MaxDatagram];
    private EndPoint _host = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Opens the port.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: the port is taken, or the address is not this machine's.</exception>
    internal UdpDeviceTransport(IPEndPoint address)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(address);
        }
        catch (SocketException refused)
        {
            _socket.Dispose();
            throw new FaultException(
                Fault.Io,
                $"the software Trezor can't listen at {address}: {refused.Message}",
                "Choose another port, or end the program that uses this one.",
                refused);
        }
    }

    internal IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    public string Uri => $"udp://{Address}";

    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
        SendAsync(piece, _host, cancellationToken);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await _socket.ReceiveFromAsync(_datagram, SocketFlags.None, _host, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException gone) when (IsOfTheHost(gone))
            {
                // The host of the last answer is gone; the next one may come.
                continue;
            }

            ReadOnlyMemory<byte> datagram = _datagram.AsMemory(0, received.ReceivedBytes);
            if (datagram.Span.SequenceEqual("PINGPING"u8))
            {
                await SendAsync("PONGPONG"u8.ToArray(), received.RemoteEndPoint, cancellationToken).ConfigureAwait(false);
            }
            else if (!datagram.IsEmpty)
            {
                _host = received.RemoteEndPoint;
                int count = Math.Min(datagram.Length, buffer.Length);
                datagram[..count].CopyTo(buffer);
                return count;
            }
        }
    }

    public void Drain()
    {
        while (_socket.Available > 0)
        {
            _socket.ReceiveFrom(_datagram, ref _host);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsOfTheHost(SocketException exception) => exception.SocketErrorCode is
        SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    private async ValueTask SendAsync(ReadOnlyMemory<byte> piece, EndPoint host, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendToAsync(piece, SocketFlags.None, host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException gone) when (IsOfTheHost(gone))
        {
            // Nobody is there to miss the packet, and the device waits for the next host.
        }
    }
}
