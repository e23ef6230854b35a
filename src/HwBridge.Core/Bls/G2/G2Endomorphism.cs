using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>
/// ψ, Frobenius' map carried over to the twist: (x, y) becomes (x̄ / (1 + u)^((p−1)/3), ȳ / (1 + u)^((p−1)/2)). In the subgroup
/// of order r it multiplies by z, the curve's parameter, which is −|z|.
/// </summary>
internal static class G2Endomorphism
{
    /// <summary>|z|; six bits of it are set.</summary>
    internal const ulong Z = 0xd201000000010000;

    /// <summary>(1 + u)^(−(p−1)/3) and (1 + u)^(−(p−1)/2).</summary>
    private static readonly Fp2Pair Factors = new(
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [
            0x58a1811, 0x96e4867, 0x1d5c11c, 0x543e856, 0x13e6366, 0x4b0fc91, 0xae5efbb,
            0x8680210, 0x9941307, 0xf700269, 0xb02eef7, 0x9086bfc, 0x6855919, 0x001291e,
        ],
        [
            0xcc17b84, 0xcc5da55, 0x1835de7, 0x3e1e677, 0x9e4ae31, 0x9b9a07a, 0xd662557,
            0xb7f1997, 0x71cc4da, 0xa667f92, 0x65115fe, 0x4a3370c, 0xe5b746a, 0x000d16d,
        ],
        [
            0x33e2f27, 0x32a25aa, 0x27ca1d2, 0xc1e049e, 0xc3f707a, 0x055ca94, 0x2010b7b,
            0x3b93794, 0xd5a86aa, 0xa544de3, 0x556a044, 0x9c66da5, 0x38ec515, 0x000cea3,
        ]);

    /// <summary>image = ψ(point). Constant time.</summary>
    internal static void Apply(ref G2Point image, ref readonly G2Point point)
    {
        Fp2Pair.Conjugate(ref image.Xy, in point.Xy);
        Fp2Pair.Conjugate(ref image.Zz, in point.Zz);
        Fp2Pair.Multiply(ref image.Xy, in image.Xy, in Factors);
    }

    /// <summary>point = z · point, for any point of the curve. The time is the same for all points.</summary>
    internal static void MultiplyByZ(ref G2Point point, ref G2Scratch scratch)
    {
        G2Point once = point;
        for (int bit = 62; bit >= 0; bit--)
        {
            point.Double(ref scratch);
            if (((Z >> bit) & 1) != 0)
            {
                point.Add(in once, ref scratch);
            }
        }

        point.Negate();
    }

    /// <summary>
    /// True for a point of the subgroup of order r: ψ(P) = z P (Scott, eprint 2021/1130). One multiplication by 64 bits instead
    /// of one by 255.
    /// </summary>
    /// <param name="point">A point of the curve with Z = 1.</param>
    internal static bool IsInSubgroup(ref readonly G2Point point)
    {
        G2Scratch scratch = default;
        G2Point multiple = point;
        MultiplyByZ(ref multiple, ref scratch);

        // z P = (X : Y : Z) is ψ(P) = (x, y) when xZ = X and yZ = Y. Infinity, with Y other than 0, is not.
        G2Point image = default;
        Apply(ref image, in point);
        Fp2Pair.Multiply(ref image.Xy, in image.Xy, in multiple.Zz);
        Fp2Pair.Subtract(ref image.Xy, in image.Xy, in multiple.Xy);
        return FpCodec.ZeroLanes(in image.Xy.Lanes) == 0b1111;
    }

    /// <summary>
    /// Maps any point of the curve into the subgroup as RFC 9380 §8.8.2 and appendix G.4 say: (z² − z − 1) P + (z − 1) ψ(P) + ψ²(2P).
    /// </summary>
    internal static void ClearCofactor(ref G2Point point)
    {
        G2Scratch scratch = default;
        G2Point minus = point;
        minus.Negate();
        G2Point image = default;
        Apply(ref image, in point);
        G2Point multiple = point;
        MultiplyByZ(ref multiple, ref scratch);

        // ψ²(2P) − ψ(P) − zP − P + z (zP + ψ(P))
        point.Double(ref scratch);
        Apply(ref point, in point);
        Apply(ref point, in point);
        point.Add(in minus, ref scratch);
        G2Point sum = multiple;
        sum.Add(in image, ref scratch);
        minus = sum;
        minus.Negate();
        point.Add(in minus, ref scratch);
        MultiplyByZ(ref sum, ref scratch);
        point.Add(in sum, ref scratch);
    }
}
