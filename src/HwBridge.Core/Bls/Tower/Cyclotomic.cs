using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Tower;

/// <summary>
/// The elements of Fp12 whose order divides p⁴ − p² + 1, as the easy part of a final exponentiation gives them. Their inverse is their
/// conjugate, and their square costs three squarings in Fp4 (Granger and Scott, eprint 2009/565).
/// </summary>
[SkipLocalsInit]
internal static class Cyclotomic
{
    /// <summary>|z|, the curve's parameter; z itself is negative.</summary>
    private const ulong Z = 0xd201000000010000;

    /// <summary>Covers ξ b.</summary>
    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);

    /// <summary>Covers what a square takes off, and up to 32 times p.</summary>
    private static readonly FpLanes Cover18 = FpConstants.Cover(18, 48);

    /// <summary>value^z.</summary>
    internal static void PowerOfZ(ref Fp12 power, ref readonly Fp12 value)
    {
        Fp12 result = value;
        for (int bit = 62; bit >= 0; bit--)
        {
            Square(ref result);
            if (((Z >> bit) & 1) != 0)
            {
                Fp12.Multiply(ref result, in result, in value);
            }
        }

        Fp12.Conjugate(ref power, in result);
    }

    /// <summary>value = value².</summary>
    internal static void Square(ref Fp12 value)
    {
        // With c₀, c₁ and c₂ in Fp4 the square is (3c₀² − 2c̄₀) + (3s c₂² + 2c̄₁) w + (3c₁² − 2c̄₂) w²; c̄ has a − b s for a + b s.
        Unsafe.SkipInit(out Fp2Pair square0);
        Unsafe.SkipInit(out Fp2Pair square1);
        Unsafe.SkipInit(out Fp2Pair square2);
        Products(ref square0, in value.C0);
        Products(ref square1, in value.C1);
        Products(ref square2, in value.C2);
        Combine(ref value.C0, in square0);
        CombineTimesS(ref value.C1, in square2);
        Combine(ref value.C2, in square1);
    }

    /// <summary>Of c = a + b s: (a + b)(a + ξ b) and a b, below 1.07p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(ref Fp2Pair products, ref readonly Fp2Pair c)
    {
        Unsafe.SkipInit(out Fp2Pair left);
        Unsafe.SkipInit(out Fp2Pair right);
        ref Vector256<ulong> from = ref Unsafe.AsRef(in c.Lanes[0]);
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover2[0]);
        ref Vector256<ulong> x = ref left.Lanes[0];
        ref Vector256<ulong> y = ref right.Lanes[0];
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            // Below 4p and, carried, below 6p: the product is below (1 + 4 · (6 + 33) / 2519) p.
            Vector256<ulong> limb = Unsafe.Add(ref from, j);
            Vector256<ulong> b = PairLimb.High(limb);
            Unsafe.Add(ref x, j) = PairLimb.Low(limb) + PairLimb.LowOnly(b);
            PairLimb.Put(ref y, j, ref carry, limb + PairLimb.LowOnly(PairLimb.TimesXi(b, Unsafe.Add(ref cover, j))));
        }

        Fp2Pair.Multiply(ref products, in left, in right);
    }

    /// <summary>3c² − 2c̄, where the products give c² = (first − a b − ξ a b) + 2 a b s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(ref Fp2Pair c, ref readonly Fp2Pair products)
    {
        ref Vector256<ulong> z = ref c.Lanes[0];
        ref Vector256<ulong> m = ref Unsafe.AsRef(in products.Lanes[0]);
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> q = PairLimb.Quotient(Limb(Top, ref z, ref m), Limb(Top - 1, ref z, ref m));
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref z, j, ref carry, Limb(j, ref z, ref m) - FpLanes.Widen(q, Unsafe.Add(ref p, j)));
        }

        // Less than 9.7p + 4p is subtracted, in 11 limbs, from what is below 11p; with the cover that is below 30p.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Limb(int j, ref Vector256<ulong> z, ref Vector256<ulong> m)
        {
            Vector256<ulong> limb = Unsafe.Add(ref m, j);
            Vector256<ulong> ab = PairLimb.High(limb);
            Vector256<ulong> old = Unsafe.Add(ref z, j);
            Vector256<ulong> square = PairLimb.Join(limb - ab - PairLimb.TimesXi(ab, default), ab + ab);
            Vector256<ulong> difference = square + PairLimb.Join(square - old - old, square + old + old);
            return square + difference + Unsafe.Add(ref Unsafe.AsRef(in Cover18[0]), j);
        }
    }

    /// <summary>3s c² + 2c̄, with the c of its products and the c̄ of what was there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineTimesS(ref Fp2Pair c, ref readonly Fp2Pair products)
    {
        ref Vector256<ulong> z = ref c.Lanes[0];
        ref Vector256<ulong> m = ref Unsafe.AsRef(in products.Lanes[0]);
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> q = PairLimb.Quotient(Limb(Top, ref z, ref m), Limb(Top - 1, ref z, ref m));
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref z, j, ref carry, Limb(j, ref z, ref m) - FpLanes.Widen(q, Unsafe.Add(ref p, j)));
        }

        // As much is subtracted, from what is below 17p: s c² = 2 ξ a b + (first − a b − ξ a b) s.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Limb(int j, ref Vector256<ulong> z, ref Vector256<ulong> m)
        {
            Vector256<ulong> limb = Unsafe.Add(ref m, j);
            Vector256<ulong> ab = PairLimb.High(limb);
            Vector256<ulong> xiAb = PairLimb.TimesXi(ab, default);
            Vector256<ulong> old = Unsafe.Add(ref z, j);
            Vector256<ulong> square = PairLimb.Join(xiAb + xiAb, PairLimb.Low(limb) - ab - xiAb);
            Vector256<ulong> sum = square + PairLimb.Join(square + old + old, square - old - old);
            return square + sum + Unsafe.Add(ref Unsafe.AsRef(in Cover18[0]), j);
        }
    }
}
