using System.Buffers;
using Google.Protobuf;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Starts or resumes a session. It also ends any request that is pending: never send it while one is.</summary>
/// <param name="SessionId">The session to resume, or empty. The device starts a new one when it no longer has it.</param>
public readonly record struct InitializeCommand(ReadOnlyMemory<byte> SessionId) : ITrezorCommand<Features>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.Initialize;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Features;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        Initialize message = new();
        if (!SessionId.IsEmpty)
        {
            message.SessionId = ByteString.CopyFrom(SessionId.Span);
        }

        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public Features Decode(ReadOnlySpan<byte> payload) => TrezorMessage.Decode(Features.Parser, payload);
}
