using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Drills;

/// <summary>
/// What a drill is about, as 32 bytes that a thief of the record can't guess (protocols/hwbridge/drill-record.md § Fingerprints).
/// </summary>
public sealed class DrillSubject : IDisposable
{
    private const int Size = 32;

    private readonly SecretBuffer _identity;

    private DrillSubject(SecretBuffer identity) => _identity = identity;

    /// <summary>A backup, known by what only its opening gives.</summary>
    /// <param name="fileKey">The file key.</param>
    /// <param name="header">The file's header: the same backup for other recipients is another subject.</param>
    /// <returns>The caller disposes it.</returns>
    public static DrillSubject OfBackup(SecretBuffer fileKey, AgeHeader header)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        ArgumentNullException.ThrowIfNull(header);
        return Derive(fileKey.Span, header.Mac, "hwbridge-drill-backup"u8);
    }

    /// <summary>A wallet, known by its recipient, which is on no chain.</summary>
    /// <param name="recipient">The public key that the device gives for sealing.</param>
    /// <returns>The caller disposes it.</returns>
    public static DrillSubject OfWallet(X25519PublicKey recipient)
    {
        Span<byte> bytes = stackalloc byte[X25519PublicKey.Size];
        recipient.CopyTo(bytes);
        return Derive(bytes, [], "hwbridge-drill-wallet"u8);
    }

    /// <summary>Another one of the same; the caller disposes it.</summary>
    public DrillSubject Copy() => new(SecretBuffer.CopyOf(_identity.Span));

    /// <inheritdoc/>
    public void Dispose() => _identity.Dispose();

    /// <summary>The fingerprint in the record that has this salt.</summary>
    internal DrillId IdIn(ReadOnlySpan<byte> salt)
    {
        Span<byte> id = stackalloc byte[DrillId.Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _identity.Span, id, salt, "hwbridge-drill-record"u8);
        return new DrillId(BinaryPrimitives.ReadUInt128BigEndian(id));
    }

    private static DrillSubject Derive(ReadOnlySpan<byte> material, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label)
    {
        SecretBuffer identity = SecretBuffer.Allocate(Size);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, identity.Span, salt, label);
        return new DrillSubject(identity);
    }
}
