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
    private readonly byte[] _salt;
    private readonly int _workFactor;
    private readonly ReadOnlyMemory<byte> _body;

    private ScryptStanza(byte[] salt, int workFactor, ReadOnlyMemory<byte> body)
    {
        _salt = salt;
        _workFactor = workFactor;
        _body = body;
    }

    /// <summary>Wraps a file key, or a share of one.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="passphrase">UTF-8, as typed.</param>
    /// <param name="workFactor">log₂ N.</param>
    public static AgeStanza Wrap(SecretBuffer fileKey, SecretBuffer passphrase, int workFactor = WorkFactor)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        using SecretBuffer wrapKey = DeriveWrapKey(passphrase, salt, workFactor);
        string[] arguments = [AgeBase64.ToText(salt), workFactor.ToString(CultureInfo.InvariantCulture)];
        return new AgeStanza(Type, arguments, WrappedFileKey.Encrypt(wrapKey, fileKey));
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
            || stanza.Body.Length != WrappedFileKey.Size)
        {
            throw AgeFault.Malformed($"a scrypt stanza is not a salt of {SaltSize} bytes, a work factor and {WrappedFileKey.Size} bytes");
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
        return WrappedFileKey.TryDecrypt(wrapKey, _body.Span);
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
