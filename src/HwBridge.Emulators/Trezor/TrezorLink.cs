using System.Buffers.Binary;
using Google.Protobuf;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Transports;

namespace HwBridge.Emulators.Trezor;

/// <summary>The device's end of a transport: 64-byte packets in, whole messages of codec v1 out.</summary>
/// <param name="transport">To the host or hosts.</param>
/// <param name="clearsPadding">False where the firmware leaves the packet before in the padding of a last packet (core).</param>
internal sealed class TrezorLink(ITransport transport, bool clearsPadding)
{
    internal const int PacketSize = 64;
    private const int HeaderSize = 9;

    // Never cleared: of a short datagram the maker's emulators, too, read the rest from the packet before.
    private readonly byte[] _received = new byte[PacketSize];
    private Task<int>? _receiving;

    /// <summary>Completes when a packet is there; <see cref="ReceiveAsync"/> then gives it at once.</summary>
    internal Task ArrivalAsync(CancellationToken cancellationToken) =>
        _receiving ??= transport.ReceiveAsync(_received, cancellationToken).AsTask();

    /// <summary>The next packet, 64 bytes, valid until the next call of either method.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        await ArrivalAsync(cancellationToken).ConfigureAwait(false);
        _receiving = null;
        return _received;
    }

    /// <summary>Sends one message in as many packets as it needs.</summary>
    internal ValueTask SendAsync(MessageType type, IMessage message, CancellationToken cancellationToken) =>
        SendAsync(type, message.ToByteArray(), cancellationToken);

    internal async ValueTask SendAsync(MessageType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[PacketSize];
        "?##"u8.CopyTo(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(3), (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(5), (uint)payload.Length);
        int start = HeaderSize;
        do
        {
            int count = Math.Min(payload.Length, PacketSize - start);
            payload[..count].CopyTo(packet.AsMemory(start));
            payload = payload[count..];
            if (clearsPadding)
            {
                packet.AsSpan(start + count).Clear();
            }

            await transport.SendAsync(packet, cancellationToken).ConfigureAwait(false);
            start = 1;
        }
        while (!payload.IsEmpty);
    }
}
