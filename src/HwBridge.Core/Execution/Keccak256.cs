using HwBridge.Core.Ssz;
using Org.BouncyCastle.Crypto.Digests;

namespace HwBridge.Core.Execution;

/// <summary>Keccak-256 with the padding from before FIPS 202, as the execution layer hashes everything.</summary>
public static class Keccak256
{
    /// <summary>The hash of the parts, one after the other.</summary>
    public static Bytes32 Hash(params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        KeccakDigest keccak = new(256);
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            keccak.BlockUpdate(part.Span);
        }

        return Finish(keccak);
    }

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        KeccakDigest keccak = new(256);
        keccak.BlockUpdate(data);
        return Finish(keccak);
    }

    private static Bytes32 Finish(KeccakDigest keccak)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        keccak.DoFinal(hash);
        return new Bytes32(hash);
    }
}
