using System.Net;
using System.Net.Sockets;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.Bridge;

/// <summary>Requests to the maker's bridge on this computer: one connection each, between guarded memory and the socket.</summary>
/// <param name="uri">The name of the device in messages to the person.</param>
/// <param name="port">Where it listens.</param>
internal sealed class BridgeClient(string uri, int port)
{
    /// <summary>Twice the longest message in hex, and the header.</summary>
    private const int MaxAnswer = 256 * 1024;

    /// <summary>The bridge answers only pages of its maker, and programs under development on this computer.</summary>
    private const string Origin = "http://localhost:8000";

    internal static TimeSpan PromptDeadline { get; } = TimeSpan.FromSeconds(5);

    internal int Port => port;

    /// <summary>Sends a request and takes the whole answer; cancelling closes the connection, upon which the bridge gives up as well.</summary>
    /// <param name="path">Such as <c>/enumerate</c>.</param>
    /// <param name="body">What goes with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where nobody listens.</returns>
    /// <exception cref="FaultException"><see cref="Fault.DeviceNotFound"/>: the bridge went away; <see cref="Fault.Protocol"/>: no answer of HTTP.</exception>
    internal async ValueTask<BridgeAnswer?> PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }

        try
        {
            string header = $"POST {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nOrigin: {Origin}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n";
            await SendAsync(socket, Encoding.ASCII.GetBytes(header), cancellationToken).ConfigureAwait(false);
            await SendAsync(socket, body, cancellationToken).ConfigureAwait(false);
            BridgeAnswer answer = new(await ReceiveAllAsync(socket, cancellationToken).ConfigureAwait(false));
            if (answer.IsWhole)
            {
                return answer;
            }

            answer.Dispose();
            throw Strange("gave no whole answer of HTTP");
        }
        catch (SocketException gone)
        {
            throw TransportFault.WentAway(uri, gone);
        }
    }

    /// <summary>The same for what the bridge answers at once.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: it did not.</exception>
    internal async ValueTask<BridgeAnswer?> PostPromptAsync(string path, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PromptDeadline);
        try
        {
            return await PostAsync(path, default, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Strange($"gave no answer within {PromptDeadline.TotalSeconds:0} s");
        }
    }

    internal FaultException Strange(string what) => new(
        Fault.Protocol,
        $"{uri}: the bridge at port {port} {what}",
        "Restart Trezor Suite or the bridge; or close it and use --device trezor.");

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
    }

    private async ValueTask<SecretBuffer> ReceiveAllAsync(Socket socket, CancellationToken cancellationToken)
    {
        using SecretWriter answer = new(1024);
        while (answer.WrittenCount <= MaxAnswer)
        {
            int count = await socket.ReceiveAsync(answer.GetMemory(1), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return answer.ToSecretBuffer();
            }

            answer.Advance(count);
        }

        throw Strange($"answered with more than {MaxAnswer} bytes");
    }
}
