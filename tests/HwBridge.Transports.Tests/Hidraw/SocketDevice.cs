using System.Net.Sockets;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Tests.Hidraw;

/// <summary>A socket that keeps packets apart in place of a HID node, and the device at its other end.</summary>
internal sealed class SocketDevice : ITransport
{
    private readonly Socket _socket;

    private readonly int _front;

    private SocketDevice(Socket socket, bool isNumbered) => (_socket, _front) = (socket, isNumbered ? 0 : 1);

    public string Uri => "the device's end";

    /// <summary>Makes a pair; the descriptor is the host's end.</summary>
    internal static (Descriptor Host, SocketDevice Device) Connect(bool isNumbered)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hwbridge-hidraw-");
        UnixDomainSocketEndPoint place = new(Path.Combine(folder.FullName, "node"));
        using Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        Socket host = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        host.Connect(place);
        host.Blocking = false;
        SocketDevice device = new(listener.Accept(), isNumbered);
        folder.Delete(recursive: true);
        int number = (int)host.SafeHandle.DangerousGetHandle();
        host.SafeHandle.SetHandleAsInvalid();
        return (Descriptor.Adopt(number), device);
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
        await _socket.SendAsync(piece, cancellationToken);

    /// <summary>Takes what the kernel gets: the number 0 in front of a report that has none.</summary>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] numbered = new byte[100];
        int count = await _socket.ReceiveAsync(numbered, cancellationToken);
        Assert.That(count, Is.EqualTo(_front + 64));
        Assert.That(numbered[.._front], Is.All.Zero);
        numbered.AsSpan(_front, 64).CopyTo(buffer.Span);
        return 64;
    }

    public void Drain() => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
