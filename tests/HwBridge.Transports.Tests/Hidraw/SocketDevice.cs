using System.Net.Sockets;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Tests.Hidraw;

/// <summary>A socket that keeps packets apart in place of a HID node, and the device at its other end.</summary>
internal sealed class SocketDevice : ITransport
{
    private readonly Socket _socket;

    private SocketDevice(Socket socket) => _socket = socket;

    public string Uri => "the device's end";

    /// <summary>Makes a pair; the descriptor is the host's end.</summary>
    internal static (Descriptor Host, SocketDevice Device) Connect()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hwbridge-hidraw-");
        UnixDomainSocketEndPoint place = new(Path.Combine(folder.FullName, "node"));
        using Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        Socket host = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        host.Connect(place);
        host.Blocking = false;
        SocketDevice device = new(listener.Accept());
        folder.Delete(recursive: true);
        int number = (int)host.SafeHandle.DangerousGetHandle();
        host.SafeHandle.SetHandleAsInvalid();
        return (Descriptor.Adopt(number), device);
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
        await _socket.SendAsync(piece, cancellationToken);

    /// <summary>Takes what the kernel gets: 65 bytes, the number 0 in front.</summary>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] numbered = new byte[100];
        int count = await _socket.ReceiveAsync(numbered, cancellationToken);
        Assert.That(count, Is.EqualTo(65));
        Assert.That(numbered[0], Is.Zero);
        numbered.AsSpan(1, 64).CopyTo(buffer.Span);
        return 64;
    }

    public void Drain() => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
