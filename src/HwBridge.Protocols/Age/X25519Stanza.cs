using System.Security.Cryptography;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>The file key wrapped for one X25519 recipient (age specification § X25519 recipient stanza).</summary>
public sealed class X25519Stanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = "X25519";

    private readonly ReadOnlyMemory<byte> _body;

    private X25519Stanza(X25519PublicKey share, ReadOnlyMemory<byte> body)
    {
        EphemeralShare = share;
        _body = body;
    }

    /// <summary>The sender's one-time public key: what the identity agrees with.</summary>
    public X25519PublicKey EphemeralShare { get; }

    /// <summary>Wraps a file key with a fresh one-time key.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: a recipient of low order, which anyone could open.</exception>
    public static AgeStanza Wrap(SecretBuffer fileKey, X25519PublicKey recipient)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        using SecretBuffer ephemeral = SecretBuffer.Random(X25519.Size);
        using SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
        if (!X25519.TryAgree(ephemeral.Span, recipient, shared.Span))
        {
            throw new FaultException(
                Fault.BadInput,
                "the recipient is a point of low order: anybody could open a file encrypted to it",
                "Ask for the recipient again and compare it on the device's screen.");
        }

        return Wrap(fileKey, recipient, X25519.GetPublicKey(ephemeral.Span), shared);
    }

    internal static AgeStanza Wrap(SecretBuffer fileKey, X25519PublicKey recipient, X25519PublicKey share, SecretBuffer shared)
    {
        using SecretBuffer wrapKey = DeriveWrapKey(share, recipient, shared);
        return new AgeStanza(Type, [AgeBase64.ToText(share.ToArray())], WrappedFileKey.Encrypt(wrapKey, fileKey));
    }

    /// <summary>Reads a stanza of this type; false for another type.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: of this type, but malformed.</exception>
    public static bool TryParse(AgeStanza stanza, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out X25519Stanza? parsed)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        parsed = null;
        if (stanza.Type != Type)
        {
            return false;
        }

        Span<byte> share = stackalloc byte[X25519PublicKey.Size];
        if (stanza.Arguments.Count != 1)
        {
            throw AgeFault.Malformed($"an X25519 stanza has {stanza.Arguments.Count} arguments instead of 1");
        }

        if (!AgeBase64.TryDecodeExactly(System.Text.Encoding.ASCII.GetBytes(stanza.Arguments[0]), share))
        {
            throw AgeFault.Malformed("the share of an X25519 stanza is not 32 bytes in canonical base64");
        }

        // Checked before any decryption, against partitioning oracles.
        if (stanza.Body.Length != WrappedFileKey.Size)
        {
            throw AgeFault.Malformed($"the body of an X25519 stanza has {stanza.Body.Length} bytes instead of {WrappedFileKey.Size}");
        }

        parsed = new X25519Stanza(new X25519PublicKey(share), stanza.Body);
        return true;
    }

    /// <summary>
    /// The file key, when <paramref name="shared"/> is what <paramref name="recipient"/>'s owner shares with this stanza.
    /// </summary>
    /// <param name="recipient">The identity's own public key.</param>
    /// <param name="shared">X25519(identity, <see cref="EphemeralShare"/>), 32 bytes little-endian.</param>
    /// <returns>16 bytes that the caller disposes, or null: the stanza is for someone else.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: the shared secret is all zero, so the stanza was forged.</exception>
    public SecretBuffer? TryUnwrap(X25519PublicKey recipient, SecretBuffer shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        if (SecretBuffer.IsZero(shared.Span))
        {
            throw AgeFault.Malformed("the share of an X25519 stanza is a point of low order");
        }

        using SecretBuffer wrapKey = DeriveWrapKey(EphemeralShare, recipient, shared);
        return WrappedFileKey.TryDecrypt(wrapKey, _body.Span);
    }

    private static SecretBuffer DeriveWrapKey(X25519PublicKey share, X25519PublicKey recipient, SecretBuffer shared)
    {
        Span<byte> salt = stackalloc byte[2 * X25519PublicKey.Size];
        share.CopyTo(salt);
        recipient.CopyTo(salt[X25519PublicKey.Size..]);
        SecretBuffer wrapKey = SecretBuffer.Allocate(ChaCha20Poly1305Ietf.KeySize);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared.Span, wrapKey.Span, salt, "age-encryption.org/v1/X25519"u8);
        return wrapKey;
    }
}
