using HwBridge.Core.Cryptography;

namespace HwBridge.Core.Tests.Cryptography;

public class ChaCha20Poly1305IetfTests
{
    [FsCheck.NUnit.Property]
    public bool Encrypt_AnyBytes_IsWhatTheFrameworkGives(byte[] plaintext, Guid left, Guid right)
    {
        byte[] key = [.. left.ToByteArray(), .. right.ToByteArray()];
        byte[] nonce = left.ToByteArray()[..ChaCha20Poly1305Ietf.NonceSize];
        byte[] actual = new byte[plaintext.Length + ChaCha20Poly1305Ietf.TagSize];
        ChaCha20Poly1305Ietf.Encrypt(key, nonce, plaintext, actual);
        byte[] expected = new byte[actual.Length];
        using System.Security.Cryptography.ChaCha20Poly1305 framework = new(key);
        framework.Encrypt(nonce, plaintext, expected.AsSpan(0, plaintext.Length), expected.AsSpan(plaintext.Length));
        byte[] back = new byte[plaintext.Length];
        return actual.SequenceEqual(expected) && ChaCha20Poly1305Ietf.TryDecrypt(key, nonce, actual, back) && back.SequenceEqual(plaintext);
    }

    [Test]
    public void TryDecrypt_AnyBitFlipped_GivesNothing()
    {
        byte[] key = new byte[ChaCha20Poly1305Ietf.KeySize];
        byte[] nonce = new byte[ChaCha20Poly1305Ietf.NonceSize];
        byte[] ciphertext = new byte[5 + ChaCha20Poly1305Ietf.TagSize];
        ChaCha20Poly1305Ietf.Encrypt(key, nonce, "hello"u8, ciphertext);
        for (int bit = 0; bit < 8 * ciphertext.Length; bit++)
        {
            byte[] changed = [.. ciphertext];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] plaintext = [1, 2, 3, 4, 5];
            Assert.That(ChaCha20Poly1305Ietf.TryDecrypt(key, nonce, changed, plaintext), Is.False);
            Assert.That(plaintext, Is.All.Zero);
        }
    }
}
