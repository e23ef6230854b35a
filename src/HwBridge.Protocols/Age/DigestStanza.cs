using System.Security.Cryptography;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The stanza <c>hwbridge-sha256</c>, always the last: SHA-256 of the header before it and of the payload, by which anyone sees without a
/// key whether a file is damaged (protocols/hwbridge/backup.md § Digest). Against a deliberate change only opening the file helps.
/// </summary>
public static class DigestStanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = "hwbridge-sha256";

    /// <summary>
    /// Whether the file's bytes are those of its digest; null when it should have none, as a file of another program. A file with tags but
    /// no digest is damaged: one is never written without the other.
    /// </summary>
    public static bool? Fits(AgeFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        IReadOnlyList<AgeStanza> stanzas = file.Header.Stanzas;
        if (stanzas[^1].Type != Type)
        {
            return stanzas.Any(stanza => stanza.Type == TagStanza.Type) ? false : null;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Compute(stanzas.SkipLast(1), file.Payload.Span, digest);
        return stanzas[^1].Arguments.Count == 0 && digest.SequenceEqual(stanzas[^1].Body.Span);
    }

    internal static AgeStanza Create(IReadOnlyList<AgeStanza> before, ReadOnlySpan<byte> payload)
    {
        byte[] digest = new byte[SHA256.HashSizeInBytes];
        Compute(before, payload, digest);
        return new AgeStanza(Type, [], digest);
    }

    private static void Compute(IEnumerable<AgeStanza> before, ReadOnlySpan<byte> payload, Span<byte> digest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(AgeHeader.Write(before));
        hash.AppendData(payload);
        hash.GetHashAndReset(digest);
    }
}
