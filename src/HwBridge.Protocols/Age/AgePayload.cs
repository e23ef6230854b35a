using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The payload of an age file, one chunk of 64 KiB at a time (STREAM; age specification § Payload), in any order and by several threads at
/// once; the last chunk is marked. Without I/O.
/// </summary>
/// <remarks>Nothing of a payload may be trusted before all of its chunks were decrypted, the last one as such.</remarks>
public sealed class AgePayload : IDisposable
{
    /// <summary>The plaintext bytes of every chunk but the last.</summary>
    public const int ChunkSize = 64 * 1024;

    /// <summary>The bytes of every encrypted chunk but the last.</summary>
    public const int EncryptedChunkSize = ChunkSize + TagSize;

    /// <summary>How many bytes longer an encrypted chunk is.</summary>
    public const int TagSize = ChaCha20Poly1305Ietf.TagSize;

    /// <summary>The size of the nonce before the first chunk.</summary>
    public const int NonceSize = 16;

    private readonly SecretBuffer _key = SecretBuffer.Allocate(ChaCha20Poly1305Ietf.KeySize);

    /// <summary>The payload of a file key and a nonce.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="nonce">16 bytes, random for each file.</param>
    public AgePayload(SecretBuffer fileKey, ReadOnlySpan<byte> nonce)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey.Span, _key.Span, nonce, "payload"u8);
    }

    /// <summary>The whole payload's length, nonce included.</summary>
    public static long EncryptedLength(long plaintextLength)
    {
        long chunks = Math.Max(1, (plaintextLength + ChunkSize - 1) / ChunkSize);
        return NonceSize + plaintextLength + chunks * TagSize;
    }

    /// <summary>The plaintext's length in a payload of <paramref name="encryptedLength"/> bytes.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: no payload has this length.</exception>
    public static long PlaintextLength(long encryptedLength)
    {
        if (encryptedLength < NonceSize)
        {
            throw AgeFault.Malformed("the file ends within the payload's nonce");
        }

        long chunks = (encryptedLength - NonceSize + EncryptedChunkSize - 1) / EncryptedChunkSize;
        long last = encryptedLength - NonceSize - Math.Max(0, chunks - 1) * EncryptedChunkSize;
        if (last < TagSize)
        {
            throw AgeFault.Malformed("the file ends within a chunk of the payload");
        }

        if (last == TagSize && chunks > 1)
        {
            throw AgeFault.Malformed("the payload's last chunk is empty");
        }

        return encryptedLength - NonceSize - chunks * TagSize;
    }

    /// <summary>Encrypts a chunk.</summary>
    /// <param name="chunk">Its number, from 0; no number twice.</param>
    /// <param name="plaintext"><see cref="ChunkSize"/> bytes, or for the last chunk 1 to that many (0 when it is the only one).</param>
    /// <param name="last">Whether it ends the payload.</param>
    /// <param name="encrypted">Receives 16 bytes more than <paramref name="plaintext"/>.</param>
    public void Encrypt(long chunk, ReadOnlySpan<byte> plaintext, bool last, Span<byte> encrypted)
    {
        if (Refusal(chunk, plaintext.Length, last) is { } reason)
        {
            throw new ArgumentException(reason, nameof(plaintext));
        }

        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
        WriteNonce(nonce, chunk, last);
        ChaCha20Poly1305Ietf.Encrypt(_key.Span, nonce, plaintext, encrypted);
    }

    /// <summary>Decrypts a chunk.</summary>
    /// <param name="chunk">Its number, from 0.</param>
    /// <param name="encrypted">Exactly <see cref="EncryptedChunkSize"/> bytes, or fewer for the last chunk.</param>
    /// <param name="last">Whether the file ends after it.</param>
    /// <param name="plaintext">Receives 16 bytes fewer than <paramref name="encrypted"/>: guarded memory.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: no chunk has this length. <see cref="Fault.CannotDecrypt"/>: changed, out of order, cut off or
    /// lengthened.
    /// </exception>
    public void Decrypt(long chunk, ReadOnlySpan<byte> encrypted, bool last, Span<byte> plaintext)
    {
        if (Refusal(chunk, encrypted.Length - TagSize, last) is { } reason)
        {
            throw AgeFault.Malformed(reason);
        }

        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Ietf.NonceSize];
        WriteNonce(nonce, chunk, last);
        if (!ChaCha20Poly1305Ietf.TryDecrypt(_key.Span, nonce, encrypted, plaintext))
        {
            throw AgeFault.NotAuthentic($"chunk {chunk + 1} of the payload was changed, or the file was cut off or lengthened");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static string? Refusal(long chunk, int plaintextLength, bool last) => plaintextLength switch
    {
        < 0 => "the file ends within a chunk of the payload",
        > ChunkSize => "a chunk of the payload is longer than 64 KiB",
        < ChunkSize when !last => "a chunk of the payload other than the last is shorter than 64 KiB",
        0 when chunk > 0 => "the payload's last chunk is empty",
        _ => null,
    };

    /// <summary>11 bytes of big-endian counter and a last one that marks the end.</summary>
    private static void WriteNonce(Span<byte> nonce, long chunk, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], chunk);
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}
