using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Cryptography;

/// <summary>Key agreement over Curve25519 (RFC 7748 § 5), by libsodium. Constant time in the secret.</summary>
public static unsafe class X25519
{
    /// <summary>The size in bytes of a secret, a public key and a shared secret.</summary>
    public const int Size = 32;

    /// <summary>X25519(<paramref name="secret"/>, 9).</summary>
    /// <param name="secret">32 bytes, clamped inside (RFC 7748 § 5).</param>
    public static X25519PublicKey GetPublicKey(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Size);
        Span<byte> result = stackalloc byte[Size];
        fixed (byte* q = result, n = secret)
        {
            _ = Sodium.crypto_scalarmult_curve25519_base(q, n);
        }

        return new X25519PublicKey(result);
    }

    /// <summary>X25519(<paramref name="secret"/>, <paramref name="peer"/>), little-endian.</summary>
    /// <param name="secret">32 bytes.</param>
    /// <param name="peer">The other side's public key.</param>
    /// <param name="shared">Receives 32 bytes: guarded memory, or a stack span that the caller clears.</param>
    /// <returns>False when the result is all zero (a peer of low order): it must not be used.</returns>
    public static bool TryAgree(ReadOnlySpan<byte> secret, X25519PublicKey peer, Span<byte> shared)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Size);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shared.Length, Size);
        Span<byte> point = stackalloc byte[Size];
        peer.CopyTo(point);
        fixed (byte* q = shared, n = secret, p = point)
        {
            return Sodium.crypto_scalarmult_curve25519(q, n, p) == 0;
        }
    }
}
