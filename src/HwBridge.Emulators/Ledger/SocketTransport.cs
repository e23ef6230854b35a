using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Emulators.Ledger;

/// <summary>The device's end of an accepted connection.</summary>
internal sealed class SocketTransport(Socket socket) : ITransport
{
    public string Uri => $"client {socket.RemoteEndPoint}";

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        try
        {
            while (!piece.IsEmpty)
            {
                piece = piece[await socket.SendAsync(piece, cancellationToken).ConfigureAwait(false)..];
            }
        }
        catch (SocketException failed)
        {
            throw Gone(failed);
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int count = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            return count > 0 ? count : throw Gone(null);
        }
        catch (SocketException failed)
        {
            throw Gone(failed);
        }
    }

    public void Drain()
    {
        Span<byte> nowhere = stackalloc byte[256];
        while (socket.Available > 0)
        {
            socket.Receive(nowhere);
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static FaultException Gone(Exception? inner) =>
        new(Fault.DeviceNotFound, "the client closed the connection", "Connect again.", inner);
}
