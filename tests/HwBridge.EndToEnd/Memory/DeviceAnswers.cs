using System.Buffers.Binary;
using HwBridge.Core.KeyStores;

namespace HwBridge.EndToEnd.Memory;

/// <summary>The secrets among the bytes that a relay saw on their way from a device.</summary>
internal static class DeviceAnswers
{
    private const int CipheredKeyValue = 48;
    private const int EcdhSessionKey = 62;
    private const int SecretSize = 32;

    // What a message's first packet, and each further one, has room for.
    private const int FirstSize = 55;
    private const int MoreSize = 63;

    /// <summary>The shared secrets that a Ledger gave: the answers of 32 bytes that are not its public key.</summary>
    internal static IReadOnlyList<byte[]> SharedSecrets(byte[] stream, X25519PublicKey device)
    {
        List<byte[]> secrets = [];
        for (int offset = 0; offset < stream.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(offset));
            byte[] answer = stream[(offset + 4)..(offset + 4 + length)];
            if (length == SecretSize && new X25519PublicKey(answer) != device)
            {
                secrets.Add(answer);
            }

            offset += 4 + length + 2;
        }

        return secrets;
    }

    /// <summary>The shared secrets that a Trezor gave, and its public key.</summary>
    internal static IReadOnlyList<(byte[] Shared, X25519PublicKey Device)> Agreements(IReadOnlyList<byte[]> packets) =>
        [.. Messages(packets, EcdhSessionKey).Select(message => (message[3..35], new X25519PublicKey(message.AsSpan(38, SecretSize))))];

    /// <summary>The enciphered values that a Trezor gave.</summary>
    internal static IReadOnlyList<byte[]> CipheredValues(IReadOnlyList<byte[]> packets) =>
        [.. Messages(packets, CipheredKeyValue).Select(message => message[2..(2 + message[1])])];

    /// <summary>Whether such an answer has begun.</summary>
    internal static bool HasCipheredValue(IReadOnlyList<byte[]> packets) => packets.Any(packet => IsFirst(packet, CipheredKeyValue));

    private static bool IsFirst(byte[] packet, int type) =>
        packet.AsSpan().StartsWith("?##"u8) && BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(3)) == type;

    /// <summary>The payloads of a type's messages, with what pads their last packet.</summary>
    private static IEnumerable<byte[]> Messages(IReadOnlyList<byte[]> packets, int type)
    {
        for (int i = 0; i < packets.Count; i++)
        {
            if (IsFirst(packets[i], type))
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(packets[i].AsSpan(5));
                int more = (Math.Max(0, length - FirstSize) + MoreSize - 1) / MoreSize;
                yield return [.. packets[i][^FirstSize..], .. packets.Skip(i + 1).Take(more).SelectMany(packet => packet[^MoreSize..])];
            }
        }
    }
}
