using HwBridge.Core.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>A file key encrypted with a key that wraps nothing else (age specification § Native recipient types): a zero nonce.</summary>
internal static class WrappedFileKey
{
    /// <summary>The size in bytes.</summary>
    internal const int Size = AgeFile.FileKeySize + ChaCha20Poly1305Ietf.TagSize;

    private static ReadOnlySpan<byte> ZeroNonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    internal static byte[] Encrypt(SecretBuffer wrapKey, SecretBuffer fileKey)
    {
        byte[] body = new byte[Size];
        ChaCha20Poly1305Ietf.Encrypt(wrapKey.Span, ZeroNonce, fileKey.Span, body);
        return body;
    }

    /// <summary>16 bytes that the caller disposes, or null: wrapped with another key.</summary>
    internal static SecretBuffer? TryDecrypt(SecretBuffer wrapKey, ReadOnlySpan<byte> body)
    {
        SecretBuffer fileKey = SecretBuffer.Allocate(AgeFile.FileKeySize);
        if (ChaCha20Poly1305Ietf.TryDecrypt(wrapKey.Span, ZeroNonce, body, fileKey.Span))
        {
            return fileKey;
        }

        fileKey.Dispose();
        return null;
    }
}
