using System.Buffers.Binary;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Ledger;

/// <summary>
/// Cuts a message into 64-byte HID reports, for either direction: channel (2, big-endian) | tag | sequence (2, from 0) | in packet 0:
/// length (2) | data | zeros.
/// See protocols/ledger/hid-framing.md.
/// </summary>
internal sealed class LedgerHidPackets : IDisposable
{
    internal const int Size = 64;
    internal const byte ApduTag = 0x05;

    /// <summary>Channel, tag, sequence.</summary>
    internal const int HeaderSize = 5;

    /// <summary>The same with the length that packet 0 has.</summary>
    internal const int FirstHeaderSize = 7;

    private readonly SecretBuffer _message = SecretBuffer.Allocate(ApduLimits.MaxMessage);
    private readonly SecretBuffer _packet = SecretBuffer.Allocate(Size);
    private ushort _channel;
    private ushort _sequence;
    private int _length;
    private int _sent;
    private bool _done = true;

    internal void Begin(ushort channel, ReadOnlySpan<byte> message)
    {
        if (message.Length > ApduLimits.MaxMessage)
        {
            throw new ArgumentException($"{message.Length} bytes are more than {ApduLimits.MaxMessage}", nameof(message));
        }

        message.CopyTo(_message.Span);
        _channel = channel;
        _length = message.Length;
        _sequence = 0;
        _sent = 0;
        _done = false;
    }

    internal bool TryGetPacket(out ReadOnlyMemory<byte> packet)
    {
        Span<byte> bytes = _packet.Span;
        bytes.Clear();
        packet = _packet.Memory;
        if (_done)
        {
            _message.Span.Clear();
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes, _channel);
        bytes[2] = ApduTag;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[3..], _sequence);
        int header = HeaderSize;
        if (_sequence == 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[HeaderSize..], (ushort)_length);
            header = FirstHeaderSize;
        }

        int take = Math.Min(_length - _sent, Size - header);
        _message.Span.Slice(_sent, take).CopyTo(bytes[header..]);
        _sent += take;
        _sequence++;
        _done = _sent == _length;
        return true;
    }

    public void Dispose()
    {
        _message.Dispose();
        _packet.Dispose();
    }
}
