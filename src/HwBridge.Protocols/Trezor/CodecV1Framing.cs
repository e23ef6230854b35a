using System.Buffers.Binary;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;

namespace HwBridge.Protocols.Trezor;

/// <summary>
/// Trezor's codec v1: packets of 64 bytes. The first is <c>?##</c>, type (u16), payload length (u32), 55 payload bytes; each
/// further one <c>?</c> and 63 payload bytes; big-endian. Sent with zeros as padding, received with any. Serves host and device alike.
/// </summary>
/// <remarks>
/// A <see cref="Message"/> is the type (two bytes, big-endian) and the payload. Memory grows with what has arrived, never with what
/// a header announces. See protocols/trezor/codec-v1.md.
/// </remarks>
/// <param name="maxPayload">The longest payload taken, in bytes; a longer one is refused at its header.</param>
public sealed class CodecV1Framing(int maxPayload = CodecV1Framing.DefaultMaxPayload) : IFraming
{
    /// <summary>The size of every packet in bytes.</summary>
    public const int PacketSize = 64;

    /// <summary>The longest payload that a host takes: a Trezor's own answers stay below 2 KiB.</summary>
    public const int DefaultMaxPayload = 64 * 1024;

    /// <summary>The bytes of a message's type.</summary>
    public const int TypeSize = 2;

    private const byte Mark = (byte)'?';
    private const int HeaderSize = 9;
    private const int FirstCapacity = 1024;
    private const int Idle = -1;

    private readonly SecretBuffer _sent = SecretBuffer.Allocate(PacketSize);
    private readonly SecretBuffer _received = SecretBuffer.Allocate(PacketSize);
    private SecretBuffer _outgoing = SecretBuffer.Allocate(0);
    private SecretBuffer _incoming = SecretBuffer.Allocate(FirstCapacity);
    private int _outgoingOffset;
    private int _incomingLength;
    private int _expected = Idle;

    /// <summary>
    /// One packet that makes a device forget an unfinished message: it does not begin with <c>?</c>. An idle device stays silent or
    /// answers a Failure.
    /// </summary>
    public static ReadOnlyMemory<byte> ForgetPacket { get; } = new byte[PacketSize];

    /// <summary>
    /// True: packets that start no message are passed over and a broken message is dropped, both without a fault. For a host that
    /// does not know what the device was saying when it came.
    /// </summary>
    public bool SkipsStrays { get; set; }

    /// <summary>
    /// True from a message's first piece until <see cref="TryGetPiece"/> says that all was sent: the peer may wait for the rest.
    /// </summary>
    public bool IsSendUnfinished { get; private set; }

    /// <inheritdoc/>
    public Memory<byte> ReceiveBuffer => _received.Memory;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Message => _incomingLength == _expected
        ? _incoming.Span[.._incomingLength]
        : throw new InvalidOperationException("no whole message has been received");

    /// <inheritdoc/>
    public void BeginSend(ReadOnlySpan<byte> message)
    {
        if (message.Length is < TypeSize || message.Length - TypeSize > maxPayload)
        {
            throw new ArgumentException($"a message is a type of 2 bytes and a payload of at most {maxPayload}", nameof(message));
        }

        _outgoing.Dispose();
        _outgoing = SecretBuffer.CopyOf(message);
        _outgoingOffset = 0;
        IsSendUnfinished = false;
    }

    /// <inheritdoc/>
    public bool TryGetPiece(out ReadOnlyMemory<byte> piece)
    {
        Span<byte> packet = _sent.Span;
        packet.Clear();
        piece = default;
        if (_outgoingOffset == _outgoing.Length)
        {
            _outgoing.Span.Clear();
            IsSendUnfinished = false;
            return false;
        }

        int header = 1;
        packet[0] = Mark;
        if (_outgoingOffset == 0)
        {
            "?##"u8.CopyTo(packet);
            _outgoing.Span[..TypeSize].CopyTo(packet[3..]);
            BinaryPrimitives.WriteUInt32BigEndian(packet[5..], (uint)(_outgoing.Length - TypeSize));
            _outgoingOffset = TypeSize;
            header = HeaderSize;
        }

        int length = Math.Min(PacketSize - header, _outgoing.Length - _outgoingOffset);
        _outgoing.Span.Slice(_outgoingOffset, length).CopyTo(packet[header..]);
        _outgoingOffset += length;
        IsSendUnfinished = true;
        piece = _sent.Memory;
        return true;
    }

    /// <inheritdoc/>
    public void BeginReceive()
    {
        _received.Span.Clear();
        _incoming.Span[.._incomingLength].Clear();
        _incomingLength = 0;
        _expected = Idle;
    }

    /// <inheritdoc/>
    public bool Receive(int count)
    {
        if (_incomingLength == _expected)
        {
            throw new InvalidOperationException("the message received before was not taken");
        }

        ReadOnlySpan<byte> packet = _received.Span;
        if (count != PacketSize)
        {
            return Stray($"a packet of {count} bytes came instead of {PacketSize}");
        }

        if (_expected != Idle)
        {
            if (packet[0] != Mark)
            {
                return Stray($"a message broke off after {_incomingLength - TypeSize} of {_expected - TypeSize} bytes");
            }

            Append(packet[1..]);
            return _incomingLength == _expected;
        }

        if (!packet.StartsWith("?##"u8))
        {
            return Stray("a packet came that begins no message");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(packet[5..]);
        if (length > maxPayload)
        {
            return Stray($"a message of {length} bytes was announced, more than {maxPayload}");
        }

        _expected = TypeSize + (int)length;
        Append(packet[3..(3 + TypeSize)]);
        Append(packet[HeaderSize..]);
        return _incomingLength == _expected;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sent.Dispose();
        _received.Dispose();
        _outgoing.Dispose();
        _incoming.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, _expected - _incomingLength)];
        int needed = _incomingLength + bytes.Length;
        if (needed > _incoming.Length)
        {
            SecretBuffer larger = SecretBuffer.Allocate(Math.Max(needed, _incoming.Length * 2));
            _incoming.Span[.._incomingLength].CopyTo(larger.Span);
            _incoming.Dispose();
            _incoming = larger;
        }

        bytes.CopyTo(_incoming.Span[_incomingLength..]);
        _incomingLength = needed;
    }

    private bool Stray(string cause)
    {
        BeginReceive();
        return SkipsStrays ? false : throw TrezorFault.Protocol(cause);
    }
}
