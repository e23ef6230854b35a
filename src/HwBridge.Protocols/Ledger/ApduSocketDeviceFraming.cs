using System.Buffers.Binary;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;

namespace HwBridge.Protocols.Ledger;

/// <summary>
/// The device's side of the APDU socket: see <see cref="ApduSocketFraming"/>. APDUs may arrive faster than they are answered.
/// </summary>
/// <remarks>After <see cref="BeginReceive"/>, <see cref="Receive"/> with 0 tells whether the next APDU has already arrived.</remarks>
public sealed class ApduSocketDeviceFraming : IFraming
{
    private const int LengthSize = 4;

    private readonly SecretBuffer _answer = SecretBuffer.Allocate(LengthSize + ApduLimits.MaxMessage);
    private readonly SecretBuffer _requests = SecretBuffer.Allocate(2 * (LengthSize + ApduLimits.MaxMessage));
    private int _unsent;
    private int _received;
    private int _whole;

    /// <inheritdoc/>
    public Memory<byte> ReceiveBuffer => _requests.Memory[_received..];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Message => _whole == 0 ? [] : _requests.Span[LengthSize.._whole];

    /// <inheritdoc/>
    public void BeginSend(ReadOnlySpan<byte> message)
    {
        if (message.Length is < ApduLimits.StatusSize or > ApduLimits.MaxMessage)
        {
            throw new ArgumentException($"an answer has 2 to {ApduLimits.MaxMessage} bytes, not {message.Length}", nameof(message));
        }

        BinaryPrimitives.WriteInt32BigEndian(_answer.Span, message.Length - ApduLimits.StatusSize);
        message.CopyTo(_answer.Span[LengthSize..]);
        _unsent = LengthSize + message.Length;
    }

    /// <inheritdoc/>
    public bool TryGetPiece(out ReadOnlyMemory<byte> piece)
    {
        piece = _answer.Memory[.._unsent];
        if (_unsent == 0)
        {
            _answer.Span.Clear();
        }

        _unsent = 0;
        return !piece.IsEmpty;
    }

    /// <inheritdoc/>
    public void BeginReceive()
    {
        Span<byte> requests = _requests.Span[.._received];
        requests[_whole..].CopyTo(requests);
        requests[(_received - _whole)..].Clear();
        _received -= _whole;
        _whole = 0;
    }

    /// <inheritdoc/>
    public bool Receive(int count)
    {
        _received += count;
        if (_received < LengthSize)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(_requests.Span);
        if (length > ApduLimits.MaxMessage)
        {
            throw new FaultException(
                Fault.Protocol,
                $"the client announced an APDU of {length} bytes, more than {ApduLimits.MaxMessage}",
                "Send a 4-byte big-endian length, then the APDU.");
        }

        int whole = LengthSize + (int)length;
        _whole = _received >= whole ? whole : 0;
        return _whole != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _answer.Dispose();
        _requests.Dispose();
    }
}
