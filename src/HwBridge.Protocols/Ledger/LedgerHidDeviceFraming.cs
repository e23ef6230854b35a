using System.Buffers.Binary;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;

namespace HwBridge.Protocols.Ledger;

/// <summary>The device's side of the HID framing, with the firmware's leniency: see protocols/ledger/hid-framing.md.</summary>
/// <remarks>
/// The channel is never checked and answers go to the one of the last packet. A packet out of sequence is dropped: silently
/// when idle, as an error in the middle of an APDU, without an answer in both cases. Requests other than APDUs (version,
/// channel, ping, MTU) are answered by <see cref="Reply"/>, which the caller sends before it receives on.
/// </remarks>
public sealed class LedgerHidDeviceFraming : IFraming
{
    private const byte VersionTag = 0x00;
    private const byte AllocateChannelTag = 0x01;
    private const byte PingTag = 0x02;
    private const byte MtuTag = 0x08;

    private readonly LedgerHidPackets _outgoing = new();
    private readonly SecretBuffer _packet = SecretBuffer.Allocate(LedgerHidPackets.Size);
    private readonly SecretBuffer _apdu = SecretBuffer.Allocate(ApduLimits.MaxMessage);
    private readonly byte[] _reply = new byte[LedgerHidPackets.Size];
    private ushort _channel;
    private int _length;

    /// <inheritdoc/>
    public Memory<byte> ReceiveBuffer => _packet.Memory;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Message => _apdu.Span[.._length];

    /// <summary>The packet that answers the last one by itself; empty for APDUs and errors.</summary>
    public ReadOnlyMemory<byte> Reply { get; private set; }

    /// <summary>What the firmware's parser would return for the last packet.</summary>
    internal HidPacketResult Result { get; private set; }

    /// <summary>The sequence number that is due next.</summary>
    internal int NextSequence { get; private set; }

    /// <summary>How many bytes of the APDU have arrived.</summary>
    internal int Offset { get; private set; }

    /// <inheritdoc/>
    public void BeginSend(ReadOnlySpan<byte> message) => _outgoing.Begin(_channel, message);

    /// <inheritdoc/>
    public bool TryGetPiece(out ReadOnlyMemory<byte> piece) => _outgoing.TryGetPacket(out piece);

    /// <inheritdoc/>
    public void BeginReceive()
    {
        _apdu.Span[..Offset].Clear();
        _packet.Span.Clear();
        _length = Offset = NextSequence = 0;
    }

    /// <inheritdoc/>
    public bool Receive(int count)
    {
        ReadOnlySpan<byte> packet = _packet.Span[..count];
        Reply = default;
        Result = HidPacketResult.Success;
        if (count < 3)
        {
            Result = HidPacketResult.NotEnoughSpace;
            return false;
        }

        _channel = BinaryPrimitives.ReadUInt16BigEndian(packet);
        switch (packet[2])
        {
            case LedgerHidPackets.ApduTag:
                return ReceiveApdu(packet);
            case AllocateChannelTag or PingTag:
                Answer(packet, []);
                return false;
            case VersionTag:
                Answer(packet, [0, 0, 0, 0]);
                return false;
            case MtuTag:
                Answer(packet, [0, 0, LedgerHidPackets.Size - 2, 1, LedgerHidPackets.Size - 2]);
                return false;
            default:
                Result = HidPacketResult.NotSupported;
                return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outgoing.Dispose();
        _packet.Dispose();
        _apdu.Dispose();
    }

    private bool ReceiveApdu(ReadOnlySpan<byte> packet)
    {
        int header = NextSequence == 0 ? LedgerHidPackets.FirstHeaderSize : LedgerHidPackets.HeaderSize;
        if (packet.Length < header)
        {
            Result = HidPacketResult.NotEnoughSpace;
            return false;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(packet[3..]) != NextSequence)
        {
            Result = NextSequence == 0 ? HidPacketResult.Success : HidPacketResult.NotEnoughSpace;
            return false;
        }

        if (NextSequence == 0)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[LedgerHidPackets.HeaderSize..]);
            if (length > ApduLimits.MaxMessage)
            {
                Result = HidPacketResult.NotEnoughSpace;
                return false;
            }

            _length = length;
            Offset = 0;
        }

        int take = Math.Min(_length - Offset, packet.Length - header);
        packet.Slice(header, take).CopyTo(_apdu.Span[Offset..]);
        Offset += take;
        bool whole = Offset == _length;
        NextSequence = whole ? 0 : NextSequence + 1;
        return whole;
    }

    private void Answer(ReadOnlySpan<byte> request, ReadOnlySpan<byte> afterTag)
    {
        Array.Clear(_reply);
        request.CopyTo(_reply);
        afterTag.CopyTo(_reply.AsSpan(3));
        Reply = _reply;
    }
}
