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
        return Fits(file.Header, hash => hash.AppendData(file.Payload.Span));
    }

    /// <summary>The same for a file that is read part by part.</summary>
    /// <param name="header">The file's header.</param>
    /// <param name="appendPayload">Feeds the payload, nonce included.</param>
    public static bool? Fits(AgeHeader header, Action<IncrementalHash> appendPayload)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(appendPayload);
        IReadOnlyList<AgeStanza> stanzas = header.Stanzas;
        if (stanzas[^1].Type != Type)
        {
            return stanzas.Any(stanza => stanza.Type == TagStanza.Type) ? false : null;
        }

        using IncrementalHash hash = Begin(stanzas.SkipLast(1));
        appendPayload(hash);
        return stanzas[^1].Arguments.Count == 0 && hash.GetHashAndReset().AsSpan().SequenceEqual(stanzas[^1].Body.Span);
    }

    /// <summary>A hash that was fed the header before the digest; the payload follows.</summary>
    internal static IncrementalHash Begin(IEnumerable<AgeStanza> before)
    {
        IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(AgeHeader.Write(before));
        return hash;
    }

    internal static AgeStanza End(IncrementalHash hash) => Of(hash.GetHashAndReset());

    internal static AgeStanza Of(byte[] digest) => new(Type, [], digest);
}
