using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Core.Shamir;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>
/// The stanza <c>sss</c> of the age plugin for secret sharing: no arguments, its body is JSON in gzip, in which each share of the file key
/// is wrapped like a file key of its own. HwBridge adds a set's id and a check for each share, which that plugin ignores
/// (protocols/hwbridge/shares.md).
/// </summary>
public sealed class SharingStanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = "sss";

    /// <summary>The size of a set's id in bytes.</summary>
    public const int SetIdSize = 16;

    /// <summary>The most shares of a file that holders open.</summary>
    public const int MaxShares = 255;

    /// <summary>The largest JSON in bytes; more is not inflated.</summary>
    public const int MaxJsonSize = 256 * 1024;

    internal const string SetIdMember = "hwbridge-set";
    internal const string CheckMember = "hwbridge-check";

    private const string NotWhole = "the sss stanza is not gzip, or was cut off or changed";

    private readonly AgeStanza[] _recognisable;

    private SharingStanza(byte[] setId, ShareGroup root, AgeStanza[] recognisable)
    {
        SetId = setId;
        Root = root;
        _recognisable = recognisable;
    }

    /// <summary>The set's id, 16 random bytes; of another program's file, the first bytes of the SHA-256 of the stanza's body.</summary>
    public ReadOnlyMemory<byte> SetId { get; }

    /// <summary>What the file key is shared into.</summary>
    public ShareGroup Root { get; }

    /// <summary>Wraps a share of a file key for each holder.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="policy">Who gets a share; see <see cref="SharePolicy.RequireValid()"/>.</param>
    /// <param name="workFactor">Of the passphrases, see <see cref="ScryptStanza.WorkFactor"/>.</param>
    /// <returns>The stanza and, where one of the holders has a key, the tags of those keys.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: no such policy; <see cref="Fault.BadInput"/>: a recipient of low order.</exception>
    public static IReadOnlyList<AgeStanza> Create(SecretBuffer fileKey, SharePolicy policy, int workFactor = ScryptStanza.WorkFactor)
    {
        ArgumentNullException.ThrowIfNull(policy);
        policy.RequireValid();
        byte[] setId = RandomNumberGenerator.GetBytes(SetIdSize);
        List<X25519PublicKey> keys = [];
        List<AgeStanza> wrapped = [];
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, 1);
            WriteGroup(policy, fileKey, setId);
            json.WriteBase64String(SetIdMember, setId);
            json.WriteEndObject();

            void WriteGroup(SharePolicy group, SecretBuffer secret, byte[] around)
            {
                json.WriteNumber("t"u8, group.Threshold);
                json.WriteStartArray("s"u8);
                int count = group.Recipients.Count;
                IReadOnlyList<SecretShare> shares = group.Threshold > 1
                    ? SecretSharing.Split(secret, group.Threshold, count)
                    : [.. Enumerable.Range(0, count).Select(_ => new SecretShare(0, SecretBuffer.CopyOf(secret.Span)))];
                try
                {
                    for (int i = 0; i < count; i++)
                    {
                        WriteShare(group.Recipients[i], shares[i], ShareCheck.SaltOf(around, group.Threshold, shares[i].X, i));
                    }
                }
                finally
                {
                    foreach (SecretShare share in shares)
                    {
                        share.Dispose();
                    }
                }

                json.WriteEndArray();
            }

            void WriteShare(ShareRecipient recipient, SecretShare share, byte[] salt)
            {
                json.WriteStartObject();
                json.WriteNumber("v"u8, 1);
                if (recipient.Group is { } group)
                {
                    WriteGroup(group, share.Y, salt);
                }
                else
                {
                    WriteStanza(Wrap(recipient, share.Y));
                }

                if (share.X != 0)
                {
                    json.WriteNumber("x"u8, share.X);
                }

                Span<byte> check = stackalloc byte[ShareCheck.Size];
                ShareCheck.Compute(share.Y, salt, check);
                json.WriteBase64String(CheckMember, check);
                json.WriteEndObject();
            }

            AgeStanza Wrap(ShareRecipient recipient, SecretBuffer share)
            {
                if (recipient.Key is not { } key)
                {
                    return ScryptStanza.Wrap(share, recipient.Passphrase!, workFactor);
                }

                AgeStanza stanza = X25519Stanza.Wrap(share, key);
                keys.Add(key);
                wrapped.Add(stanza);
                return stanza;
            }

            void WriteStanza(AgeStanza stanza)
            {
                json.WriteStartArray("k"u8);
                json.WriteStartObject();
                json.WriteString("Type"u8, stanza.Type);
                json.WriteStartArray("Args"u8);
                foreach (string argument in stanza.Arguments)
                {
                    json.WriteStringValue(argument);
                }

                json.WriteEndArray();
                json.WriteBase64String("Body"u8, stanza.Body.Span);
                json.WriteEndObject();
                json.WriteEndArray();
            }
        }

        AgeStanza shares = new(Type, [], Deflate(text.WrittenSpan));
        return keys.Count > 0 ? [shares, TagStanza.Create(keys, wrapped)] : [shares];
    }

    /// <summary>The shares of a header; null where its key is not shared.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: malformed, or over a limit.</exception>
    public static SharingStanza? Find(IReadOnlyList<AgeStanza> stanzas)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        AgeStanza[] found = [.. stanzas.Where(static stanza => stanza.Type == Type)];
        if (found.Length == 0)
        {
            return null;
        }

        if (found.Length > 1 || found[0].Arguments.Count > 0)
        {
            throw AgeFault.Malformed("the header has more than one sss stanza, or one with arguments, which is unsupported here");
        }

        SharingStanzaReader reader = new(Inflate(found[0].Body.Span));
        AgeStanza[] tags = [.. stanzas.Where(static stanza => stanza.Type == TagStanza.Type)];
        ShareGroup root = reader.Read(tags is [{ Arguments.Count: 0 } only] ? only.Body : default);
        byte[] setId = reader.SetId ?? SHA256.HashData(found[0].Body.Span)[..SetIdSize];
        return new SharingStanza(setId, root, [.. reader.ForKeys, .. tags]);
    }

    /// <summary>The shares that may be a key's.</summary>
    /// <param name="recipient">The public key.</param>
    /// <param name="tagged">True when a tag tells which share is the key's, or that none is.</param>
    public IReadOnlyList<WrappedShare> FindCandidates(X25519PublicKey recipient, out bool tagged)
    {
        IReadOnlyList<X25519Stanza> candidates = TagStanza.FindCandidates(_recognisable, recipient, out tagged);
        return [.. Root.HeldShares.Where(share => share.ForKey is { } stanza
            && candidates.Any(candidate => candidate.EphemeralShare == stanza.EphemeralShare))];
    }

    /// <summary>The JSON of a stanza's body, no more than <see cref="MaxJsonSize"/> whatever the gzip says.</summary>
    internal static byte[] Inflate(ReadOnlySpan<byte> body)
    {
        try
        {
            using MemoryStream compressed = new(body.ToArray());
            using GZipStream gzip = new(compressed, CompressionMode.Decompress);
            byte[] json = new byte[MaxJsonSize + 1];
            int length = gzip.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            if (length == json.Length)
            {
                throw AgeFault.Malformed("the sss stanza inflates to more than any such stanza does");
            }

            // The framework does not miss the length at the end (RFC 1952 § 2.3.1), which a cut takes away.
            return body.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(body[^sizeof(uint)..]) == length
                ? json[..length]
                : throw AgeFault.Malformed(NotWhole);
        }
        catch (InvalidDataException)
        {
            throw AgeFault.Malformed(NotWhole);
        }
    }

    private static byte[] Deflate(ReadOnlySpan<byte> json)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(json);
        }

        return compressed.ToArray();
    }
}
