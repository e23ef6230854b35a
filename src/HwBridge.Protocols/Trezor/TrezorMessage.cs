using System.Buffers.Binary;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>A message as <see cref="CodecV1Framing"/> carries it: type (u16, big-endian) and protobuf payload.</summary>
public static class TrezorMessage
{
    /// <summary>Writes the type, the first two bytes of a message.</summary>
    public static void WriteType(Span<byte> message, MessageType type) => BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)type);

    /// <summary>The type of a whole message.</summary>
    public static MessageType TypeOf(ReadOnlySpan<byte> message) => (MessageType)BinaryPrimitives.ReadUInt16BigEndian(message);

    /// <summary>The payload of a whole message.</summary>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> message) => message[CodecV1Framing.TypeSize..];

    /// <summary>Decodes a payload that holds no secret.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: malformed, or a required field is missing.</exception>
    public static T Decode<T>(MessageParser<T> parser, ReadOnlySpan<byte> payload)
        where T : IMessage<T>
    {
        T message;
        try
        {
            message = parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw TrezorFault.Protocol($"a malformed {typeof(T).Name}", malformed);
        }

        // Parsing from a span leaves this check out.
        return message.IsInitialized() ? message : throw TrezorFault.Protocol($"a {typeof(T).Name} that lacks a required field");
    }
}
