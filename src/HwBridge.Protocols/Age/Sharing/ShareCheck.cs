using System.Security.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>
/// What names a wrong share: HKDF-SHA-256(ikm = the share, salt = the set's id and the share's place, info = "hwbridge-share"), 16 bytes
/// (protocols/hwbridge/shares.md § Checks, which says why it tells a thief nothing).
/// </summary>
internal static class ShareCheck
{
    internal const int Size = 16;

    internal static void Compute(SecretBuffer share, ReadOnlySpan<byte> salt, Span<byte> check) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, share.Span, check, salt, "hwbridge-share"u8);

    /// <summary>The salt of a place within another: its group's threshold, its x, and how many stand before it in the group.</summary>
    internal static byte[] SaltOf(ReadOnlySpan<byte> around, int threshold, byte x, int position) =>
        [.. around, (byte)threshold, x, (byte)position];
}
