using System.Buffers.Binary;
using Google.Protobuf;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Transports;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>
/// A software Trezor on the bench. Everything runs on the calling thread: <see cref="Feed"/> returns when the device waits for the next
/// packet or for the person, so "no answer" is known and not guessed from a delay.
/// </summary>
internal sealed class DeviceBench : ITransport, IDisposable
{
    private readonly CancellationTokenSource _off = new();
    private readonly Queue<byte[]> _incoming = new();
    private readonly List<byte[]> _outgoing = [];
    private readonly SoftwareTrezor _device;
    private readonly Task _run;
    private TaskCompletionSource<int>? _waiting;
    private Memory<byte> _buffer;

    internal DeviceBench(SoftwareTrezorOptions options)
    {
        // With a context of its own the test runner would keep continuations off this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        _device = new SoftwareTrezor(options, Person, Clock, Randomness);
        _run = _device.RunAsync(this, _off.Token);
    }

    internal RecordedPerson Person { get; } = new();

    internal RecordedRandomness Randomness { get; } = new();

    internal InstantClock Clock { get; } = new();

    public string Uri => "test:bench";

    internal bool HasOutput => _outgoing.Count > 0;

    internal void Feed(byte[] packet)
    {
        Assert.That(_run.IsCompleted, Is.False, () => $"the device stopped: {_run.Exception}");
        _incoming.Enqueue(packet);
        if (_waiting is { } waiting)
        {
            _waiting = null;
            waiting.SetResult(Take(_buffer));
        }

        Assert.That(_run.IsFaulted, Is.False, () => $"the device broke: {_run.Exception}");
    }

    /// <summary>Cuts a message into packets and feeds them.</summary>
    internal void Send(MessageType type, IMessage message)
    {
        byte[] payload = message.ToByteArray();
        byte[] packet = new byte[64];
        "?##"u8.CopyTo(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(3), (ushort)type);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(5), payload.Length);
        int sent = Math.Min(payload.Length, 55);
        payload.AsSpan(0, sent).CopyTo(packet.AsSpan(9));
        Feed(packet);
        while (sent < payload.Length)
        {
            packet = new byte[64];
            packet[0] = (byte)'?';
            int count = Math.Min(payload.Length - sent, 63);
            payload.AsSpan(sent, count).CopyTo(packet.AsSpan(1));
            sent += count;
            Feed(packet);
        }
    }

    /// <summary>The oldest packet that the device sent and nobody took.</summary>
    internal byte[] TakePacket()
    {
        Assert.That(_outgoing, Is.Not.Empty, "the device sent nothing");
        byte[] packet = _outgoing[0];
        _outgoing.RemoveAt(0);
        return packet;
    }

    /// <summary>The oldest message that the device sent and nobody took.</summary>
    internal (MessageType Type, byte[] Payload) TakeMessage()
    {
        byte[] first = TakePacket();
        byte[] payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(5))];
        int taken = Math.Min(payload.Length, 55);
        first.AsSpan(9, taken).CopyTo(payload);
        while (taken < payload.Length)
        {
            int count = Math.Min(payload.Length - taken, 63);
            TakePacket().AsSpan(1, count).CopyTo(payload.AsSpan(taken));
            taken += count;
        }

        return ((MessageType)BinaryPrimitives.ReadUInt16BigEndian(first.AsSpan(3)), payload);
    }

    /// <summary>The next message, which must be of this type.</summary>
    internal T Take<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        (MessageType type, byte[] payload) = TakeMessage();
        T message = parser.ParseFrom(payload);
        Assert.That(
            type.ToString(),
            Is.EqualTo(message.Descriptor.Name).IgnoreCase,
            () => type == MessageType.Failure ? Failure.Parser.ParseFrom(payload).Message : "");
        return message;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        _outgoing.Add(piece.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_incoming.Count > 0)
        {
            return ValueTask.FromResult(Take(buffer));
        }

        _buffer = buffer;
        TaskCompletionSource<int> waiting = new();
        cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        _waiting = waiting;
        return new ValueTask<int>(waiting.Task);
    }

    public void Drain() => _incoming.Clear();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
        _off.Cancel();
        Assert.That(() => _run, Throws.InstanceOf<OperationCanceledException>());
        _device.Dispose();
        _off.Dispose();
    }

    private int Take(Memory<byte> buffer)
    {
        byte[] packet = _incoming.Dequeue();
        int count = Math.Min(packet.Length, buffer.Length);
        packet.AsMemory(0, count).CopyTo(buffer);
        return count;
    }
}
