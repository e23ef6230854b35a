using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Tower;

/// <summary>
/// Two elements y of Fp2 side by side, made ready to be multiplied by: with u·y at hand, x·y = x₀·y + x₁·(u·y) lane by lane, and any
/// number of such products can be added up before one reduction.
/// </summary>
/// <remarks>Of public values only: nothing here is wiped.</remarks>
[SkipLocalsInit]
internal struct Fp2Factor
{
    private static readonly FpLanes Cover16 = FpConstants.Cover(16, 1);

    /// <summary>y, below 15p and carried.</summary>
    internal Fp2Pair Value;

    /// <summary>u·y, below 16p, limbs below 2^29.</summary>
    internal Fp2Pair TimesU;

    /// <summary>u times what <see cref="Value"/> has been set to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void SetTimesU()
    {
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover16[0]);
        ref Vector256<ulong> y = ref Value.Lanes[0];
        ref Vector256<ulong> timesU = ref TimesU.Lanes[0];
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Unsafe.Add(ref timesU, j) = PairLimb.TimesU(Unsafe.Add(ref y, j), Unsafe.Add(ref cover, j));
        }
    }

    /// <summary>Takes the two halves of a pair apart: each becomes a factor of both halves.</summary>
    /// <param name="low">Receives the low half, twice.</param>
    /// <param name="high">Receives the high half, twice.</param>
    /// <param name="value">Below 15p, carried.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SetHalves(ref Fp2Factor low, ref Fp2Factor high, ref readonly Fp2Pair value)
    {
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover16[0]);
        ref Vector256<ulong> from = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> x = ref low.Value.Lanes[0];
        ref Vector256<ulong> timesUx = ref low.TimesU.Lanes[0];
        ref Vector256<ulong> y = ref high.Value.Lanes[0];
        ref Vector256<ulong> timesUy = ref high.TimesU.Lanes[0];
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> limb = Unsafe.Add(ref from, j);
            Vector256<ulong> timesU = PairLimb.TimesU(limb, Unsafe.Add(ref cover, j));
            Unsafe.Add(ref x, j) = PairLimb.Low(limb);
            Unsafe.Add(ref timesUx, j) = PairLimb.Low(timesU);
            Unsafe.Add(ref y, j) = PairLimb.High(limb);
            Unsafe.Add(ref timesUy, j) = PairLimb.High(timesU);
        }
    }

    /// <summary>x₀·y₀ + x₁·y₁ + x₂·y₂ in both halves, with one reduction: below 2p, carried. The sum may be one of the x.</summary>
    /// <param name="sum">Receives it.</param>
    /// <param name="x0">Below 16p, carried, as the others are: 3 · 16 · (15 + 16) is within 2519.</param>
    /// <param name="y0">Its factor.</param>
    /// <param name="x1">The second element.</param>
    /// <param name="y1">Its factor.</param>
    /// <param name="x2">The third element.</param>
    /// <param name="y2">Its factor.</param>
    /// <remarks>A column adds up 14 · (3 · (2^56 + 2^57) + 2^56), which is below 2^64.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumOfProducts(
        ref Fp2Pair sum,
        ref readonly Fp2Pair x0,
        ref readonly Fp2Factor y0,
        ref readonly Fp2Pair x1,
        ref readonly Fp2Factor y1,
        ref readonly Fp2Pair x2,
        ref readonly Fp2Factor y2)
    {
        ref Vector256<ulong> e = ref Unsafe.AsRef(in x0.Lanes[0]);
        ref Vector256<ulong> f = ref Unsafe.AsRef(in x1.Lanes[0]);
        ref Vector256<ulong> g = ref Unsafe.AsRef(in x2.Lanes[0]);
        ref Vector256<ulong> h = ref Unsafe.AsRef(in y0.Value.Lanes[0]);
        ref Vector256<ulong> k = ref Unsafe.AsRef(in y1.Value.Lanes[0]);
        ref Vector256<ulong> l = ref Unsafe.AsRef(in y2.Value.Lanes[0]);
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        Vector256<ulong> inverse = Vector256.Create(FpLanes.NegativeInverse);
        Vector256<ulong> mask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> t0 = default;
        Vector256<ulong> t1 = default;
        Vector256<ulong> t2 = default;
        Vector256<ulong> t3 = default;
        Vector256<ulong> t4 = default;
        Vector256<ulong> t5 = default;
        Vector256<ulong> t6 = default;
        Vector256<ulong> t7 = default;
        Vector256<ulong> t8 = default;
        Vector256<ulong> t9 = default;
        Vector256<ulong> t10 = default;
        Vector256<ulong> t11 = default;
        Vector256<ulong> t12 = default;
        for (int i = 0; i < FpLanes.Limbs; i++)
        {
            Vector256<ulong> e0 = Real(Unsafe.Add(ref e, i));
            Vector256<ulong> e1 = Imaginary(Unsafe.Add(ref e, i));
            Vector256<ulong> f0 = Real(Unsafe.Add(ref f, i));
            Vector256<ulong> f1 = Imaginary(Unsafe.Add(ref f, i));
            Vector256<ulong> g0 = Real(Unsafe.Add(ref g, i));
            Vector256<ulong> g1 = Imaginary(Unsafe.Add(ref g, i));
            t0 += Products(0, e0, e1, ref h) + Products(0, f0, f1, ref k) + Products(0, g0, g1, ref l);
            Vector256<ulong> m = FpLanes.Widen(t0, inverse) & mask;
            t0 = (t0 + FpLanes.Widen(m, p)) >>> FpLanes.LimbBits;
            t0 += t1 + Products(1, e0, e1, ref h) + Products(1, f0, f1, ref k) + Products(1, g0, g1, ref l) + Reduce(1, m, ref p);
            t1 = t2 + Products(2, e0, e1, ref h) + Products(2, f0, f1, ref k) + Products(2, g0, g1, ref l) + Reduce(2, m, ref p);
            t2 = t3 + Products(3, e0, e1, ref h) + Products(3, f0, f1, ref k) + Products(3, g0, g1, ref l) + Reduce(3, m, ref p);
            t3 = t4 + Products(4, e0, e1, ref h) + Products(4, f0, f1, ref k) + Products(4, g0, g1, ref l) + Reduce(4, m, ref p);
            t4 = t5 + Products(5, e0, e1, ref h) + Products(5, f0, f1, ref k) + Products(5, g0, g1, ref l) + Reduce(5, m, ref p);
            t5 = t6 + Products(6, e0, e1, ref h) + Products(6, f0, f1, ref k) + Products(6, g0, g1, ref l) + Reduce(6, m, ref p);
            t6 = t7 + Products(7, e0, e1, ref h) + Products(7, f0, f1, ref k) + Products(7, g0, g1, ref l) + Reduce(7, m, ref p);
            t7 = t8 + Products(8, e0, e1, ref h) + Products(8, f0, f1, ref k) + Products(8, g0, g1, ref l) + Reduce(8, m, ref p);
            t8 = t9 + Products(9, e0, e1, ref h) + Products(9, f0, f1, ref k) + Products(9, g0, g1, ref l) + Reduce(9, m, ref p);
            t9 = t10 + Products(10, e0, e1, ref h) + Products(10, f0, f1, ref k) + Products(10, g0, g1, ref l) + Reduce(10, m, ref p);
            t10 = t11 + Products(11, e0, e1, ref h) + Products(11, f0, f1, ref k) + Products(11, g0, g1, ref l) + Reduce(11, m, ref p);
            t11 = t12 + Products(12, e0, e1, ref h) + Products(12, f0, f1, ref k) + Products(12, g0, g1, ref l) + Reduce(12, m, ref p);
            t12 = Products(13, e0, e1, ref h) + Products(13, f0, f1, ref k) + Products(13, g0, g1, ref l) + Reduce(13, m, ref p);
        }

        ref Vector256<ulong> z = ref sum.Lanes[0];
        Vector256<ulong> carry = default;
        PairLimb.Put(ref z, 0, ref carry, t0);
        PairLimb.Put(ref z, 1, ref carry, t1);
        PairLimb.Put(ref z, 2, ref carry, t2);
        PairLimb.Put(ref z, 3, ref carry, t3);
        PairLimb.Put(ref z, 4, ref carry, t4);
        PairLimb.Put(ref z, 5, ref carry, t5);
        PairLimb.Put(ref z, 6, ref carry, t6);
        PairLimb.Put(ref z, 7, ref carry, t7);
        PairLimb.Put(ref z, 8, ref carry, t8);
        PairLimb.Put(ref z, 9, ref carry, t9);
        PairLimb.Put(ref z, 10, ref carry, t10);
        PairLimb.Put(ref z, 11, ref carry, t11);
        PairLimb.Put(ref z, 12, ref carry, t12);
        PairLimb.Put(ref z, 13, ref carry, default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Real(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(0UL, 0, 2, 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Imaginary(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(1UL, 1, 3, 3));

    /// <summary>Both products with limb j; <see cref="TimesU"/> follows <see cref="Value"/> in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Products(int j, Vector256<ulong> real, Vector256<ulong> imaginary, ref Vector256<ulong> factor) =>
        FpLanes.Widen(real, Unsafe.Add(ref factor, j)) + FpLanes.Widen(imaginary, Unsafe.Add(ref factor, FpLanes.Limbs + j));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Reduce(int j, Vector256<ulong> m, ref Vector256<ulong> p) => FpLanes.Widen(m, Unsafe.Add(ref p, j));
}
