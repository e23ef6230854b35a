using System.Buffers;
using Google.Protobuf;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Has the device send a text back.</summary>
/// <param name="Text">At most 255 characters.</param>
/// <param name="Confirm">Have it approved on the screen.</param>
public readonly record struct PingCommand(string Text, bool Confirm = false) : ITrezorCommand<string>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.Ping;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Success;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        Ping message = new() { Message = Text };
        if (Confirm)
        {
            message.ButtonProtection = true;
        }

        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<byte> payload) => TrezorMessage.Decode(Success.Parser, payload).Message;

    /// <summary>True when a Success is the answer to just this ping. Anything else, malformed or not, belongs to another request.</summary>
    public bool IsAnsweredBy(ReadOnlySpan<byte> payload)
    {
        ArrayBufferWriter<byte> answer = new();
        new Success { Message = Text }.WriteTo(answer);
        return payload.SequenceEqual(answer.WrittenSpan);
    }
}
