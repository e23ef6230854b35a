using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace HwBridge.Transports.Tcp;

/// <summary>A stream over TCP, such as the APDU socket of a Ledger app or emulator.</summary>
/// <remarks>
/// The host's share of an exchange is measured. No call allocates once the pools are warm, and a socket on which no call was ever
/// pending stays unknown to the runtime's event loop, which otherwise wakes two threads for each arrival, waited for or not: they
/// take the processor from a peer on the same machine. So it is connected, and asked for a prompt answer, without that loop:
/// <code>
///   ask again and again for 50 µs | sleep for at most 10 ms on the calling thread | wait as other asynchronous calls do
/// </code>
/// </remarks>
public sealed class TcpTransport : ITransport
{
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(5);

    /// <summary>To be woken up takes about as long as a prompt answer.</summary>
    private static readonly TimeSpan Prompt = Environment.ProcessorCount > 1 ? TimeSpan.FromMicroseconds(50) : TimeSpan.Zero;

    /// <summary>Short enough to keep a thread, and to leave cancellation waiting.</summary>
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket;

    /// <summary>Takes over a connected stream socket.</summary>
    public TcpTransport(Socket connected, string uri)
    {
        _socket = connected;
        _socket.NoDelay = true;
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Connects to a name or an address, within five seconds.</summary>
    /// <exception cref="Core.Faults.FaultException">Nobody answers there (<see cref="Core.Faults.Fault.DeviceNotFound"/>).</exception>
    public static ValueTask<TcpTransport> ConnectAsync(string uri, string host, int port, CancellationToken cancellationToken) =>
        ConnectAsync(uri, host, port, ConnectDeadline, cancellationToken);

    internal static async ValueTask<TcpTransport> ConnectAsync(
        string uri,
        string host,
        int port,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        Socket? socket = null;
        try
        {
            IPAddress[] addresses = await HostAddress.ResolveAsync(host, limit.Token).ConfigureAwait(false);
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await ConnectAsync(socket, addresses, port, limit.Token).ConfigureAwait(false);
            var transport = new TcpTransport(socket, uri);
            socket = null;
            return transport;
        }
        catch (SocketException error)
        {
            throw TransportFault.Unreachable(uri, host, port, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TransportFault.Silent(uri, host, port, deadline);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        try
        {
            while (!piece.IsEmpty)
            {
                int sent = await _socket.SendAsync(piece, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                piece = piece[sent..];
            }
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
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length, nameof(buffer));
        try
        {
            int count = IsPrompt() || _socket.Poll(Brief, SelectMode.SelectRead)
                ? _socket.Receive(buffer.Span, SocketFlags.None)
                : await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            return count > 0 ? count : throw TransportFault.WentAway(Uri);
        }
        catch (SocketException error)
        {
            throw TransportFault.WentAway(Uri, error);
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        Span<byte> stale = stackalloc byte[512];
        try
        {
            // Asked once: a peer that floods can't keep us here.
            for (int left = _socket.Available; left > 0;)
            {
                int count = _socket.Receive(stale[..Math.Min(left, stale.Length)]);
                left -= count;
            }
        }
        catch (SocketException error)
        {
            throw TransportFault.WentAway(Uri, error);
        }
        finally
        {
            stale.Clear();
        }
    }

    /// <summary>Connects on a thread that blocks.</summary>
    private static async Task ConnectAsync(Socket socket, IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        try
        {
            // Closing the socket is what ends the attempt.
            using CancellationTokenRegistration closing =
                cancellationToken.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket);
            await Task.Run(() => socket.Connect(addresses, port), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(null, closed, cancellationToken);
        }

        // It may have been closed when it was connected already.
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>True as soon as something has arrived, false when nothing does within <see cref="Prompt"/>.</summary>
    private bool IsPrompt()
    {
        long asked = Stopwatch.GetTimestamp();
        do
        {
            if (_socket.Available > 0)
            {
                return true;
            }
        }
        while (Stopwatch.GetElapsedTime(asked) < Prompt);

        return false;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
