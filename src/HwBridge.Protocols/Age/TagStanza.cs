using System.Security.Cryptography;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The stanza <c>hwbridge-tags</c>: 4 bytes for each X25519 stanza of the file, by which an identity knows its own stanza before anyone
/// confirms anything on a device (protocols/hwbridge/backup.md § Tags). Programs that don't know it ignore it, as age asks.
/// </summary>
public static class TagStanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = "hwbridge-tags";

    /// <summary>The size of a tag in bytes.</summary>
    public const int TagSize = 4;

    /// <summary>The stanza for recipients and the X25519 stanzas made for them, in the same order.</summary>
    public static AgeStanza Create(IReadOnlyList<X25519PublicKey> recipients, IReadOnlyList<AgeStanza> stanzas)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(stanzas);
        ArgumentOutOfRangeException.ThrowIfNotEqual(stanzas.Count, recipients.Count);
        byte[] tags = new byte[TagSize * recipients.Count];
        for (int i = 0; i < recipients.Count; i++)
        {
            X25519PublicKey share = X25519Stanza.TryParse(stanzas[i], out X25519Stanza? parsed)
                ? parsed.EphemeralShare
                : throw new ArgumentException("only X25519 stanzas have tags", nameof(stanzas));
            Compute(recipients[i], share, tags.AsSpan(TagSize * i, TagSize));
        }

        return new AgeStanza(Type, [], tags);
    }

    /// <summary>The X25519 stanzas that may be <paramref name="recipient"/>'s, best first.</summary>
    /// <param name="header">A parsed header.</param>
    /// <param name="recipient">The identity's public key.</param>
    /// <param name="tagged">True when the file has tags, so that a stanza which is not listed is certainly another's.</param>
    public static IReadOnlyList<X25519Stanza> FindCandidates(AgeHeader header, X25519PublicKey recipient, out bool tagged)
    {
        ArgumentNullException.ThrowIfNull(header);
        List<X25519Stanza> all = [];
        foreach (AgeStanza stanza in header.Stanzas)
        {
            if (X25519Stanza.TryParse(stanza, out X25519Stanza? parsed))
            {
                all.Add(parsed);
            }
        }

        // One that does not fit was not written by this program: without tags the file still opens.
        AgeStanza? tags = header.Stanzas.SingleOrDefaultOf(Type);
        tagged = tags is not null && tags.Arguments.Count == 0 && tags.Body.Length == TagSize * all.Count;
        if (!tagged)
        {
            return all;
        }

        List<X25519Stanza> mine = [];
        Span<byte> tag = stackalloc byte[TagSize];
        for (int i = 0; i < all.Count; i++)
        {
            Compute(recipient, all[i].EphemeralShare, tag);
            if (tags!.Body.Span.Slice(TagSize * i, TagSize).SequenceEqual(tag))
            {
                mine.Add(all[i]);
            }
        }

        return mine;
    }

    /// <summary>HKDF-SHA-256(ikm = recipient, salt = share, info = "hwbridge-tags"), first 4 bytes.</summary>
    internal static void Compute(X25519PublicKey recipient, X25519PublicKey share, Span<byte> tag)
    {
        Span<byte> ikm = stackalloc byte[X25519PublicKey.Size];
        Span<byte> salt = stackalloc byte[X25519PublicKey.Size];
        recipient.CopyTo(ikm);
        share.CopyTo(salt);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, tag, salt, "hwbridge-tags"u8);
    }

    private static AgeStanza? SingleOrDefaultOf(this IReadOnlyList<AgeStanza> stanzas, string type)
    {
        AgeStanza? found = null;
        foreach (AgeStanza stanza in stanzas)
        {
            if (stanza.Type == type)
            {
                if (found is not null)
                {
                    return null;
                }

                found = stanza;
            }
        }

        return found;
    }
}
