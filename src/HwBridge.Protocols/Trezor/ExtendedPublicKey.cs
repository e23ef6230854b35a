using System.Buffers.Binary;

namespace HwBridge.Protocols.Trezor;

/// <summary>
/// The text <c>xpub…</c> of a public key (BIP-32 § Serialization format), which is what a Trezor's screen shows of any curve's key.
/// </summary>
internal static class ExtendedPublicKey
{
    private const uint Version = 0x0488B21E;
    private const int Length = 78;

    /// <summary>Base 58 with a checksum of version, depth, parent's fingerprint, child number, chain code and key.</summary>
    /// <param name="depth">0 … 255.</param>
    /// <param name="fingerprint">The parent's.</param>
    /// <param name="childNumber">The last element of the path.</param>
    /// <param name="chainCode">32 bytes.</param>
    /// <param name="publicKey">33 bytes.</param>
    internal static string Format(
        byte depth, uint fingerprint, uint childNumber, ReadOnlySpan<byte> chainCode, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Version);
        bytes[4] = depth;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[5..], fingerprint);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[9..], childNumber);
        chainCode.CopyTo(bytes[13..]);
        publicKey.CopyTo(bytes[45..]);
        return Base58Check.Encode(bytes);
    }
}
