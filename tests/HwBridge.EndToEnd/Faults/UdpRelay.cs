using System.Net;
using System.Net.Sockets;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Stands between one client and a Trezor's UDP port, and is gone after so many packets towards the client.</summary>
internal sealed class UdpRelay : IAsyncDisposable
{
    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _back = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<byte[]> _answers = [];
    private readonly Task _running;
    private readonly int _limit;
    private EndPoint? _client;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">The device's port.</param>
    /// <param name="limit">Packets towards the client before the port closes.</param>
    internal UdpRelay(int port, int limit = int.MaxValue)
    {
        _limit = limit;
        _front.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _back.Connect(IPAddress.Loopback, port);
        Uri = $"trezor+udp://{_front.LocalEndPoint}";
        _running = Task.Run(RunAsync);
    }

    internal string Uri { get; }

    /// <summary>The packets that have passed towards the client.</summary>
    internal IReadOnlyList<byte[]> Answers
    {
        get
        {
            lock (_answers)
            {
                return [.. _answers];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        Task up = UpAsync();
        Task down = DownAsync();
        await Task.WhenAny(up, down).ConfigureAwait(false);
        _front.Dispose();
        _back.Dispose();
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task UpAsync()
    {
        byte[] buffer = new byte[128];
        while (true)
        {
            SocketReceiveFromResult received = await _front.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token).ConfigureAwait(false);
            _client = received.RemoteEndPoint;
            await _back.SendAsync(buffer.AsMemory(0, received.ReceivedBytes), _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task DownAsync()
    {
        byte[] buffer = new byte[128];
        for (int left = _limit; left > 0; left--)
        {
            int count = await _back.ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false);
            lock (_answers)
            {
                _answers.Add(buffer[..count]);
            }

            await _front.SendToAsync(buffer.AsMemory(0, count), _client!, _stop.Token).ConfigureAwait(false);
        }
    }
}
