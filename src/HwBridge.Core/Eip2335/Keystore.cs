using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2335;

/// <summary>
/// An EIP-2335 keystore, version 4: one secret key under a password, with scrypt or PBKDF2, AES-128-CTR and a SHA-256 checksum.
/// An instance holds nothing secret; its cost is within the bounds of <see cref="KeystoreKdf"/>.
/// </summary>
/// <remarks>https://eips.ethereum.org/EIPS/eip-2335</remarks>
public sealed class Keystore
{
    /// <summary>The largest file that is read, in bytes; a keystore has about 800.</summary>
    public const int MaxFileSize = 1 << 20;

    /// <summary>What to do about a keystore that can't be read.</summary>
    internal const string Remedy = "Use an untouched copy of the keystore, or export the key again from where it was made.";

    /// <summary>The longest path that is read, in bytes of JSON.</summary>
    internal const int MaxPathLength = 4096;

    internal const int IvSize = 16;
    internal const int ChecksumSize = SHA256.HashSizeInBytes;

    internal Keystore(string source, KeystoreKdf kdf, byte[] salt, byte[] iv, byte[] cipherText, byte[] checksum)
    {
        (Source, Kdf, Salt, Iv, CipherText, Checksum) = (source, kdf, salt, iv, cipherText, checksum);
    }

    /// <summary>The file's name, as faults have it.</summary>
    public string Source { get; }

    /// <summary>The key derivation and its cost.</summary>
    public KeystoreKdf Kdf { get; }

    /// <summary>
    /// The public key that the file names; null where it names none. Only <see cref="Decrypt(SecretBuffer, CancellationToken)"/> proves it.
    /// </summary>
    public BlsPublicKey? PublicKey { get; internal init; }

    /// <summary>The EIP-2334 path as the file has it; empty where it is unknown. Nothing proves it.</summary>
    public string Path { get; internal init; } = string.Empty;

    /// <summary><see cref="Path"/> where it lies under m/12381/3600.</summary>
    public ValidatorKeyPath? ValidatorPath => ValidatorKeyPath.TryParse(Path, out ValidatorKeyPath? path) ? path : null;

    /// <summary>A person's words about the key; may be empty.</summary>
    public string Description { get; internal init; } = string.Empty;

    /// <summary>The file's identifier.</summary>
    public Guid Uuid { get; internal init; }

    internal byte[] Salt { get; }

    internal byte[] Iv { get; }

    internal byte[] CipherText { get; }

    internal byte[] Checksum { get; }

    /// <summary>Reads and checks everything that can be checked without the password.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    public static Keystore Parse(ReadOnlySpan<byte> json, string source) => KeystoreCodec.Read(json, source);

    /// <summary>Encrypts <paramref name="key"/> under a fresh salt, IV and UUID.</summary>
    /// <param name="key">The secret key.</param>
    /// <param name="path">Where it comes from; null when that is unknown.</param>
    /// <param name="password">UTF-8 as typed.</param>
    /// <param name="kdf"><see cref="KeystoreKdf.Scrypt"/> unless there is a reason.</param>
    /// <param name="cancellationToken">Looked at before and after the derivation, which can't be interrupted.</param>
    /// <param name="description">A person's words.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: the password is empty after normalisation, or not UTF-8.
    /// </exception>
    public static Keystore Encrypt(
        BlsSecretKey key,
        ValidatorKeyPath? path,
        SecretBuffer password,
        KeystoreKdf kdf,
        CancellationToken cancellationToken,
        string description = "") =>
        EncryptAt(path?.ToString() ?? string.Empty, key, password, kdf, cancellationToken, description);

    /// <summary>As above, at any path of EIP-2334: a restored keystore says what the old one said.</summary>
    internal static Keystore EncryptAt(
        string path,
        BlsSecretKey key,
        SecretBuffer password,
        KeystoreKdf kdf,
        CancellationToken cancellationToken,
        string description = "")
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(kdf);
        using SecretBuffer normalized = KeystorePassword.Normalize(password.Span, PasswordForm.Standard);
        if (normalized.Length == 0)
        {
            throw new FaultException(Fault.BadInput, "the new password is empty", "Choose a password of at least 12 characters.");
        }

