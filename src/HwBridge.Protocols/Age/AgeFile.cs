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
    public static byte[] Encrypt(
        SecretBuffer fileKey, IReadOnlyList<AgeStanza> stanzas, ReadOnlySpan<byte> plaintext, bool withDigest = false)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        byte[] payload = EncryptPayload(fileKey, plaintext);
        AgeHeader header = AgeHeader.Create(withDigest ? [.. stanzas, DigestStanza.Create(stanzas, payload)] : stanzas, fileKey);
        byte[] file = new byte[header.Length + payload.Length];
        header.WriteTo(file);
        payload.CopyTo(file, header.Length);
        return file;
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
            PayloadStream.Decrypt(
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

    private static unsafe byte[] EncryptPayload(SecretBuffer fileKey, ReadOnlySpan<byte> plaintext)
    {
        byte[] encrypted = new byte[AgePayload.EncryptedLength(plaintext.Length)];
        int length = plaintext.Length;
        fixed (byte* start = plaintext)
        {
            // A span can't be handed to other threads; it stays where it is until they are done.
            nint address = (nint)start;
            PayloadStream.Encrypt(
                fileKey,
                RandomNumberGenerator.GetBytes(AgePayload.NonceSize),
                length,
                (offset, destination) => new ReadOnlySpan<byte>((byte*)address, length).Slice((int)offset, destination.Length).CopyTo(destination),
                (offset, source) => source.CopyTo(encrypted.AsSpan((int)offset)),
                digest: null,
                CancellationToken.None);
        }

        return encrypted;
    }
}
