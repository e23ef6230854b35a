using System.Buffers;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>A request with the bytes that were recorded, and its answer as bytes.</summary>
internal sealed record RecordedCommand(MessageType Request, MessageType Answer, byte[] Payload) : ITrezorCommand<byte[]>
{
    public void Encode(IBufferWriter<byte> payload) => payload.Write(Payload);

    public byte[] Decode(ReadOnlySpan<byte> payload) => payload.ToArray();
}
