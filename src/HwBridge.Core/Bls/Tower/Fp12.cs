using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Tower;

/// <summary>
/// An element c₀ + c₁w + c₂w² of Fp12 = Fp4[w]/(w³ − s) over Fp4 = Fp2[s]/(s² − ξ) over Fp2, with ξ = 1 + u. Each cᵢ = a + b s is an
/// <see cref="Fp2Pair"/>, a in its low half; so the element is Σ aᵢ wⁱ + bᵢ wⁱ⁺³ with w⁶ = ξ. Coefficients are at most 2p and carried.
/// </summary>
/// <remarks>
/// This order keeps both halves busy: cyclotomic squarings are three squarings in Fp4, each one product of pairs, and a line
/// of a pairing multiplies all halves by the same three elements. Of public values only: variable time would do, and nothing is wiped.
/// </remarks>
[SkipLocalsInit]
internal struct Fp12
{
    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);
    private static readonly FpLanes Cover4 = FpConstants.Cover(4, 2);

    /// <summary>What covers the subtractions of a squaring and up to 12 times p.</summary>
    private static readonly FpLanes Cover8 = FpConstants.Cover(8, 24);

    /// <summary>The coefficients of w⁰ and w³.</summary>
    internal Fp2Pair C0;

    /// <summary>The coefficients of w¹ and w⁴.</summary>
    internal Fp2Pair C1;

    /// <summary>The coefficients of w² and w⁵.</summary>
    internal Fp2Pair C2;

    /// <summary>1.</summary>
    internal static Fp12 One
    {
        get
        {
            Fp12 one = default;
            for (int j = 0; j < FpLanes.Limbs; j++)
            {
                one.C0.Lanes[j] = FpConstants.One[j] & Vector256.Create(ulong.MaxValue, 0, 0, 0);
            }

            return one;
        }
    }

    /// <summary>True for 1.</summary>
    internal readonly bool IsOne
    {
        get
        {
            Fp2Pair rest = C0;
            Fp12 one = One;
            for (int j = 0; j < FpLanes.Limbs; j++)
            {
                rest.Lanes[j] += Cover2[j] - one.C0.Lanes[j];
            }

            const uint All = 0b1111;
            return (FpCodec.ZeroLanes(in rest.Lanes) & FpCodec.ZeroLanes(in C1.Lanes) & FpCodec.ZeroLanes(in C2.Lanes)) == All;
        }
    }

    /// <summary>left · right. The destination may be one of the operands.</summary>
    internal static void Multiply(ref Fp12 product, ref readonly Fp12 left, ref readonly Fp12 right)
    {
        Unsafe.SkipInit(out Fp2Factor a0);
        Unsafe.SkipInit(out Fp2Factor a1);
        Unsafe.SkipInit(out Fp2Factor a2);
        Unsafe.SkipInit(out Fp2Factor b0);
        Unsafe.SkipInit(out Fp2Factor b1);
        Unsafe.SkipInit(out Fp2Factor b2);
        Fp2Factor.SetHalves(ref a0, ref b0, in left.C0);
        Fp2Factor.SetHalves(ref a1, ref b1, in left.C1);
        Fp2Factor.SetHalves(ref a2, ref b2, in left.C2);
        Unsafe.SkipInit(out Fp2Pair s0);
        Unsafe.SkipInit(out Fp2Pair s1);
        Unsafe.SkipInit(out Fp2Pair s2);
        Unsafe.SkipInit(out Fp2Pair xi1);
        Unsafe.SkipInit(out Fp2Pair xi2);
        TimesS(ref s0, in right.C0);
        TimesS(ref s1, in right.C1);
        TimesS(ref s2, in right.C2);
        TimesXi(ref xi1, in right.C1);
        TimesXi(ref xi2, in right.C2);

        // (a + b s) · c = a · c + b · (s c), and w³ = s: all that a multiplies, and all that b multiplies.
        Unsafe.SkipInit(out Fp12 byA);
        Unsafe.SkipInit(out Fp12 byB);
        Fp2Factor.SumOfProducts(ref byA.C0, in right.C0, in a0, in s2, in a1, in s1, in a2);
        Fp2Factor.SumOfProducts(ref byB.C0, in s0, in b0, in xi2, in b1, in xi1, in b2);
        Fp2Factor.SumOfProducts(ref byA.C1, in right.C1, in a0, in right.C0, in a1, in s2, in a2);
        Fp2Factor.SumOfProducts(ref byB.C1, in s1, in b0, in s0, in b1, in xi2, in b2);
        Fp2Factor.SumOfProducts(ref byA.C2, in right.C2, in a0, in right.C1, in a1, in right.C0, in a2);
        Fp2Factor.SumOfProducts(ref byB.C2, in s2, in b0, in s1, in b1, in s0, in b2);
        Add(ref product.C0, in byA.C0, in byB.C0);
        Add(ref product.C1, in byA.C1, in byB.C1);
        Add(ref product.C2, in byA.C2, in byB.C2);
    }

    /// <summary>value · (l₀ + l₂w² + l₃w³): the shape of a line. The destination may be the value.</summary>
    /// <param name="product">Receives the product.</param>
    /// <param name="value">The element.</param>
    /// <param name="l0">l₀ in both halves.</param>
    /// <param name="l2">l₂ in both halves.</param>
    /// <param name="l3">l₃ in both halves.</param>
    internal static void MultiplyByLine(
        ref Fp12 product,
        ref readonly Fp12 value,
        ref readonly Fp2Factor l0,
        ref readonly Fp2Factor l2,
        ref readonly Fp2Factor l3)
    {
        Unsafe.SkipInit(out Fp2Pair s0);
        Unsafe.SkipInit(out Fp2Pair s1);
        Unsafe.SkipInit(out Fp2Pair s2);
        TimesS(ref s0, in value.C0);
        TimesS(ref s1, in value.C1);
        TimesS(ref s2, in value.C2);
        Unsafe.SkipInit(out Fp2Pair first);
        Fp2Factor.SumOfProducts(ref first, in value.C0, in l0, in s1, in l2, in s0, in l3);
        Fp2Factor.SumOfProducts(ref product.C1, in value.C1, in l0, in s2, in l2, in s1, in l3);
        Fp2Factor.SumOfProducts(ref product.C2, in value.C2, in l0, in value.C0, in l2, in s2, in l3);
        product.C0 = first;
    }

    /// <summary>value². The destination may be the value.</summary>
    internal static void Square(ref Fp12 square, ref readonly Fp12 value)
    {
        // With e = a₀ + a₂v + b₁v² and o = a₁ + b₀v + b₂v² over v = w²: value = e + o w, and of the two products in the halves,
        // (e + o)(e + v o) and e o, the square is (first − second − v second) + 2 second w.
        Unsafe.SkipInit(out Factors factors);
        SetSquareFactors(ref factors, in value);
        Unsafe.SkipInit(out Fp12 t);
        Fp2Factor.SumOfProducts(ref t.C0, in factors.X0, in factors.Y0, in factors.X1, in factors.XiY2, in factors.X2, in factors.XiY1);
        Fp2Factor.SumOfProducts(ref t.C1, in factors.X0, in factors.Y1, in factors.X1, in factors.Y0, in factors.X2, in factors.XiY2);
        Fp2Factor.SumOfProducts(ref t.C2, in factors.X0, in factors.Y2, in factors.X1, in factors.Y1, in factors.X2, in factors.Y0);
        ref Vector256<ulong> t0 = ref t.C0.Lanes[0];
        ref Vector256<ulong> t1 = ref t.C1.Lanes[0];
        ref Vector256<ulong> t2 = ref t.C2.Lanes[0];
        CombineSquare(ref square, ref t0, ref t1, ref t2);
    }

    /// <summary>value to the power p⁶: the inverse of an element whose norm over Fp6 is 1.</summary>
    internal static void Conjugate(ref Fp12 conjugate, ref readonly Fp12 value)
    {
        // The coefficients of odd powers of w change their sign.
        Vector256<ulong> low = Vector256.Create(ulong.MaxValue, ulong.MaxValue, 0, 0);
        NegateLanes(ref conjugate.C0, in value.C0, ~low);
        NegateLanes(ref conjugate.C1, in value.C1, low);
        NegateLanes(ref conjugate.C2, in value.C2, ~low);
    }

    /// <summary>1 / value, of a value other than 0.</summary>
    internal static void Invert(ref Fp12 inverse, ref readonly Fp12 value)
    {
        // g = value · value^(p⁶) is in Fp6, and g · g^(p²) · g^(p⁴) in Fp2.
        Fp12 conjugate = default;
        Conjugate(ref conjugate, in value);
        Fp12 g = default;
        Multiply(ref g, in value, in conjugate);
        Fp12 others = default;
        Frobenius.Apply(ref others, in g);
        Frobenius.Apply(ref others, in others);
        Fp12 last = default;
        Frobenius.Apply(ref last, in others);
        Frobenius.Apply(ref last, in last);
        Multiply(ref others, in others, in last);
        Multiply(ref g, in g, in others);
        Multiply(ref others, in others, in conjugate);
        InvertInFp2(ref g.C0);
        Multiply(ref inverse, in others, in g);
    }

    /// <summary>−value in the lanes that the mask selects, the others as they are: at most 2p, carried.</summary>
    internal static void NegateLanes(ref Fp2Pair negative, ref readonly Fp2Pair value, Vector256<ulong> lanes)
    {
        ref Vector256<ulong> from = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> to = ref negative.Lanes[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover2[0]);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> limb = Unsafe.Add(ref from, j);
            PairLimb.Put(ref to, j, ref carry, Vector256.ConditionalSelect(lanes, Unsafe.Add(ref cover, j) - limb, limb));
        }
    }

    /// <summary>s · value: below 6p, carried.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TimesS(ref Fp2Pair product, ref readonly Fp2Pair value)
    {
        ref Vector256<ulong> from = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> to = ref product.Lanes[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover4[0]);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref to, j, ref carry, PairLimb.TimesS(Unsafe.Add(ref from, j), Unsafe.Add(ref cover, j)));
        }
    }

    /// <summary>ξ · value: below 6p, carried.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TimesXi(ref Fp2Pair product, ref readonly Fp2Pair value)
    {
        ref Vector256<ulong> from = ref Unsafe.AsRef(in value.Lanes[0]);
        ref Vector256<ulong> to = ref product.Lanes[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover4[0]);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref to, j, ref carry, PairLimb.TimesXi(Unsafe.Add(ref from, j), Unsafe.Add(ref cover, j)));
        }
    }

    /// <summary>left + right, at most 2p again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ref Fp2Pair sum, ref readonly Fp2Pair left, ref readonly Fp2Pair right)
    {
        ref Vector256<ulong> x = ref Unsafe.AsRef(in left.Lanes[0]);
        ref Vector256<ulong> y = ref Unsafe.AsRef(in right.Lanes[0]);
        ref Vector256<ulong> z = ref sum.Lanes[0];
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover8[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> q = PairLimb.Quotient(
            Unsafe.Add(ref x, Top) + Unsafe.Add(ref y, Top) + Unsafe.Add(ref cover, Top),
            Unsafe.Add(ref x, Top - 1) + Unsafe.Add(ref y, Top - 1) + Unsafe.Add(ref cover, Top - 1));
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> limb = Unsafe.Add(ref x, j) + Unsafe.Add(ref y, j) + Unsafe.Add(ref cover, j);
            PairLimb.Put(ref z, j, ref carry, limb - FpLanes.Widen(q, Unsafe.Add(ref p, j)));
        }
    }

    /// <summary>X = (e + o | e) and Y = (e + v o | o), coefficient by coefficient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SetSquareFactors(ref Factors factors, ref readonly Fp12 value)
    {
        ref Vector256<ulong> c0 = ref Unsafe.AsRef(in value.C0.Lanes[0]);
        ref Vector256<ulong> c1 = ref Unsafe.AsRef(in value.C1.Lanes[0]);
        ref Vector256<ulong> c2 = ref Unsafe.AsRef(in value.C2.Lanes[0]);
        ref Vector256<ulong> cover2 = ref Unsafe.AsRef(in Cover2[0]);
        ref Vector256<ulong> cover4 = ref Unsafe.AsRef(in Cover4[0]);
        ref Vector256<ulong> x0 = ref factors.X0.Lanes[0];
        ref Vector256<ulong> x1 = ref factors.X1.Lanes[0];
        ref Vector256<ulong> x2 = ref factors.X2.Lanes[0];
        ref Vector256<ulong> y0 = ref factors.Y0.Value.Lanes[0];
        ref Vector256<ulong> y1 = ref factors.Y1.Value.Lanes[0];
        ref Vector256<ulong> y2 = ref factors.Y2.Value.Lanes[0];
        ref Vector256<ulong> xiY1 = ref factors.XiY1.Value.Lanes[0];
        ref Vector256<ulong> xiY2 = ref factors.XiY2.Value.Lanes[0];
        Vector256<ulong> carryX0 = default;
        Vector256<ulong> carryX1 = default;
        Vector256<ulong> carryX2 = default;
        Vector256<ulong> carryY0 = default;
        Vector256<ulong> carryY1 = default;
        Vector256<ulong> carryY2 = default;
        Vector256<ulong> carryXiY1 = default;
        Vector256<ulong> carryXiY2 = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> q0 = Unsafe.Add(ref c0, j);
            Vector256<ulong> q1 = Unsafe.Add(ref c1, j);
            Vector256<ulong> q2 = Unsafe.Add(ref c2, j);
            Vector256<ulong> b0 = PairLimb.High(q0);
            Vector256<ulong> b1 = PairLimb.High(q1);
            Vector256<ulong> b2 = PairLimb.High(q2);

            // X: sums below 4p. Y: below 6p and 4p; ξ times the latter below 8p.
            PairLimb.Put(ref x0, j, ref carryX0, PairLimb.Low(q0) + PairLimb.LowOnly(q1));
            PairLimb.Put(ref x1, j, ref carryX1, PairLimb.Low(q2) + PairLimb.LowOnly(b0));
            PairLimb.Put(ref x2, j, ref carryX2, b1 + PairLimb.LowOnly(b2));
            Vector256<ulong> wrapped = PairLimb.LowOnly(PairLimb.TimesXi(b2, Unsafe.Add(ref cover2, j)));
            PairLimb.Put(ref y0, j, ref carryY0, PairLimb.Join(q0, PairLimb.Low(q1)) + wrapped);
            Vector256<ulong> limb1 = PairLimb.Join(q2, q0) + PairLimb.LowOnly(q1);
            Vector256<ulong> limb2 = PairLimb.Join(b1, q2) + PairLimb.LowOnly(b0);
            PairLimb.Put(ref y1, j, ref carryY1, limb1);
            PairLimb.Put(ref y2, j, ref carryY2, limb2);
            PairLimb.Put(ref xiY1, j, ref carryXiY1, PairLimb.TimesXi(limb1, Unsafe.Add(ref cover4, j)));
            PairLimb.Put(ref xiY2, j, ref carryXiY2, PairLimb.TimesXi(limb2, Unsafe.Add(ref cover4, j)));
        }

        factors.Y0.SetTimesU();
        factors.Y1.SetTimesU();
        factors.Y2.SetTimesU();
        factors.XiY1.SetTimesU();
        factors.XiY2.SetTimesU();
    }

    /// <summary>From the pairs t = (first | second) the coefficients of first − second − v second, and of 2 second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineSquare(ref Fp12 square, ref Vector256<ulong> t0, ref Vector256<ulong> t1, ref Vector256<ulong> t2)
    {
        ref Vector256<ulong> z0 = ref square.C0.Lanes[0];
        ref Vector256<ulong> z1 = ref square.C1.Lanes[0];
        ref Vector256<ulong> z2 = ref square.C2.Lanes[0];
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> q0 = PairLimb.Quotient(Limb0(Top, ref t0, ref t1, ref t2), Limb0(Top - 1, ref t0, ref t1, ref t2));
        Vector256<ulong> q1 = PairLimb.Quotient(Limb1(Top, ref t0, ref t1, ref t2), Limb1(Top - 1, ref t0, ref t1, ref t2));
        Vector256<ulong> q2 = PairLimb.Quotient(Limb2(Top, ref t0, ref t1, ref t2), Limb2(Top - 1, ref t0, ref t1, ref t2));
        Vector256<ulong> carry0 = default;
        Vector256<ulong> carry1 = default;
        Vector256<ulong> carry2 = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> pj = Unsafe.Add(ref p, j);
            PairLimb.Put(ref z0, j, ref carry0, Limb0(j, ref t0, ref t1, ref t2) - FpLanes.Widen(q0, pj));
            PairLimb.Put(ref z1, j, ref carry1, Limb1(j, ref t0, ref t1, ref t2) - FpLanes.Widen(q1, pj));
            PairLimb.Put(ref z2, j, ref carry2, Limb2(j, ref t0, ref t1, ref t2) - FpLanes.Widen(q2, pj));
        }

        // Less than 6p is subtracted: below 12p. Limbs take off 3 limbs, and then 12 limbs of p.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Limb0(int j, ref Vector256<ulong> t0, ref Vector256<ulong> t1, ref Vector256<ulong> t2)
        {
            Vector256<ulong> first = Unsafe.Add(ref t0, j);
            Vector256<ulong> vSecond = PairLimb.TimesXi(PairLimb.High(Unsafe.Add(ref t2, j)), default);
            return Covered(j, PairLimb.Join(first - PairLimb.High(first) - vSecond, Twice(ref t1, j)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Limb1(int j, ref Vector256<ulong> t0, ref Vector256<ulong> t1, ref Vector256<ulong> t2)
        {
            Vector256<ulong> first = Unsafe.Add(ref t2, j);
            Vector256<ulong> even = PairLimb.Low(first) - first - Unsafe.Add(ref t1, j);
            return Covered(j, PairLimb.Join(PairLimb.High(Twice(ref t0, j)), even));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Limb2(int j, ref Vector256<ulong> t0, ref Vector256<ulong> t1, ref Vector256<ulong> t2)
        {
            Vector256<ulong> first = Unsafe.Add(ref t1, j);
            Vector256<ulong> even = first - PairLimb.High(first) - PairLimb.High(Unsafe.Add(ref t0, j));
            return Covered(j, PairLimb.Join(even, Twice(ref t2, j)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Covered(int j, Vector256<ulong> limb) => limb + Unsafe.Add(ref Unsafe.AsRef(in Cover8[0]), j);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Twice(ref Vector256<ulong> t, int j) => Unsafe.Add(ref t, j) + Unsafe.Add(ref t, j);
    }

    /// <summary>The inverse in the low half, 0 in the high half.</summary>
    private static void InvertInFp2(ref Fp2Pair value)
    {
        // 1 / (a + b u) = (a − b u) / (a² + b²).
        Fp2Pair norm = default;
        FpLanes.Multiply(ref norm.Lanes, in value.Lanes, in value.Lanes);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            norm.Lanes[j] += PairLimb.SwapComponents(norm.Lanes[j]);
        }

        FpInverse.Invert(in norm.Lanes, 0, ref norm.Lanes);
        NegateLanes(ref value, in value, Vector256.Create(0, ulong.MaxValue, 0, 0));
        FpLanes.Multiply(ref value.Lanes, in value.Lanes, in norm.Lanes);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            value.Lanes[j] = PairLimb.LowOnly(value.Lanes[j]);
        }
    }

    /// <summary>The elements that a squaring multiplies.</summary>
    private struct Factors
    {
        internal Fp2Pair X0;
        internal Fp2Pair X1;
        internal Fp2Pair X2;
        internal Fp2Factor Y0;
        internal Fp2Factor Y1;
        internal Fp2Factor Y2;
        internal Fp2Factor XiY1;
        internal Fp2Factor XiY2;
    }
}
