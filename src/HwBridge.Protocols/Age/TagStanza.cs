using System.Security.Cryptography;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The stanza <c>hwbridge-tags</c>: 4 bytes for each X25519 stanza of the file, by which an identity knows its own stanza before anyone
/// confirms anything on a device (protocols/hwbridge/backup.md § Tags). Programs that don't know it ignore it, as age asks.
/// A plugin does not see the whole file, so it writes <c>hwbridge-tag</c> instead: the tag of the X25519 stanza directly before it
/// (protocols/age/plugin.md § Stanzas).
/// </summary>
public static class TagStanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = "hwbridge-tags";

    /// <summary>The type of the stanza with one tag alone.</summary>
    public const string SingleType = "hwbridge-tag";

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
            Compute(recipients[i], stanzas[i], tags.AsSpan(TagSize * i, TagSize));
        }

        return new AgeStanza(Type, [], tags);
    }

    /// <summary>The stanza for one recipient and the X25519 stanza made for it.</summary>
    public static AgeStanza CreateSingle(X25519PublicKey recipient, AgeStanza stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        byte[] tag = new byte[TagSize];
        Compute(recipient, stanza, tag);
        return new AgeStanza(SingleType, [], tag);
    }

    /// <summary>The X25519 stanzas that may be <paramref name="recipient"/>'s.</summary>
    /// <param name="header">A parsed header.</param>
    /// <param name="recipient">The identity's public key.</param>
    /// <param name="tagged">True when a tag tells which stanza is the recipient's, or that none is.</param>
    public static IReadOnlyList<X25519Stanza> FindCandidates(AgeHeader header, X25519PublicKey recipient, out bool tagged)
    {
        ArgumentNullException.ThrowIfNull(header);
        return FindCandidates(header.Stanzas, recipient, out tagged);
    }

    /// <summary>The X25519 stanzas that may be <paramref name="recipient"/>'s, of the stanzas of one file.</summary>
    /// <exception cref="Core.Faults.FaultException"><see cref="Core.Faults.Fault.BadInput"/>: an X25519 stanza is malformed.</exception>
    public static IReadOnlyList<X25519Stanza> FindCandidates(
        IReadOnlyList<AgeStanza> stanzas, X25519PublicKey recipient, out bool tagged)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        List<X25519Stanza> all = [];
        List<ReadOnlyMemory<byte>> tags = [];
        AgeStanza? before = null;
        foreach (AgeStanza stanza in stanzas)
        {
            if (X25519Stanza.TryParse(stanza, out X25519Stanza? parsed))
            {
                all.Add(parsed);
                tags.Add(default);
            }
            else if (stanza is { Type: SingleType, Arguments.Count: 0, Body.Length: TagSize } && before?.Type == X25519Stanza.Type)
            {
                tags[^1] = stanza.Body;
            }

            before = stanza;
        }

        // One that does not fit was not written by this program: without tags the file still opens.
        if (stanzas.SingleOrDefaultOf(Type) is { Arguments.Count: 0 } together && together.Body.Length == TagSize * all.Count)
        {
            for (int i = 0; i < all.Count; i++)
            {
                tags[i] = together.Body.Slice(TagSize * i, TagSize);
            }
        }

        List<X25519Stanza> mine = [];
        List<X25519Stanza> untagged = [];
        Span<byte> tag = stackalloc byte[TagSize];
        for (int i = 0; i < all.Count; i++)
        {
            Compute(recipient, all[i].EphemeralShare, tag);
            if (tags[i].IsEmpty)
            {
                untagged.Add(all[i]);
            }
            else if (tags[i].Span.SequenceEqual(tag))
            {
                mine.Add(all[i]);
            }
        }

        tagged = mine.Count > 0 || (untagged.Count == 0 && all.Count > 0);
        return tagged ? mine : untagged;
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

    private static void Compute(X25519PublicKey recipient, AgeStanza stanza, Span<byte> tag)
    {
        X25519PublicKey share = X25519Stanza.TryParse(stanza, out X25519Stanza? parsed)
            ? parsed.EphemeralShare
            : throw new ArgumentException("only X25519 stanzas have tags", nameof(stanza));
        Compute(recipient, share, tag);
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
