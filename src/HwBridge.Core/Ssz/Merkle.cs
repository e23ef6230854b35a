using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Ssz;

/// <summary>
/// hash_tree_root of the few kinds of value that validators sign (Ethereum consensus specs, ssz/simple-serialize.md § Merkleization).
/// </summary>
internal static class Merkle
{
    /// <summary>The root of a container, from the roots of its members.</summary>
    /// <param name="members">At least one.</param>
    internal static Bytes32 Container(params ReadOnlySpan<Bytes32> members)
    {
        Span<Bytes32> layer = stackalloc Bytes32[(int)BitOperations.RoundUpToPowerOf2((uint)members.Length)];
        layer.Clear();
        members.CopyTo(layer);
        while (layer.Length > 1)
        {
            for (int i = 0; i < layer.Length / 2; i++)
            {
                SHA256.HashData(MemoryMarshal.AsBytes(layer.Slice(2 * i, 2)), MemoryMarshal.AsBytes(layer.Slice(i, 1)));
            }

            layer = layer[..(layer.Length / 2)];
        }

        return layer[0];
    }

    /// <summary>The root of a vector of bytes: its chunks of 32, the last one padded with zeroes.</summary>
    /// <param name="bytes">An address, a fork version, a key, a signature.</param>
    internal static Bytes32 Vector(ReadOnlySpan<byte> bytes)
    {
        Span<Bytes32> chunks = stackalloc Bytes32[(bytes.Length + Bytes32.Size - 1) / Bytes32.Size];
        chunks.Clear();
        bytes.CopyTo(MemoryMarshal.AsBytes(chunks));
        return Container(chunks);
    }

    /// <summary>The root of a public key, a vector of 48 bytes.</summary>
    internal static Bytes32 Vector(BlsPublicKey key)
    {
        Span<byte> bytes = stackalloc byte[BlsPublicKey.Size];
        key.CopyTo(bytes);
        return Vector(bytes);
    }

    /// <summary>The root of a signature, a vector of 96 bytes.</summary>
    internal static Bytes32 Vector(BlsSignature signature)
    {
        Span<byte> bytes = stackalloc byte[BlsSignature.Size];
        signature.CopyTo(bytes);
        return Vector(bytes);
    }

    /// <summary>The root of a uint64, which SSZ writes little-endian.</summary>
    internal static Bytes32 Number(ulong value)
    {
        Span<byte> chunk = stackalloc byte[Bytes32.Size];
        chunk.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(chunk, value);
        return new Bytes32(chunk);
    }
}
