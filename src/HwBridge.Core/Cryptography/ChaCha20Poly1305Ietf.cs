using HwBridge.Core.Secrets;

namespace HwBridge.Core.Cryptography;

/// <summary>AEAD_CHACHA20_POLY1305 (RFC 8439 § 2.8) without associated data, by libsodium: everywhere the same, on any processor.</summary>
public static unsafe class ChaCha20Poly1305Ietf
{
    /// <summary>The key's size in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The nonce's size in bytes.</summary>
    public const int NonceSize = 12;

    /// <summary>How many bytes longer a ciphertext is: the tag stands at its end.</summary>
    public const int TagSize = 16;

    /// <summary>Encrypts and authenticates.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">12 bytes, never used twice with a key.</param>
    /// <param name="plaintext">Any bytes.</param>
    /// <param name="ciphertext">Receives exactly <see cref="TagSize"/> bytes more than the plaintext.</param>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        Check(key, nonce, plaintext.Length, ciphertext.Length);
        fixed (byte* c = ciphertext, m = plaintext, n = nonce, k = key)
        {
            ulong written;
            _ = Sodium.crypto_aead_chacha20poly1305_ietf_encrypt(c, &written, m, (ulong)plaintext.Length, null, 0, null, n, k);
        }
    }

    /// <summary>Decrypts; false, and a cleared <paramref name="plaintext"/>, when the tag does not fit.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="ciphertext">The ciphertext with its tag.</param>
    /// <param name="plaintext">Receives exactly <see cref="TagSize"/> bytes fewer: guarded memory where it is secret.</param>
    public static bool TryDecrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        Check(key, nonce, plaintext.Length, ciphertext.Length);
        fixed (byte* c = ciphertext, m = plaintext, n = nonce, k = key)
        {
            ulong written;
            if (Sodium.crypto_aead_chacha20poly1305_ietf_decrypt(m, &written, null, c, (ulong)ciphertext.Length, null, 0, n, k) == 0)
            {
                return true;
            }
        }

        plaintext.Clear();
        return false;
    }

    private static void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int plaintext, int ciphertext)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertext, plaintext + TagSize);
    }
}
