using System.Net;
using System.Net.Sockets;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Stands between one client and an APDU socket, and cuts the line after so many bytes towards the client.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _answers = new();
    private readonly Task _running;
    private readonly int _port;
    private readonly long _limit;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">The device's port.</param>
    /// <param name="limit">Bytes towards the client before the line is cut.</param>
    internal TcpRelay(int port, long limit = long.MaxValue)
    {
        (_port, _limit) = (port, limit);
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
            using Socket client = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            using Socket device = new(SocketType.Stream, ProtocolType.Tcp);
            await device.ConnectAsync(IPAddress.Loopback, _port, _stop.Token).ConfigureAwait(false);
            Task up = ForwardAsync(client, device, long.MaxValue, record: false);
            Task down = ForwardAsync(device, client, _limit, record: true);
            await Task.WhenAny(up, down).ConfigureAwait(false);
            client.Close();
            device.Close();
            await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the test is done with it.
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, long limit, bool record)
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
            if (record)
            {
                lock (_answers)
                {
                    _answers.Write(buffer, 0, count);
                }
            }

            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token).ConfigureAwait(false);
        }
    }
}
