using System.Buffers.Binary;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;

namespace HwBridge.Protocols.Ledger;

/// <summary>
/// The host's side of the APDU socket. Request: length (4, big-endian) | APDU. Answer: length of the data without the status
/// word (4, big-endian) | data | status word (2).
/// </summary>
public sealed class ApduSocketFraming : IFraming
{
    private const int LengthSize = 4;

    private readonly SecretBuffer _request = SecretBuffer.Allocate(LengthSize + ApduLimits.MaxMessage);
    private readonly SecretBuffer _answer = SecretBuffer.Allocate(LengthSize + ApduLimits.MaxMessage);
    private int _unsent;
    private int _received;
    private int _whole;

    /// <inheritdoc/>
    public Memory<byte> ReceiveBuffer => _answer.Memory[_received..];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Message => _whole == 0 ? [] : _answer.Span[LengthSize.._whole];

    /// <inheritdoc/>
    public void BeginSend(ReadOnlySpan<byte> message)
    {
        if (message.Length > ApduLimits.MaxMessage)
        {
            throw new ArgumentException($"{message.Length} bytes are more than {ApduLimits.MaxMessage}", nameof(message));
        }

        BinaryPrimitives.WriteInt32BigEndian(_request.Span, message.Length);
        message.CopyTo(_request.Span[LengthSize..]);
        _unsent = LengthSize + message.Length;
    }

    /// <inheritdoc/>
    public bool TryGetPiece(out ReadOnlyMemory<byte> piece)
    {
        piece = _request.Memory[.._unsent];
        _unsent = 0;
        return !piece.IsEmpty;
    }

    /// <inheritdoc/>
    public void BeginReceive()
    {
        _answer.Span[.._received].Clear();
        _received = _whole = 0;
    }

    /// <inheritdoc/>
    public bool Receive(int count)
    {
        _received += count;
        if (_received < LengthSize)
        {
            return false;
        }

        uint data = BinaryPrimitives.ReadUInt32BigEndian(_answer.Span);
        if (data > ApduLimits.MaxMessage - ApduLimits.StatusSize)
        {
            throw Broken($"announced an answer of {data} bytes, more than {ApduLimits.MaxMessage - ApduLimits.StatusSize}");
        }

        int whole = LengthSize + (int)data + ApduLimits.StatusSize;
        if (_received > whole)
        {
            // A second answer belongs to a second question, which was not asked: whose answer is which is lost.
            throw Broken($"sent {_received - whole} bytes after its answer");
        }

        _whole = _received == whole ? whole : 0;
        return _whole != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _answer.Dispose();
    }

    private static FaultException Broken(string what) => new(
        Fault.Protocol,
        $"the APDU socket {what}",
        "Check that a Ledger app answers at this port and that no other program is connected to it.");
}
