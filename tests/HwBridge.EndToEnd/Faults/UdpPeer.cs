using System.Net;
using System.Net.Sockets;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Something behind a UDP port that is no Trezor: answers each packet with others.</summary>
internal sealed class UdpPeer : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Begins to listen.</summary>
    /// <param name="answer">The packets in answer to one; may go on for ever.</param>
    internal UdpPeer(Func<ReadOnlyMemory<byte>, IEnumerable<byte[]>> answer)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Uri = $"trezor+udp://{_socket.LocalEndPoint}";
        _running = Task.Run(async () =>
        {
            byte[] buffer = new byte[128];
            while (!_stop.IsCancellationRequested)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token).ConfigureAwait(false);
                foreach (byte[] packet in answer(buffer.AsMemory(0, received.ReceivedBytes)))
                {
                    await _socket.SendToAsync(packet, received.RemoteEndPoint, _stop.Token).ConfigureAwait(false);
                }
            }
        });
    }

    internal string Uri { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _stop.Dispose();
    }
}
