using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The plaintext of a payload, decrypted where it is read; several threads may read at once. Nothing of it may be trusted before all of it was
/// read.
/// </summary>
public sealed class PayloadDecryption : IDisposable
{
    private readonly AgePayload _payload;
    private readonly PayloadReader _encrypted;
    private readonly ThreadLocal<byte[]> _ciphers = new(static () => new byte[PayloadPipeline.ChunksAtOnce * AgePayload.EncryptedChunkSize]);

    /// <summary>A payload whose nonce is read at once.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="length">Of the payload, nonce included, in bytes.</param>
    /// <param name="encrypted">Gives the payload.</param>
    /// <exception cref="Core.Faults.FaultException">As <see cref="AgePayload.PlaintextLength"/>.</exception>
    public PayloadDecryption(SecretBuffer fileKey, long length, PayloadReader encrypted)
    {
        ArgumentNullException.ThrowIfNull(encrypted);
        PlaintextLength = AgePayload.PlaintextLength(length);
        Span<byte> nonce = stackalloc byte[AgePayload.NonceSize];
        encrypted(0, nonce);
        _payload = new AgePayload(fileKey, nonce);
        _encrypted = encrypted;
    }

    /// <summary>In bytes.</summary>
    public long PlaintextLength { get; }

    /// <summary>Decrypts a few whole chunks: a <see cref="PayloadReader"/> for <see cref="PayloadPipeline.Encrypt"/>.</summary>
    /// <param name="offset">Of the plaintext: a multiple of <see cref="AgePayload.ChunkSize"/>.</param>
    /// <param name="plaintext">Guarded memory of at most 256 KiB: a multiple of that size too, or what is left.</param>
    /// <exception cref="Core.Faults.FaultException">As <see cref="AgePayload.Decrypt"/>.</exception>
    public void Read(long offset, Span<byte> plaintext) => Read(offset, plaintext, _ciphers.Value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _payload.Dispose();
        _ciphers.Dispose();
    }

    internal void Read(long offset, Span<byte> plaintext, Span<byte> cipher)
    {
        long chunk = offset / AgePayload.ChunkSize;
        int chunks = Math.Max(1, (plaintext.Length + AgePayload.ChunkSize - 1) / AgePayload.ChunkSize);
        bool last = offset + plaintext.Length == PlaintextLength;
        Span<byte> source = cipher[..(plaintext.Length + (chunks * AgePayload.TagSize))];
        _encrypted(AgePayload.NonceSize + (chunk * AgePayload.EncryptedChunkSize), source);
        for (; !source.IsEmpty; chunk++)
        {
            int count = Math.Min(AgePayload.EncryptedChunkSize, source.Length);
            _payload.Decrypt(chunk, source[..count], last && count == source.Length, plaintext[..(count - AgePayload.TagSize)]);
            source = source[count..];
            plaintext = plaintext[(count - AgePayload.TagSize)..];
        }
    }
}
