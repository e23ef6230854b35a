using System.Buffers;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Locks the device: it asks for its PIN again. Sessions stay.</summary>
public readonly record struct LockDeviceCommand : ITrezorCommand<Success>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.LockDevice;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Success;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
    }

    /// <inheritdoc/>
    public Success Decode(ReadOnlySpan<byte> payload) => TrezorMessage.Decode(Success.Parser, payload);
}
