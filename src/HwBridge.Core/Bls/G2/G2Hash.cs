using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>hash_to_curve of RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. Messages are public: the time depends on them.</summary>
internal static class G2Hash
{
    /// <summary>Bytes for one element of Fp: 128 bits more than p has (§5.1).</summary>
    private const int ElementSize = 64;

    /// <summary>2^256 in Montgomery form.</summary>
    private static readonly FpLanes TwoTo256 = FpLanes.Broadcast(
    [
        0xeb50ecd, 0xd5d7c5c, 0x70b3131, 0x62e443a, 0x2a871ee, 0xf88fa8b, 0x1dde5f5,
        0x39c19db, 0xaf02983, 0x9de3cc5, 0x547ef90, 0xb2df0fc, 0xfa04cbd, 0x000b84f,
    ]);

    /// <summary>The point of the subgroup that the message stands for.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="domainSeparationTag">At least 1 byte.</param>
    /// <param name="point">Receives the point.</param>
    internal static void ToPoint(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, out G2Point point)
    {
        Fp2Pair elements = default;
        ToField(message, domainSeparationTag, ref elements);
        G2Map.ToCurve(in elements, out point, out G2Point second);
        G2Scratch scratch = default;
        point.Add(in second, ref scratch);
        G2Endomorphism.ClearCofactor(ref point);
    }

    /// <summary>Two elements of Fp2 (hash_to_field, §5.2): carried, below 2p.</summary>
    internal static void ToField(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, ref Fp2Pair elements)
    {
        const int Lanes = 4;
        Span<byte> uniform = stackalloc byte[Lanes * ElementSize];
        ExpandMessage.Fill(message, domainSeparationTag, uniform);
        FpLanes high = default;
        FpLanes low = default;
        for (int lane = 0; lane < Lanes; lane++)
        {
            ReadOnlySpan<byte> element = uniform.Slice(lane * ElementSize, ElementSize);
            FpCodec.ReadInto(element[..(ElementSize / 2)], lane, ref high);
            FpCodec.ReadInto(element[(ElementSize / 2)..], lane, ref low);
        }

        // high · 2^256 + low
        FpLanes.Multiply(ref high, in high, in TwoTo256);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            low[j] += high[j];
        }

        FpLanes.Multiply(ref elements.Lanes, in low, in FpConstants.RSquared);
    }
}
