using System.Net;
using System.Net.Sockets;

namespace HwBridge.Shared.Relays;

/// <summary>Stands between one client at a time and an APDU socket, or cuts the line to its only client after so many bytes.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _answers = new();
    private readonly Task _running;
    private readonly int _port;
    private readonly long _limit;
    private readonly Action? _asked;
    private bool _isDisposed;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">The device's port.</param>
    /// <param name="limit">Bytes towards the client before the line is cut.</param>
    /// <param name="asked">Called after each arrival that was passed to the device.</param>
    internal TcpRelay(int port, long limit = long.MaxValue, Action? asked = null)
    {
        (_port, _limit, _asked) = (port, limit, asked);
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    internal string Uri => $"ledger+tcp://{_listener.LocalEndpoint}";

    /// <summary>What has passed towards the client.</summary>
    internal byte[] Answers
    {
        get
        {
            lock (_answers)
            {
                return _answers.ToArray();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _running.ConfigureAwait(false);
        _stop.Dispose();
        await _answers.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                using Socket client = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
                await ServeAsync(client).ConfigureAwait(false);
            }
            while (_limit == long.MaxValue && !_stop.IsCancellationRequested);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the test is done with it.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using Socket device = new(SocketType.Stream, ProtocolType.Tcp);
        await device.ConnectAsync(IPAddress.Loopback, _port, _stop.Token).ConfigureAwait(false);
        Task up = ForwardAsync(client, device, long.MaxValue, isAnswer: false);
        Task down = ForwardAsync(device, client, _limit, isAnswer: true);
        await Task.WhenAny(up, down).ConfigureAwait(false);
        client.Close();
        device.Close();
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ForwardAsync(Socket from, Socket to, long limit, bool isAnswer)
    {
        byte[] buffer = new byte[4096];
        while (limit > 0)
        {
            int count = await from.ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            count = (int)Math.Min(count, limit);
            limit -= count;
            if (isAnswer)
            {
                lock (_answers)
                {
                    _answers.Write(buffer, 0, count);
                }
            }

            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token).ConfigureAwait(false);
            if (!isAnswer)
            {
                _asked?.Invoke();
            }
        }
    }
}
