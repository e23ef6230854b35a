using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.Bip32;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Utilities;

namespace HwBridge.Emulators.Seeds;

/// <summary>
/// One extended private key of the tree that a seed gives on a curve: SLIP-0010, which on secp256k1 is BIP-32.
/// </summary>
/// <remarks>
/// For the software devices, whose seeds are published test seeds: the point arithmetic below is not constant time.
/// Dispose wipes the private key.
/// </remarks>
public sealed class Slip10Node : IDisposable
{
    /// <summary>The bit of a path element that makes it hardened (written <c>'</c>).</summary>
    public const uint Hardened = Bip32Path.Hardened;

    private readonly SecretBuffer _privateKey;
    private readonly byte[] _chainCode;

    // Computed on first use: the inner nodes of a hardened path never need it.
    private byte[]? _publicKey;

    private Slip10Node(Slip10Curve curve, SecretBuffer privateKey, byte[] chainCode, int depth, uint childNumber, uint parentFingerprint)
    {
        Curve = curve;
        Depth = depth;
        ChildNumber = childNumber;
        ParentFingerprint = parentFingerprint;
        _privateKey = privateKey;
        _chainCode = chainCode;
    }

    /// <summary>The curve of this tree.</summary>
    public Slip10Curve Curve { get; }

    /// <summary>How many steps lie between the master key (0) and this one.</summary>
    public int Depth { get; }

    /// <summary>The last path element, with its hardened bit; 0 for the master key.</summary>
    public uint ChildNumber { get; }

    /// <summary>The parent's <see cref="Fingerprint"/>; 0 for the master key.</summary>
    public uint ParentFingerprint { get; }

    /// <summary>32 bytes: a big-endian scalar on the Weierstrass curves, the seed of RFC 8032 or RFC 7748 on the others.</summary>
    public ReadOnlySpan<byte> PrivateKey => _privateKey.Span;

    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> ChainCode => _chainCode;

    /// <summary>33 bytes: a compressed point (SEC 1), or 0x00 and the 32-byte key on the 25519 curves.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey ??= Slip10Points.PublicKey(Curve, PrivateKey);

    /// <summary>The first four bytes, big endian, of RIPEMD-160(SHA-256(<see cref="PublicKey"/>)).</summary>
    public uint Fingerprint
    {
        get
        {
            RipeMD160Digest ripemd = new();
            ripemd.BlockUpdate(SHA256.HashData(PublicKey));
            byte[] hash = new byte[ripemd.GetDigestSize()];
            ripemd.DoFinal(hash, 0);
            return BinaryPrimitives.ReadUInt32BigEndian(hash);
        }
    }

    /// <summary>The master key of a seed.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="seed">16 to 64 bytes; 64 from BIP-39.</param>
    public static Slip10Node FromSeed(Slip10Curve curve, ReadOnlySpan<byte> seed)
    {
        using SecretBuffer i = SecretBuffer.Allocate(64);
        HMACSHA512.HashData(Slip10Points.SeedKey(curve), seed, i.Span);
        while (Slip10Points.Order(curve) is { } order && !IsScalar(i.Span[..32], order))
        {
            HMACSHA512.HashData(Slip10Points.SeedKey(curve), i.Span, i.Span);
        }

        return new Slip10Node(curve, SecretBuffer.CopyOf(i.Span[..32]), i.Span[32..].ToArray(), 0, 0, 0);
    }

    /// <summary>True when the curve has an answer for the path: the 25519 curves know hardened children only.</summary>
    public static bool CanDerive(Slip10Curve curve, ReadOnlySpan<uint> path) =>
        Slip10Points.Order(curve) is not null || path.IndexOfAnyInRange(0u, Hardened - 1) < 0;

    /// <summary>The key at <paramref name="path"/> below this one.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: see <see cref="CanDerive"/>.</exception>
    public Slip10Node Derive(ReadOnlySpan<uint> path)
    {
        Slip10Node node = new(Curve, SecretBuffer.CopyOf(PrivateKey), _chainCode, Depth, ChildNumber, ParentFingerprint);
        foreach (uint index in path)
        {
            using Slip10Node parent = node;
            node = parent.Child(index);
        }

        return node;
    }

    /// <summary>The child key number <paramref name="index"/>.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: see <see cref="CanDerive"/>.</exception>
    public Slip10Node Child(uint index)
    {
        BigInteger? order = Slip10Points.Order(Curve);
        if (order is null && index < Hardened)
        {
            throw new FaultException(
                Fault.BadInput,
                $"{Curve} has no unhardened child key {index}",
                $"Use hardened path elements only ({index}').");
        }

        using SecretBuffer data = SecretBuffer.Allocate(37);
        if (index < Hardened)
        {
            PublicKey.CopyTo(data.Span);
        }
        else
        {
            PrivateKey.CopyTo(data.Span[1..]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(data.Span[33..], index);
        using SecretBuffer i = SecretBuffer.Allocate(64);
        SecretBuffer? key;
        while ((key = TryChildKey(data.Span, i.Span, order)) is null)
        {
            data.Span[0] = 1;
            i.Span[32..].CopyTo(data.Span[1..]);
        }

        return new Slip10Node(Curve, key, i.Span[32..].ToArray(), Depth + 1, index, Fingerprint);
    }

    /// <inheritdoc/>
    public void Dispose() => _privateKey.Dispose();

    private static bool IsScalar(ReadOnlySpan<byte> bytes, BigInteger order)
    {
        BigInteger value = new(1, bytes);
        return value.SignValue > 0 && value.CompareTo(order) < 0;
    }

    private SecretBuffer? TryChildKey(ReadOnlySpan<byte> data, Span<byte> i, BigInteger? order)
    {
        HMACSHA512.HashData(_chainCode, data, i);
        if (order is null)
        {
            return SecretBuffer.CopyOf(i[..32]);
        }

        BigInteger left = new(1, i[..32]);
        BigInteger key = left.Add(new BigInteger(1, PrivateKey)).Mod(order);
        if (left.CompareTo(order) >= 0 || key.SignValue == 0)
        {
            return null;
        }

        SecretBuffer result = SecretBuffer.Allocate(32);
        BigIntegers.AsUnsignedByteArray(key, result.Span);
        return result;
    }
}
