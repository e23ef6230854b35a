using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Tower;

/// <summary>Raising to the power p.</summary>
internal static class Frobenius
{
    /// <summary>γⁱ with γ = ξ^((p − 1) / 6), for i = 0 and 3, 1 and 4, 2 and 5: (wⁱ)^p is γⁱ wⁱ.</summary>
    private static readonly Fp12 Factors = MakeFactors();

    /// <summary>(p − 1) / 6.</summary>
    private static ReadOnlySpan<byte> Sixth =>
    [
        0x04, 0x55, 0x82, 0xfc, 0x5e, 0xea, 0xa6, 0x6f, 0x0c, 0x84, 0x9b, 0xf3, 0xb5, 0xe1, 0xf2, 0x23,
        0xe6, 0x13, 0xe1, 0xeb, 0x7d, 0xeb, 0x83, 0x1f, 0xe6, 0x88, 0x23, 0x1a, 0xd3, 0xc8, 0x29, 0x06,
        0x05, 0x1c, 0xaa, 0xaa, 0x72, 0xe3, 0x55, 0x55, 0x49, 0xaa, 0x7f, 0xff, 0xff, 0xff, 0xf1, 0xc7,
    ];

    /// <summary>value^p. The destination may be the value.</summary>
    internal static void Apply(ref Fp12 power, ref readonly Fp12 value)
    {
        Apply(ref power.C0, in value.C0, in Factors.C0);
        Apply(ref power.C1, in value.C1, in Factors.C1);
        Apply(ref power.C2, in value.C2, in Factors.C2);
    }

    private static void Apply(ref Fp2Pair power, ref readonly Fp2Pair value, ref readonly Fp2Pair factor)
    {
        // In Fp2 the power p is the conjugate.
        Fp2Pair conjugate = default;
        Fp12.NegateLanes(ref conjugate, in value, Vector256.Create(0, ulong.MaxValue, 0, ulong.MaxValue));
        Fp2Pair.Multiply(ref power, in conjugate, in factor);
    }

    private static Fp12 MakeFactors()
    {
        Fp2Pair one = default;
        Fp2Pair xi = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            one.Lanes[j] = FpConstants.One[j] & Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);
            xi.Lanes[j] = FpConstants.One[j];
        }

        Fp2Pair gamma = one;
        for (int bit = (8 * Sixth.Length) - 1; bit >= 0; bit--)
        {
            Fp2Pair.Square(ref gamma, in gamma);
            if (((Sixth[^((bit / 8) + 1)] >> (bit % 8)) & 1) != 0)
            {
                Fp2Pair.Multiply(ref gamma, in gamma, in xi);
            }
        }

        Fp2Pair cube = default;
        Fp2Pair.Square(ref cube, in gamma);
        Fp2Pair.Multiply(ref cube, in cube, in gamma);
        Fp12 factors = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            factors.C0.Lanes[j] = PairLimb.Join(one.Lanes[j], cube.Lanes[j]);
        }

        Fp2Pair.Multiply(ref factors.C1, in factors.C0, in gamma);
        Fp2Pair.Multiply(ref factors.C2, in factors.C1, in gamma);
        return factors;
    }
}
