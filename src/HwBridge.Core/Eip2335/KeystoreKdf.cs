namespace HwBridge.Core.Eip2335;

/// <summary>How slowly a password becomes a key, and by which function (EIP-2335 § Decryption key).</summary>
/// <remarks>Only costs within the stated bounds can be made, so that a hostile file neither fills memory nor takes hours.</remarks>
public abstract record KeystoreKdf
{
    /// <summary>The bytes of key that a keystore uses: 16 for the cipher, 16 for the checksum.</summary>
    internal const int KeySize = 32;

    private protected KeystoreKdf()
    {
    }

    /// <summary>scrypt as the official deposit tool writes it: n = 262144, r = 8, p = 1; 256 MiB while it runs.</summary>
    public static KeystoreKdf Scrypt { get; } = new ScryptKdf(262144, 8, 1);

    /// <summary>PBKDF2 as the official deposit tool writes it: c = 262144; lighter for clients that start with many keys.</summary>
    public static KeystoreKdf Pbkdf2 { get; } = new Pbkdf2Kdf(262144);

    /// <summary>The memory that one derivation takes, in bytes: whoever runs several at once adds them up.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Derives <see cref="KeySize"/> bytes. One native call: it can't be interrupted.</summary>
    internal abstract void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> key);
}
