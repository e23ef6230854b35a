using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwBridge.Core.Bls.Field;

/// <summary>
/// Two elements x and y of Fp2 = Fp[u]/(u² + 1) side by side: x₀ + x₁u in lanes 0 and 1, y₀ + y₁u in lanes 2 and 3.
/// </summary>
/// <remarks>
/// Sums are not carried and differences are: "limbs below 2^29" means the sum of two carried elements. Each caller states how
/// many times p its elements stay below. No branch and no index depends on a value.
/// </remarks>
[SkipLocalsInit]
internal struct Fp2Pair
{
    /// <summary>What <see cref="Multiply"/> and <see cref="Square"/> take: elements below this many times p.</summary>
    internal const int MaxFactor = 32;

    private static readonly FpLanes Cover = FpConstants.Cover(MaxFactor, 2);

    /// <summary>One p more, so that the topmost limb stays above 0 too: nothing carries it before it is multiplied.</summary>
    private static readonly FpLanes MultiplyCover = FpConstants.Cover(MaxFactor + 1, 2);

    private static readonly FpLanes ConjugateCover = FpConstants.Cover(5, 1);

    /// <summary>x₀, x₁, y₀, y₁.</summary>
    internal FpLanes Lanes;

    /// <summary>x₀ + x₁u and y₀ + y₁u of limbs in Montgomery form.</summary>
    internal Fp2Pair(ReadOnlySpan<uint> x0, ReadOnlySpan<uint> x1, ReadOnlySpan<uint> y0, ReadOnlySpan<uint> y1)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Lanes[j] = Vector256.Create((ulong)x0[j], x1[j], y0[j], y1[j]);
        }
    }

    private static Vector256<ulong> RealLanes => Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);

    private static Vector256<ulong> Mask => Vector256.Create((ulong)FpLanes.LimbMask);

    /// <summary>left · right, both pairs at once: below 2p, carried. The destination may be one of the operands.</summary>
    /// <remarks>
    /// Of left below k·p, whatever k is, and right below l·p with l ≤ 32 the product is below (1 + k (l + 33) / 2519) p.
    /// </remarks>
    /// <param name="product">Receives the products.</param>
    /// <param name="left">Below 32p, limbs below 3 · 2^28.</param>
    /// <param name="right">Below 32p, limbs below 2^29.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(ref Fp2Pair product, ref readonly Fp2Pair left, ref readonly Fp2Pair right)
    {
        // Lane by lane x₀·(y₀, y₁) + x₁·(−y₁, y₀), with one reduction for both terms: 32 · (32 + 33) is within 2519.
        Unsafe.SkipInit(out FpLanes crossed);
        ref Vector256<ulong> x = ref Unsafe.AsRef(in left.Lanes[0]);
        ref Vector256<ulong> y = ref Unsafe.AsRef(in right.Lanes[0]);
        ref Vector256<ulong> c = ref crossed[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in MultiplyCover[0]);
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        Vector256<ulong> real = RealLanes;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> swapped = Swap(Unsafe.Add(ref y, j));
            Unsafe.Add(ref c, j) = Vector256.ConditionalSelect(real, Unsafe.Add(ref cover, j) - swapped, swapped);
        }

        Vector256<ulong> inverse = Vector256.Create(FpLanes.NegativeInverse);
        Vector256<ulong> mask = Mask;
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
        Vector256<ulong> t13;
        for (int i = 0; i < FpLanes.Limbs; i++)
        {
            Vector256<ulong> xi = Unsafe.Add(ref x, i);
            Vector256<ulong> a = Vector256.Shuffle(xi, Vector256.Create(0UL, 0, 2, 2));
            Vector256<ulong> b = Vector256.Shuffle(xi, Vector256.Create(1UL, 1, 3, 3));
            t0 += FpLanes.Widen(a, y) + FpLanes.Widen(b, c);
            Vector256<ulong> m = FpLanes.Widen(t0, inverse) & mask;
            t13 = (t0 + FpLanes.Widen(m, p)) >>> FpLanes.LimbBits;
            t0 = t1 + t13 + Step(1, ref y, ref c, ref p, a, b, m);
            t1 = t2 + Step(2, ref y, ref c, ref p, a, b, m);
            t2 = t3 + Step(3, ref y, ref c, ref p, a, b, m);
            t3 = t4 + Step(4, ref y, ref c, ref p, a, b, m);
            t4 = t5 + Step(5, ref y, ref c, ref p, a, b, m);
            t5 = t6 + Step(6, ref y, ref c, ref p, a, b, m);
            t6 = t7 + Step(7, ref y, ref c, ref p, a, b, m);
            t7 = t8 + Step(8, ref y, ref c, ref p, a, b, m);
            t8 = t9 + Step(9, ref y, ref c, ref p, a, b, m);
            t9 = t10 + Step(10, ref y, ref c, ref p, a, b, m);
            t10 = t11 + Step(11, ref y, ref c, ref p, a, b, m);
            t11 = t12 + Step(12, ref y, ref c, ref p, a, b, m);
            t12 = Step(13, ref y, ref c, ref p, a, b, m);
        }

        ref Vector256<ulong> z = ref product.Lanes[0];
        z = t0 & mask;
        t1 += t0 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 1) = t1 & mask;
        t2 += t1 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 2) = t2 & mask;
        t3 += t2 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 3) = t3 & mask;
        t4 += t3 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 4) = t4 & mask;
        t5 += t4 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 5) = t5 & mask;
        t6 += t5 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 6) = t6 & mask;
        t7 += t6 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 7) = t7 & mask;
        t8 += t7 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 8) = t8 & mask;
        t9 += t8 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 9) = t9 & mask;
        t10 += t9 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 10) = t10 & mask;
        t11 += t10 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 11) = t11 & mask;
        t12 += t11 >>> FpLanes.LimbBits;
        Unsafe.Add(ref z, 12) = t12 & mask;
        Unsafe.Add(ref z, 13) = t12 >>> FpLanes.LimbBits;
    }

    /// <summary>value², both at once: below 2p, carried. The destination may be the value.</summary>
    /// <remarks>Of a value below k·p the square is below (1 + 2k (k + 32) / 2519) p.</remarks>
    /// <param name="square">Receives the squares.</param>
    /// <param name="value">Below 16p, limbs below 2^28 (carried).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Square(ref Fp2Pair square, ref readonly Fp2Pair value)
    {
        // (x₀ + x₁)(x₀ − x₁) and 2x₀·x₁: 32 · (16 + 32) is within 2519.
        Unsafe.SkipInit(out FpLanes left);
        Unsafe.SkipInit(out FpLanes right);
        ref Vector256<ulong> x = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> a = ref left[0];
        ref Vector256<ulong> b = ref right[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover[0]);
        Vector256<ulong> real = RealLanes;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> limb = Unsafe.Add(ref x, j);
            Vector256<ulong> swapped = Swap(limb);
            Vector256<ulong> reals = Vector256.Shuffle(limb, Vector256.Create(0UL, 0, 2, 2));
            Unsafe.Add(ref a, j) = reals + Vector256.ConditionalSelect(real, swapped, reals);
            Unsafe.Add(ref b, j) = limb + ((Unsafe.Add(ref cover, j) - swapped) & real);
        }

        FpLanes.Multiply(ref square.Lanes, in left, in right);
    }

    /// <summary>left + right, limb by limb, without carrying.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(ref Fp2Pair sum, ref readonly Fp2Pair left, ref readonly Fp2Pair right)
    {
        ref Vector256<ulong> x = ref Unsafe.AsRef(in left.Lanes[0]);
        ref Vector256<ulong> y = ref Unsafe.AsRef(in right.Lanes[0]);
        ref Vector256<ulong> z = ref sum.Lanes[0];
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Unsafe.Add(ref z, j) = Unsafe.Add(ref x, j) + Unsafe.Add(ref y, j);
        }
    }

    /// <summary>left − right + 32p, carried.</summary>
    /// <param name="difference">Receives it.</param>
    /// <param name="left">Anything; the difference is below its bound and 32p more.</param>
    /// <param name="right">Below 32p, limbs below 2^29.</param>
    internal static void Subtract(ref Fp2Pair difference, ref readonly Fp2Pair left, ref readonly Fp2Pair right) =>
        Subtract(ref difference, in left, in right, in Cover);

    /// <summary>left − right + the cover, carried.</summary>
    /// <param name="difference">Receives it.</param>
    /// <param name="left">Anything; the difference is below its bound and the cover more.</param>
    /// <param name="right">Below the cover, limb by limb (<see cref="FpConstants.Cover"/>).</param>
    /// <param name="cover">A multiple of p.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Subtract(ref Fp2Pair difference, ref readonly Fp2Pair left, ref readonly Fp2Pair right, ref readonly FpLanes cover)
    {
        ref Vector256<ulong> x = ref Unsafe.AsRef(in left.Lanes[0]);
        ref Vector256<ulong> y = ref Unsafe.AsRef(in right.Lanes[0]);
        ref Vector256<ulong> z = ref difference.Lanes[0];
        ref Vector256<ulong> c = ref Unsafe.AsRef(in cover[0]);
        Vector256<ulong> mask = Mask;
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs - 1; j++)
        {
            carry += Unsafe.Add(ref x, j) + Unsafe.Add(ref c, j) - Unsafe.Add(ref y, j);
            Unsafe.Add(ref z, j) = carry & mask;
            carry >>>= FpLanes.LimbBits;
        }

        const int Top = FpLanes.Limbs - 1;
        Unsafe.Add(ref z, Top) = carry + Unsafe.Add(ref x, Top) + Unsafe.Add(ref c, Top) - Unsafe.Add(ref y, Top);
    }

    /// <summary>x₀ − x₁u of both elements, carried.</summary>
    /// <param name="conjugate">Receives the conjugates, at most 5p; may be the value.</param>
    /// <param name="value">At most 5p, limbs below 2^28 (carried).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Conjugate(ref Fp2Pair conjugate, ref readonly Fp2Pair value)
    {
        ref Vector256<ulong> x = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> z = ref conjugate.Lanes[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in ConjugateCover[0]);
        Vector256<ulong> real = RealLanes;
        Vector256<ulong> mask = Mask;
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> limb = Unsafe.Add(ref x, j);
            carry += Vector256.ConditionalSelect(real, limb, Unsafe.Add(ref cover, j) - limb);
            Unsafe.Add(ref z, j) = j < FpLanes.Limbs - 1 ? carry & mask : carry;
            carry >>>= FpLanes.LimbBits;
        }
    }

    /// <summary>Exchanges the two components of each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Swap(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(1UL, 0, 3, 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Step(
        int j,
        ref Vector256<ulong> y,
        ref Vector256<ulong> c,
        ref Vector256<ulong> p,
        Vector256<ulong> a,
        Vector256<ulong> b,
        Vector256<ulong> m) =>
        FpLanes.Widen(a, Unsafe.Add(ref y, j)) + FpLanes.Widen(b, Unsafe.Add(ref c, j)) + FpLanes.Widen(m, Unsafe.Add(ref p, j));
}
