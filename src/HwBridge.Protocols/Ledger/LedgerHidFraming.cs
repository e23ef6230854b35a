using System.Buffers.Binary;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;

namespace HwBridge.Protocols.Ledger;

/// <summary>The host's side of the HID framing: strict about tag, channel and sequence.</summary>
/// <param name="channel">Every program uses 0101; the device answers on the channel of the last packet it received.</param>
public sealed class LedgerHidFraming(ushort channel = LedgerHidFraming.DefaultChannel) : IFraming
{
    /// <summary>The channel that all hosts use.</summary>
    public const ushort DefaultChannel = 0x0101;

    private readonly LedgerHidPackets _outgoing = new();
    private readonly SecretBuffer _packet = SecretBuffer.Allocate(LedgerHidPackets.Size);
    private readonly SecretBuffer _answer = SecretBuffer.Allocate(ApduLimits.MaxMessage);
    private int _length;
    private int _received;
    private int _sequence;

    /// <inheritdoc/>
    public Memory<byte> ReceiveBuffer => _packet.Memory;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Message => _answer.Span[.._length];

    /// <inheritdoc/>
    public void BeginSend(ReadOnlySpan<byte> message) => _outgoing.Begin(channel, message);

    /// <inheritdoc/>
    public bool TryGetPiece(out ReadOnlyMemory<byte> piece) => _outgoing.TryGetPacket(out piece);

    /// <inheritdoc/>
    public void BeginReceive()
    {
        _answer.Span[.._received].Clear();
        _packet.Span.Clear();
        _length = _received = _sequence = 0;
    }

    /// <inheritdoc/>
    public bool Receive(int count)
    {
        ReadOnlySpan<byte> packet = _packet.Span[..count];
        int header = _sequence == 0 ? LedgerHidPackets.FirstHeaderSize : LedgerHidPackets.HeaderSize;
        if (count < header || packet[2] != LedgerHidPackets.ApduTag)
        {
            throw Broken("sent a packet that carries no APDU");
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(packet) != channel)
        {
            throw new FaultException(
                Fault.DeviceBusy,
                "the Ledger answers another program",
                "Close the other program that uses the Ledger (a wallet, a browser tab), then try again.");
        }

        int sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[3..]);
        if (sequence != _sequence)
        {
            throw Broken($"sent packet {sequence} where packet {_sequence} was due");
        }

        if (_sequence == 0)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[LedgerHidPackets.HeaderSize..]);
            _length = length <= ApduLimits.MaxMessage
                ? length
                : throw Broken($"announced an answer of {length} bytes, more than {ApduLimits.MaxMessage}");
        }

        int take = Math.Min(_length - _received, count - header);
        packet.Slice(header, take).CopyTo(_answer.Span[_received..]);
        _received += take;
        _sequence++;
        return _received == _length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outgoing.Dispose();
        _packet.Dispose();
        _answer.Dispose();
    }

    private static FaultException Broken(string what) => new(
        Fault.Protocol,
        $"the Ledger {what}",
        "Close other programs that use the Ledger, unplug it and plug it in again, then try again.");
}