        byte[] salt = RandomNumberGenerator.GetBytes(32);
        byte[] iv = RandomNumberGenerator.GetBytes(IvSize);
        byte[] cipherText = new byte[BlsSecretKey.Size];
        byte[] checksum = new byte[ChecksumSize];
        using SecretBuffer derived = DeriveKey(kdf, normalized, salt, cancellationToken);
        ApplyCipher(derived, iv, key.Bytes, cipherText);
        ComputeChecksum(derived, cipherText, checksum);
        return new Keystore("the new keystore", kdf, salt, iv, cipherText, checksum)
        {
            PublicKey = key.GetPublicKey(),
            Path = path,
            Description = description,
            Uuid = Guid.NewGuid(),
        };
    }

    /// <summary>The secret key inside, checked against <see cref="PublicKey"/>.</summary>
    /// <inheritdoc cref="Decrypt(SecretBuffer, out PasswordForm, CancellationToken)"/>
    public BlsSecretKey Decrypt(SecretBuffer password, CancellationToken cancellationToken) => Decrypt(password, out _, cancellationToken);

    /// <summary>
    /// The secret key inside, checked against <see cref="PublicKey"/>. Takes one derivation, or two for a wrong password with accents.
    /// </summary>
    /// <param name="password">UTF-8 as typed; a final newline does no harm.</param>
    /// <param name="form">How the password had to be read: other than <see cref="PasswordForm.Standard"/> deserves a warning.</param>
    /// <param name="cancellationToken">Looked at before and after each derivation, which can't be interrupted.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.CannotDecrypt"/>: the password is wrong, or the encrypted part was changed;
    /// <see cref="Fault.BadInput"/>: what is inside is no key, or not that of the public key.
    /// </exception>
    public BlsSecretKey Decrypt(SecretBuffer password, out PasswordForm form, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        using SecretBuffer standard = KeystorePassword.Normalize(password.Span, PasswordForm.Standard);
        using SecretBuffer old = KeystorePassword.Normalize(password.Span, PasswordForm.MarksDropped);
        form = PasswordForm.Standard;
        SecretBuffer? derived = TryPassword(standard, cancellationToken);
        if (derived is null && !standard.ConstantTimeEquals(old.Span))
        {
            form = PasswordForm.MarksDropped;
            derived = TryPassword(old, cancellationToken);
        }

        if (derived is null)
        {
            throw new FaultException(
                Fault.CannotDecrypt,
                $"{Source}: the password does not open this keystore",
                "Check the password (keyboard layout, capitals, the right file). If it is right, the file is damaged: use another copy.");
        }

        using (derived)
        {
            return Open(derived);
        }
    }

    /// <summary>EIP-2334 § Path: m, then unhardened 32-bit numbers; not only those under m/12381/3600.</summary>
    internal static bool IsPath(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length > 1 && parts[0] == "m" && parts[1..].All(static part =>
            part.All(char.IsAsciiDigit) && uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    /// <summary>Writes the JSON as the deposit tools lay it out; it can be read back.</summary>
    public void WriteTo(IBufferWriter<byte> output) => KeystoreCodec.Write(this, output);

    /// <summary>Whether the derived key gives the checksum. Constant time.</summary>
    internal bool Fits(SecretBuffer derived)
    {
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        ComputeChecksum(derived, CipherText, checksum);
        return CryptographicOperations.FixedTimeEquals(checksum, Checksum);
    }

    private static SecretBuffer DeriveKey(KeystoreKdf kdf, SecretBuffer password, byte[] salt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SecretBuffer derived = SecretBuffer.Allocate(KeystoreKdf.KeySize);
        try
        {
            kdf.Derive(password.Span, salt, derived.Span);
            cancellationToken.ThrowIfCancellationRequested();
            return derived;
        }
        catch
        {
            derived.Dispose();
            throw;
        }
    }

    /// <summary>SHA-256 of the second half of the derived key and the cipher text (EIP-2335 § Password verification).</summary>
    private static void ComputeChecksum(SecretBuffer derived, ReadOnlySpan<byte> cipherText, Span<byte> checksum)
    {
        using SecretBuffer image = SecretBuffer.Allocate(16 + BlsSecretKey.Size);
        derived.Span[16..].CopyTo(image.Span);
        cipherText.CopyTo(image.Span[16..]);
        SHA256.HashData(image.Span, checksum);
    }

    /// <summary>AES-128-CTR over two blocks: the same both ways. The IV is the whole first counter block, big-endian.</summary>
    private static void ApplyCipher(SecretBuffer derived, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> counters = stackalloc byte[2 * IvSize];
        iv.CopyTo(counters);
        iv.CopyTo(counters[IvSize..]);
        for (int i = (2 * IvSize) - 1; i >= IvSize && ++counters[i] == 0; i--)
        {
            // The carry goes on to the next byte.
        }

        using SecretBuffer stream = SecretBuffer.Allocate(2 * IvSize);
        using Aes aes = Aes.Create();
        aes.SetKey(derived.Span[..16]);
        aes.EncryptEcb(counters, stream.Span, PaddingMode.None);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (byte)(input[i] ^ stream.Span[i]);
        }
    }

    /// <summary>The derived key when it fits the checksum.</summary>
    private SecretBuffer? TryPassword(SecretBuffer password, CancellationToken cancellationToken)
    {
        SecretBuffer derived;
        try
        {
            derived = DeriveKey(Kdf, password, Salt, cancellationToken);
        }
        catch (FaultException fault)
        {
            throw fault.Within(Source);
        }

        if (Fits(derived))
        {
            return derived;
        }

        derived.Dispose();
        return null;
    }

    private BlsSecretKey Open(SecretBuffer derived)
    {
        using SecretBuffer secret = SecretBuffer.Allocate(BlsSecretKey.Size);
        ApplyCipher(derived, Iv, CipherText, secret.Span);
        if (!BlsSecretKey.TryFromBytes(secret.Span, out BlsSecretKey? key))
        {
            throw new FaultException(
                Fault.BadInput,
                $"{Source}: the password fits, but what is inside is no BLS12-381 secret key ($.crypto.cipher.params.iv may be damaged)",
                Remedy);
        }

        BlsPublicKey actual = key.GetPublicKey();
        if (PublicKey is { } named && named != actual)
        {
            key.Dispose();
            throw new FaultException(
                Fault.BadInput,
                $"{Source}: the file says {named}, the key inside gives {actual}",
                "The member pubkey is no input: changing it does not change the key. " + Remedy);
        }

        return key;
    }
}
