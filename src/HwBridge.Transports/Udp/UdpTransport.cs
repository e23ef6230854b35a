using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.Udp;

/// <summary>Packets of 64 bytes over UDP, as the Trezor firmware's emulators speak; opened only when the peer answers a ping.</summary>
/// <remarks>
/// The socket is connected, so that packets of other senders never get in and a peer that is gone shows itself (ICMP). A
/// datagram of another length breaks the protocol: the firmware pads every packet. Only a late answer to the ping is ignored.
/// </remarks>
public sealed class UdpTransport : ITransport
{
    /// <summary>The size of each packet in bytes.</summary>
    public const int PacketSize = 64;

    private const int MaximumStale = 1024;

    private static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KnockInterval = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly Timer _knocking;

    // One byte more than a packet: the system cuts off a longer datagram without a word.
    private readonly SecretBuffer _packet = SecretBuffer.Allocate(PacketSize + 1);

    private UdpTransport(Socket socket, string uri)
    {
        _socket = socket;
        Uri = uri;
        _knocking = new Timer(static transport => ((UdpTransport)transport!).Knock(), this, KnockInterval, KnockInterval);
    }

    /// <inheritdoc/>
    public string Uri { get; }

    private static ReadOnlySpan<byte> Ping => "PINGPING"u8;

    private static ReadOnlySpan<byte> Pong => "PONGPONG"u8;

    /// <summary>Sends PINGPING to each address of the host until one answers PONGPONG, within three seconds in all.</summary>
    /// <exception cref="FaultException">Nobody answers there (<see cref="Fault.DeviceNotFound"/>).</exception>
    public static ValueTask<UdpTransport> ConnectAsync(string uri, string host, int port, CancellationToken cancellationToken) =>
        ConnectAsync(uri, host, port, PingDeadline, cancellationToken);

    internal static async ValueTask<UdpTransport> ConnectAsync(
        string uri,
        string host,
        int port,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        FaultException? reason = null;
        try
        {
            IPAddress[] addresses = await HostAddress.ResolveAsync(host, limit.Token).ConfigureAwait(false);
            for (int i = 0; i < addresses.Length; i++)
            {
                TimeSpan share = (deadline - Stopwatch.GetElapsedTime(begun)) / (addresses.Length - i);
                try
                {
                    return await PingAsync(uri, new IPEndPoint(addresses[i], port), share, limit.Token).ConfigureAwait(false);
                }
                catch (SocketException error)
                {
                    reason = TransportFault.Unreachable(uri, host, port, error);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    reason = TransportFault.Silent(uri, host, port, deadline);
                }
            }
        }
        catch (SocketException error)
        {
            reason = TransportFault.Unreachable(uri, host, port, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reason = TransportFault.Silent(uri, host, port, deadline);
        }

        throw reason ?? TransportFault.Unreachable(uri, host, port, new SocketException((int)SocketError.HostNotFound));
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, PacketSize, nameof(piece));
        try
        {
            await _socket.SendAsync(piece, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw TransportFault.WentAway(Uri, error);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, PacketSize, nameof(buffer));
        try
        {
            int count;
            do
            {
                count = await _socket.ReceiveAsync(_packet.Memory, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            }
            while (IsPong(count));

            if (count != PacketSize)
            {
                throw WrongLength(count);
            }

            _packet.Span[..PacketSize].CopyTo(buffer.Span);
            return PacketSize;
        }
        catch (SocketException error)
        {
            throw TransportFault.WentAway(Uri, error);
        }
        finally
        {
            _packet.Span.Clear();
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        try
        {
            // More than a socket's buffer holds by default; bounded, so that a flood can't keep us here.
            for (int i = 0; i < MaximumStale && _socket.Poll(0, SelectMode.SelectRead); i++)
            {
                _socket.Receive(_packet.Span);
            }
        }
        catch (SocketException error)
        {
            throw TransportFault.WentAway(Uri, error);
        }
        finally
        {
            _packet.Span.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _knocking.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        _packet.Dispose();
    }

    private static async ValueTask<UdpTransport> PingAsync(
        string uri,
        IPEndPoint address,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline > TimeSpan.Zero ? deadline : TimeSpan.Zero);
        var transport = new UdpTransport(new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp), uri);
        try
        {
            Socket socket = transport._socket;
            await socket.ConnectAsync(address, limit.Token).ConfigureAwait(false);
            await socket.SendAsync(Ping.ToArray(), SocketFlags.None, limit.Token).ConfigureAwait(false);
            int count;
            do
            {
                count = await socket.ReceiveAsync(transport._packet.Memory, SocketFlags.None, limit.Token).ConfigureAwait(false);
            }
            while (!transport.IsPong(count));

            return transport;
        }
        catch
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes the system notice a port that has closed while a person is asked; whoever waits for a packet hears of it.</summary>
    private void Knock()
    {
        try
        {
            _socket.Send(Ping);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Said by the next send or receive.
        }
    }

    private bool IsPong(int count) => _packet.Span[..count].SequenceEqual(Pong);

    private FaultException WrongLength(int count) => new(
        Fault.Protocol,
        $"{Uri} sent a datagram of {(count > PacketSize ? $"more than {PacketSize}" : count)} bytes instead of {PacketSize}",
        "Check that a Trezor emulator has this port, and that it is the main link, not the debug link beside it.");
}
