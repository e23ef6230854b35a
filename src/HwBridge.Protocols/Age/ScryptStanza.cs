using System.Globalization;
using System.Security.Cryptography;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>A file key wrapped under a passphrase (age specification § The scrypt recipient type): scrypt with r = 8 and p = 1.</summary>
public sealed class ScryptStanza
{
    /// <summary>The stanza's type.</summary>
    public const string Type = AgeFile.PassphraseStanza;

    /// <summary>The work factor that is written, as log₂ N: 256 MiB of memory and about a second, as age itself writes.</summary>
    public const int WorkFactor = 18;

    /// <summary>The highest work factor that is read: 1 GiB of memory.</summary>
    public const int MaxWorkFactor = 20;

    private const int SaltSize = 16;
    private const int BodySize = AgeFile.FileKeySize + ChaCha20Poly1305Ietf.TagSize;
    private readonly byte[] _salt;
    private readonly int _workFactor;
    private readonly ReadOnlyMemory<byte> _body;

    private ScryptStanza(byte[] salt, int workFactor, ReadOnlyMemory<byte> body)
    {
        _salt = salt;
        _workFactor = workFactor;
        _body = body;
    }

    private static ReadOnlySpan<byte> ZeroNonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Wraps a file key, or a share of one.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="passphrase">UTF-8, as typed.</param>
    /// <param name="workFactor">log₂ N.</param>
    public static AgeStanza Wrap(SecretBuffer fileKey, SecretBuffer passphrase, int workFactor = WorkFactor)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        byte[] body = new byte[BodySize];
        using SecretBuffer wrapKey = DeriveWrapKey(passphrase, salt, workFactor);
        ChaCha20Poly1305Ietf.Encrypt(wrapKey.Span, ZeroNonce, fileKey.Span, body);
        return new AgeStanza(Type, [AgeBase64.ToText(salt), workFactor.ToString(CultureInfo.InvariantCulture)], body);
    }

    /// <summary>Reads a stanza of this type; false for another type.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: of this type, but malformed, or of an excessive work factor.</exception>
    public static bool TryParse(AgeStanza stanza, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ScryptStanza? parsed)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        parsed = null;
        if (stanza.Type != Type)
        {
            return false;
        }

        byte[] salt = new byte[SaltSize];
        if (stanza.Arguments.Count != 2
            || !AgeBase64.TryDecodeExactly(System.Text.Encoding.ASCII.GetBytes(stanza.Arguments[0]), salt)
            || stanza.Body.Length != BodySize)
        {
            throw AgeFault.Malformed($"a scrypt stanza is not a salt of {SaltSize} bytes, a work factor and {BodySize} bytes");
        }

        // Decimal digits without a leading zero, as age asks.
        if (!int.TryParse(stanza.Arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out int workFactor)
            || workFactor is < 1 or > MaxWorkFactor
            || stanza.Arguments[1][0] == '0')
        {
            throw AgeFault.Malformed($"the work factor of a scrypt stanza is not 1 to {MaxWorkFactor}, what this program spends on a passphrase");
        }

        parsed = new ScryptStanza(salt, workFactor, stanza.Body);
        return true;
    }

    /// <summary>What the passphrase wraps: 16 bytes that the caller disposes, or null for a wrong passphrase. Takes about a second.</summary>
    public SecretBuffer? TryUnwrap(SecretBuffer passphrase)
    {
        using SecretBuffer wrapKey = DeriveWrapKey(passphrase, _salt, _workFactor);
        SecretBuffer fileKey = SecretBuffer.Allocate(AgeFile.FileKeySize);
        if (ChaCha20Poly1305Ietf.TryDecrypt(wrapKey.Span, ZeroNonce, _body.Span, fileKey.Span))
        {
            return fileKey;
        }

        fileKey.Dispose();
        return null;
    }

    private static SecretBuffer DeriveWrapKey(SecretBuffer passphrase, ReadOnlySpan<byte> salt, int workFactor)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        SecretBuffer wrapKey = SecretBuffer.Allocate(ChaCha20Poly1305Ietf.KeySize);
        try
        {
            byte[] labelled = [.. "age-encryption.org/v1/scrypt"u8, .. salt];
            new ScryptKdf(1 << workFactor, r: 8, p: 1).Derive(passphrase.Span, labelled, wrapKey.Span);
            return wrapKey;
        }
        catch
        {
            wrapKey.Dispose();
            throw;
        }
    }
}
