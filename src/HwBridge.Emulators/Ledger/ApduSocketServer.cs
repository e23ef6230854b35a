using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Tcp;

namespace HwBridge.Emulators.Ledger;

/// <summary>The software Ledger behind a TCP port, as the makers' emulator has its apps: see <see cref="ApduSocketFraming"/>.</summary>
/// <remarks>One client at a time: another one's first APDU is answered with 6f01 (another program talks to the device), then it is
/// closed.</remarks>
public sealed class ApduSocketServer : IAsyncDisposable
{
    private const int MaxRefusals = 8;
    private static readonly TimeSpan RefusalDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Refusal = [0, 0, 0, 0, 0x6f, 0x01];

    private readonly SoftwareLedger _ledger;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly List<Task> _clients = [];
    private int _refusals;
    private int _serving;

    private ApduSocketServer(SoftwareLedger ledger, Socket listener)
    {
        _ledger = ledger;
        _listener = listener;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Starts to listen.</summary>
    /// <param name="ledger">The device; stays the caller's to dispose.</param>
    /// <param name="port">0 for any free one; the makers' emulator uses 9999.</param>
    /// <param name="address">Loopback unless told: whoever reaches the port owns the device.</param>
    /// <exception cref="FaultException">The port is taken or forbidden (<see cref="Fault.Io"/>).</exception>
    public static ApduSocketServer Start(SoftwareLedger ledger, int port, IPAddress? address = null)
    {
        IPEndPoint endPoint = new(address ?? IPAddress.Loopback, port);
        Socket listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen();
            return new ApduSocketServer(ledger, listener);
        }
        catch (SocketException failed)
        {
            listener.Dispose();
            throw new FaultException(Fault.Io, $"can't listen on {endPoint}: {failed.Message}", "Choose another port with --port.", failed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_clients).ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client left before it was accepted, or descriptors have run out, which would fail again at once.
                await Task.Delay(AcceptPause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            _clients.RemoveAll(task => task.IsCompleted);
            _clients.Add(Interlocked.CompareExchange(ref _serving, 1, 0) == 0 ? ServeAsync(client) : RefuseAsync(client));
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            TcpTransport transport = new(client, $"client {client.RemoteEndPoint}");
            await using (transport.ConfigureAwait(false))
            {
                using ApduSocketDeviceFraming framing = new();
                await _ledger.ServeAsync(transport, framing, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (FaultException)
        {
            // It broke the framing or went away in the middle of an answer: closing the connection tells it.
        }
        finally
        {
            Volatile.Write(ref _serving, 0);
        }
    }

    private async Task RefuseAsync(Socket client)
    {
        using (client)
        {
            try
            {
                if (Interlocked.Increment(ref _refusals) > MaxRefusals)
                {
                    return;
                }

                using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                deadline.CancelAfter(RefusalDeadline);
                using ApduSocketDeviceFraming framing = new();
                int count;
                do
                {
                    count = await client.ReceiveAsync(framing.ReceiveBuffer, deadline.Token).ConfigureAwait(false);
                }
                while (count > 0 && !framing.Receive(count));
                if (count > 0)
                {
                    await client.SendAsync(Refusal, deadline.Token).ConfigureAwait(false);
                }
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or FaultException)
            {
                // Nothing is owed to a client that is being sent away.
            }
            finally
            {
                Interlocked.Decrement(ref _refusals);
            }
        }
    }
}
