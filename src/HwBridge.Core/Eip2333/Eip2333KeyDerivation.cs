using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2333;

/// <summary>EIP-2333: a tree of BLS12-381 secret keys from one seed. Public keys derive nothing.</summary>
public static class Eip2333KeyDerivation
{
    /// <summary>The least number of bytes of a seed.</summary>
    public const int MinimumSeedSize = 32;

    private const int WideScalarSize = 48;

    /// <summary>derive_master_SK.</summary>
    /// <param name="seed">At least 32 secret bytes, such as the 64 of a BIP-39 seed.</param>
    /// <returns>The master key, the caller's to dispose.</returns>
    /// <exception cref="FaultException">The seed is shorter.</exception>
    public static BlsSecretKey DeriveMaster(ReadOnlySpan<byte> seed)
    {
        if (seed.Length < MinimumSeedSize)
        {
            throw new FaultException(
                Fault.BadInput,
                $"a seed of {seed.Length} bytes is too short for EIP-2333",
                $"Give at least {MinimumSeedSize} bytes, such as the 64-byte seed of a BIP-39 mnemonic.");
        }

        using SecretBuffer scalar = SecretBuffer.Allocate(BlsSecretKey.Size);
        using SecretBuffer scratch = SecretBuffer.Allocate(ScratchSize(seed.Length));
        HkdfModR(seed, scalar.Span, scratch.Span);
        return Key(scalar.Span);
    }

    /// <summary>derive_child_SK.</summary>
    /// <param name="parent">The parent key, which stays the caller's.</param>
    /// <param name="index">0 … 2^32 − 1.</param>
    /// <returns>The child key, the caller's to dispose.</returns>
    public static BlsSecretKey DeriveChild(BlsSecretKey parent, uint index)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return Derive(parent, [index]);
    }

    /// <summary>The key at a path under the master key.</summary>
    /// <param name="master">The master key, which stays the caller's.</param>
    /// <param name="path">Every index of it is followed, purpose first.</param>
    /// <returns>The key, the caller's to dispose.</returns>
    public static BlsSecretKey Derive(BlsSecretKey master, ValidatorKeyPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Derive(master, path.Indices);
    }

    /// <summary>The key at the end of any indices, which need not be those of EIP-2334.</summary>
    /// <param name="master">The master key, which stays the caller's.</param>
    /// <param name="indices">At least one.</param>
    /// <returns>The key, the caller's to dispose.</returns>
    public static BlsSecretKey Derive(BlsSecretKey master, ReadOnlySpan<uint> indices)
    {
        ArgumentOutOfRangeException.ThrowIfZero(indices.Length);
        ArgumentNullException.ThrowIfNull(master);

        // Guarded memory once for the whole walk: to get it takes a few microseconds.
        using SecretBuffer keys = SecretBuffer.Allocate(BlsSecretKey.Size + LamportKey.HashSize);
        using SecretBuffer scratch = SecretBuffer.Allocate(LamportKey.ScratchSize);
        Span<byte> scalar = keys.Span[..BlsSecretKey.Size];
        Span<byte> lamportPublicKey = keys.Span[BlsSecretKey.Size..];
        master.Bytes.CopyTo(scalar);
        foreach (uint index in indices)
        {
            LamportKey.Compress(scalar, index, lamportPublicKey, scratch.Span);
            HkdfModR(lamportPublicKey, scalar, scratch.Span[..ScratchSize(LamportKey.HashSize)]);
        }

        return Key(scalar);
    }

    private static BlsSecretKey Key(ReadOnlySpan<byte> scalar) =>
        BlsSecretKey.TryFromBytes(scalar, out BlsSecretKey? key) ? key : throw new UnreachableException("HKDF_mod_r gives 1 … r−1");

    /// <summary>What <see cref="HkdfModR"/> needs: a key, two blocks of output, and the material with a byte after it.</summary>
    private static int ScratchSize(int keyMaterial) => (3 * LamportKey.HashSize) + keyMaterial + 1;

    /// <summary>HKDF_mod_r with an empty key_info.</summary>
    /// <param name="keyMaterial">The secret that the key is made of.</param>
    /// <param name="scalar">Receives 32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="scratch">Guarded memory to work in.</param>
    private static void HkdfModR(ReadOnlySpan<byte> keyMaterial, Span<byte> scalar, Span<byte> scratch)
    {
        Span<byte> salt = stackalloc byte[LamportKey.HashSize];
        Span<byte> info = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(info, WideScalarSize);
        Span<byte> pseudoRandomKey = scratch[..LamportKey.HashSize];

        // Two whole blocks, of which 48 bytes are used: a part of one the framework would cut out of a copy on its stack.
        Span<byte> wide = scratch.Slice(LamportKey.HashSize, 2 * LamportKey.HashSize);

        // IKM ‖ I2OSP(0, 1).
        Span<byte> material = scratch[(3 * LamportKey.HashSize)..];
        keyMaterial.CopyTo(material);
        material[^1] = 0;
        SHA256.HashData("BLS-SIG-KEYGEN-SALT-"u8, salt);
        while (true)
        {
            HKDF.Extract(HashAlgorithmName.SHA256, material, salt, pseudoRandomKey);
            HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, wide, info);
            Bls12381.Default.ReduceScalar(wide[..WideScalarSize], scalar);
            if (!SecretBuffer.IsZero(scalar))
            {
                return;
            }

            // The scalar was 0, which happens once in 2^255: the standard goes on with the hash of the salt.
            SHA256.HashData(salt, salt);
        }
    }
}
