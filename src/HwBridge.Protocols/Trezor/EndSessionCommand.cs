using System.Buffers;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Has the device forget the session and the passphrase in it.</summary>
public readonly record struct EndSessionCommand : ITrezorCommand<Success>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.EndSession;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Success;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
    }

    /// <inheritdoc/>
    public Success Decode(ReadOnlySpan<byte> payload) => TrezorMessage.Decode(Success.Parser, payload);
}
