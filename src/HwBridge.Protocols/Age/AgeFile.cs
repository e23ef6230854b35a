using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>A whole age v1 file in memory (https://c2sp.org/age): a header for the recipients and an encrypted payload.</summary>
public sealed class AgeFile
{
    /// <summary>The file key's size in bytes.</summary>
    public const int FileKeySize = 16;

    /// <summary>The type of the stanza for a passphrase, which always stands alone.</summary>
    public const string PassphraseStanza = "scrypt";

    private AgeFile(AgeHeader header, ReadOnlyMemory<byte> payload, bool isArmored)
    {
        Header = header;
        Payload = payload;
        IsArmored = isArmored;
    }

    /// <summary>The header.</summary>
    public AgeHeader Header { get; }

    /// <summary>The payload with its nonce, still encrypted.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Whether the file was ASCII armored.</summary>
    public bool IsArmored { get; }

    /// <summary>How many bytes the plaintext has, which the payload's length tells.</summary>
    public long PlaintextLength => AgePayload.PlaintextLength(Payload.Length);

    /// <summary>Reads a binary or an armored file, as far as that goes without a key.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: not an age v1 file, or one cut off at a place that shows.</exception>
    public static AgeFile Parse(ReadOnlyMemory<byte> file)
    {
        bool isArmored = AgeArmor.IsArmored(file.Span);
        ReadOnlyMemory<byte> binary = isArmored ? AgeArmor.Decode(file.Span) : file;
        AgeHeader header = AgeHeader.Parse(binary.Span);
        AgeFile parsed = new(header, binary[header.Length..], isArmored);
        _ = parsed.PlaintextLength;
        return parsed;
    }

    /// <summary>Encrypts a whole file.</summary>
    /// <param name="fileKey">16 random bytes, never used for another file.</param>
    /// <param name="stanzas">The file key wrapped for each recipient.</param>
    /// <param name="plaintext">Any bytes.</param>
    /// <param name="withDigest">Add a <see cref="DigestStanza"/>, by which damage shows without a key.</param>
    /// <returns>The file, binary.</returns>
    public static unsafe byte[] Encrypt(
        SecretBuffer fileKey, IReadOnlyList<AgeStanza> stanzas, ReadOnlySpan<byte> plaintext, bool withDigest = false)
    {
        int length = plaintext.Length;
        byte[] file = new byte[HeaderLength(fileKey, stanzas, withDigest) + AgePayload.EncryptedLength(length)];
        fixed (byte* start = plaintext)
        {
            // A span can't be handed to other threads; it stays where it is until they are done.
            nint address = (nint)start;
            Encrypt(
                fileKey,
                stanzas,
                RandomNumberGenerator.GetBytes(AgePayload.NonceSize),
                length,
                (offset, destination) => new ReadOnlySpan<byte>((byte*)address, length).Slice((int)offset, destination.Length).CopyTo(destination),
                (offset, source) => source.CopyTo(file.AsSpan((int)offset)),
                withDigest,
                CancellationToken.None);
        }

        return file;
    }

    /// <summary>Encrypts a file of any size, part by part.</summary>
    /// <param name="fileKey">16 random bytes, never used for another file.</param>
    /// <param name="stanzas">The file key wrapped for each recipient.</param>
    /// <param name="nonce">16 random bytes.</param>
    /// <param name="length">Of the plaintext, in bytes.</param>
    /// <param name="plaintext">Gives the plaintext.</param>
    /// <param name="file">Takes the file, binary; its header at the end of the work, since the digest is part of it.</param>
    /// <param name="withDigest">Add a <see cref="DigestStanza"/>, by which damage shows without a key.</param>
    /// <param name="cancellationToken">Looked at every few chunks.</param>
    public static void Encrypt(
        SecretBuffer fileKey,
        IReadOnlyList<AgeStanza> stanzas,
        ReadOnlySpan<byte> nonce,
        long length,
        PayloadReader plaintext,
        PayloadWriter file,
        bool withDigest,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        ArgumentNullException.ThrowIfNull(file);
        int start = HeaderLength(fileKey, stanzas, withDigest);
        using IncrementalHash? digest = withDigest ? DigestStanza.Begin(stanzas) : null;
        PayloadPipeline.Encrypt(
            fileKey, nonce, length, plaintext, (offset, source) => file(start + offset, source), digest, cancellationToken);
        AgeHeader header = AgeHeader.Create(digest is null ? stanzas : [.. stanzas, DigestStanza.End(digest)], fileKey);
        byte[] bytes = new byte[header.Length];
        header.WriteTo(bytes);
        file(0, bytes);
    }

    /// <summary>Checks the header and decrypts the payload.</summary>
    /// <param name="fileKey">16 bytes, as a stanza gave it.</param>
    /// <returns>The plaintext, which the caller disposes.</returns>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: the header or the payload was changed.</exception>
    public SecretBuffer Decrypt(SecretBuffer fileKey)
    {
        if (!Header.IsAuthentic(fileKey))
        {
            throw AgeFault.NotAuthentic("the file's header was changed after it was written");
        }

        SecretBuffer plaintext = SecretBuffer.Allocate(checked((int)PlaintextLength));
        try
        {
            PayloadPipeline.Decrypt(
                fileKey,
                Payload.Length,
                (offset, destination) => Payload.Span.Slice((int)offset, destination.Length).CopyTo(destination),
                (offset, source) => source.CopyTo(plaintext.Span[(int)offset..]),
                CancellationToken.None);
            return plaintext;
        }
        catch
        {
            plaintext.Dispose();
            throw;
        }
    }

    /// <summary>Where the payload will begin: a digest is as long as any other.</summary>
    private static int HeaderLength(SecretBuffer fileKey, IReadOnlyList<AgeStanza> stanzas, bool withDigest)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        return AgeHeader.Create(withDigest ? [.. stanzas, DigestStanza.Of(new byte[SHA256.HashSizeInBytes])] : stanzas, fileKey).Length;
    }
}
