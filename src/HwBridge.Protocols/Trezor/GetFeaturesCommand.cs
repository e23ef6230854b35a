using System.Buffers;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Reads the features without touching any session.</summary>
public readonly record struct GetFeaturesCommand : ITrezorCommand<Features>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.GetFeatures;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Features;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
    }

    /// <inheritdoc/>
    public Features Decode(ReadOnlySpan<byte> payload) => TrezorMessage.Decode(Features.Parser, payload);
}
