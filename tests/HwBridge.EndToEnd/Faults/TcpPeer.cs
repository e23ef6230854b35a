using System.Net;
using System.Net.Sockets;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Something behind an APDU socket that is no Ledger.</summary>
internal sealed class TcpPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Serves the first client.</summary>
    internal TcpPeer(Func<Socket, CancellationToken, Task> serve)
    {
        _listener.Start();
        _running = Task.Run(async () =>
        {
            using Socket client = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            await serve(client, _stop.Token).ConfigureAwait(false);
        });
    }

    internal string Uri => $"ledger+tcp://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();

        // Its client may have gone at any moment; what counts is what the client said.
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
