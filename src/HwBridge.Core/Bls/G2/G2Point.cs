using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>
/// A point of y² = x³ + 4(1 + u) over Fp2 in projective coordinates: X and Y side by side, and Z twice; infinity is (0 : 1 : 0).
/// Limbs are below 2^28, coordinates at most 5p.
/// </summary>
/// <remarks>
/// Addition and doubling are the complete formulas of Renes, Costello and Batina (eprint 2015/1060, algorithms 7 and 9), as in G1:
/// right for every pair of points, as the curve has no point of order 2. The twelve and the eight products stand two by two.
/// </remarks>
internal struct G2Point
{
    private const ulong Minus = ulong.MaxValue;

    /// <summary>3b of the curve's equation is this times 1 + u.</summary>
    private const ulong ThreeB = 12;

    private static readonly FpLanes Cover3 = FpConstants.Cover(3, 1);
    private static readonly FpLanes Cover5 = FpConstants.Cover(5, 1);
    private static readonly FpLanes CoverSums = FpConstants.Cover(3, 2);

    // −x is ~x + 1: each cover holds the 1 for the lanes in which the limbs that it covers are inverted.
    private static readonly FpLanes CoverD = Covers((15, 12, 1), (29, 24, 2), (15, 12, 1), default);
    private static readonly FpLanes CoverG = Covers((43, 36, 1), (57, 48, 0), default, default);
    private static readonly FpLanes CoverU = Covers((42, 36, 0), (83, 72, 1), (42, 36, 0), (83, 72, 1));
    private static readonly FpLanes CoverW = Covers((14, 12, 1), default, default, default);

    /// <summary>X and Y.</summary>
    internal Fp2Pair Xy;

    /// <summary>Z in both halves.</summary>
    internal Fp2Pair Zz;

    /// <summary>Infinity.</summary>
    internal static G2Point Infinity
    {
        get
        {
            G2Point point = default;
            for (int j = 0; j < FpLanes.Limbs; j++)
            {
                point.Xy.Lanes[j] = FpConstants.One[j] & Lanes(0, 0, Minus, 0);
            }

            return point;
        }
    }

    /// <summary>True for infinity.</summary>
    internal readonly bool IsInfinity => FpCodec.ZeroLanes(in Zz.Lanes) == 0b1111;

    private static Vector256<ulong> Low => Lanes(Minus, Minus, 0, 0);

    /// <summary>The point (x, y).</summary>
    internal static G2Point FromAffine(ref readonly Fp2Pair xy)
    {
        G2Point point = default;
        point.Xy = xy;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            point.Zz.Lanes[j] = FpConstants.One[j] & Lanes(Minus, 0, Minus, 0);
        }

        return point;
    }

    /// <summary>this += other.</summary>
    /// <param name="other">The other point, which may be this one.</param>
    /// <param name="scratch">Room for intermediate values, as secret as the points are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ref readonly G2Point other, ref G2Scratch scratch)
    {
        ref Vector256<ulong> p = ref Xy.Lanes[0];
        ref Vector256<ulong> pz = ref Zz.Lanes[0];
        ref Vector256<ulong> q = ref Unsafe.AsRef(in other.Xy.Lanes[0]);
        ref Vector256<ulong> qz = ref Unsafe.AsRef(in other.Zz.Lanes[0]);
        ref Vector256<ulong> a1 = ref scratch.A1.Lanes[0];
        ref Vector256<ulong> a2 = ref scratch.A2.Lanes[0];
        ref Vector256<ulong> a3 = ref scratch.A3.Lanes[0];
        ref Vector256<ulong> b1 = ref scratch.B1.Lanes[0];
        ref Vector256<ulong> b2 = ref scratch.B2.Lanes[0];
        ref Vector256<ulong> b3 = ref scratch.B3.Lanes[0];
        ref Vector256<ulong> v1 = ref scratch.V1.Lanes[0];
        ref Vector256<ulong> v2 = ref scratch.V2.Lanes[0];
        ref Vector256<ulong> v3 = ref scratch.V3.Lanes[0];
        ref Vector256<ulong> cover3 = ref Unsafe.AsRef(in Cover3[0]);
        ref Vector256<ulong> coverSums = ref Unsafe.AsRef(in CoverSums[0]);
        ref Vector256<ulong> coverD = ref Unsafe.AsRef(in CoverD[0]);
        ref Vector256<ulong> coverG = ref Unsafe.AsRef(in CoverG[0]);
        Vector256<ulong> low = Low;
        Vector256<ulong> mask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> threeB = Vector256.Create(ThreeB);

        // (X₁, Y₁) · (X₂, Y₂), (Z₁, X₁ + Y₁) · (Z₂, X₂ + Y₂), (Y₁ + Z₁, X₁ + Z₁) · (Y₂ + Z₂, X₂ + Z₂): sums at most 10p, products
        // below 1.18p.
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> xy = Unsafe.Add(ref p, j);
            Vector256<ulong> zz = Unsafe.Add(ref pz, j);
            Unsafe.Add(ref a2, j) = Vector256.ConditionalSelect(low, zz, xy + Swap(xy));
            Unsafe.Add(ref a3, j) = Swap(xy) + zz;
            xy = Unsafe.Add(ref q, j);
            zz = Unsafe.Add(ref qz, j);
            Unsafe.Add(ref b2, j) = Vector256.ConditionalSelect(low, zz, xy + Swap(xy));
            Unsafe.Add(ref b3, j) = Swap(xy) + zz;
        }

        Fp2Pair.Multiply(ref scratch.V1, in Xy, in other.Xy);
        Fp2Pair.Multiply(ref scratch.V2, in scratch.A2, in scratch.B2);
        Fp2Pair.Multiply(ref scratch.V3, in scratch.A3, in scratch.B3);

        // s = X₁Y₂ + X₂Y₁ and f = Y₁Z₂ + Y₂Z₁ (below 4.2p), d and e = Y₁Y₂ ∓ 3b Z₁Z₂ (below 30.4p),
        // g = 3b (X₁Z₂ + X₂Z₁) (below 85.6p), t = 3 X₁X₂ (below 3.6p): (s, f) · (d, e), (g, t) · (f, s), (d, g) · (e, t).
        Vector256<ulong> carryA = default;
        Vector256<ulong> carryB = default;
        Vector256<ulong> carryC = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> xxYy = Unsafe.Add(ref v1, j);
            Vector256<ulong> zzS = Unsafe.Add(ref v2, j);
            Vector256<ulong> fG = Unsafe.Add(ref v3, j);
            Vector256<ulong> yy = Vector256.Shuffle(xxYy, Lanes(2, 3, 2, 3));
            carryA += Swap(Vector256.ConditionalSelect(low, fG, zzS)) + Unsafe.Add(ref coverSums, j)
                - Vector256.ConditionalSelect(low, xxYy, Swap(zzS)) - yy;

            // (1 + u)(x + yu) = x − y + (x + y)u, from Y₁Y₂ in the lower half and to it in the upper one.
            Vector256<ulong> x = FpLanes.Widen(Vector256.Shuffle(zzS, Lanes(0, 0, 0, 0)), threeB);
            Vector256<ulong> y = FpLanes.Widen(Vector256.Shuffle(zzS, Lanes(1, 1, 1, 1)), threeB);
            carryB += yy + Unsafe.Add(ref coverD, j) + (x ^ low) + (y ^ Lanes(0, Minus, Minus, 0));

            // 12 (X₁Z₂ + X₂Z₁) in the lower half, 3 X₁X₂ in the upper one.
            Vector256<ulong> multiple = Vector256.ConditionalSelect(low, (Swap(fG) - xxYy - zzS) << 2, Swap(xxYy));
            multiple += multiple + multiple;
            carryC += Vector256.Shuffle(multiple, Lanes(0, 0, 2, 3)) + Unsafe.Add(ref coverG, j)
                + ((Vector256.Shuffle(multiple, Lanes(1, 1, 2, 3)) & low) ^ Lanes(Minus, 0, 0, 0));
            Vector256<ulong> sf = carryA;
            Vector256<ulong> de = carryB;
            Vector256<ulong> gt = carryC;
            if (j < FpLanes.Limbs - 1)
            {
                sf &= mask;
                de &= mask;
                gt &= mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
                carryC >>>= FpLanes.LimbBits;
            }

            Unsafe.Add(ref a1, j) = sf;
            Unsafe.Add(ref b1, j) = de;
            Unsafe.Add(ref a2, j) = gt;
            Unsafe.Add(ref b2, j) = Swap(sf);
            Unsafe.Add(ref a3, j) = Vector256.ConditionalSelect(low, de, Swap(gt));
            Unsafe.Add(ref b3, j) = Vector256.ConditionalSelect(low, Swap(de), gt);
        }

        Fp2Pair.Multiply(ref scratch.V1, in scratch.A1, in scratch.B1);
        Fp2Pair.Multiply(ref scratch.V2, in scratch.A2, in scratch.B2);
        Fp2Pair.Multiply(ref scratch.V3, in scratch.A3, in scratch.B3);

        // X₃ = s d − g f (below 4.2p, as g f is below 2.3p), Y₃ = d e + g t (below 4.1p), Z₃ = f e + t s (below 2.2p).
        carryA = default;
        carryB = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> sdFe = Unsafe.Add(ref v1, j);
            Vector256<ulong> gfTs = Unsafe.Add(ref v2, j);
            Vector256<ulong> deGt = Unsafe.Add(ref v3, j);
            carryA += Vector256.ConditionalSelect(low, sdFe + Unsafe.Add(ref cover3, j) - gfTs, deGt + Swap(deGt));
            carryB += Vector256.Shuffle(sdFe + gfTs, Lanes(2, 3, 2, 3));
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref p, j) = carryA & mask;
                Unsafe.Add(ref pz, j) = carryB & mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref p, FpLanes.Limbs - 1) = carryA;
        Unsafe.Add(ref pz, FpLanes.Limbs - 1) = carryB;
    }

    /// <summary>this += this.</summary>
    /// <param name="scratch">Room for intermediate values, as secret as the point is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Double(ref G2Scratch scratch)
    {
        ref Vector256<ulong> p = ref Xy.Lanes[0];
        ref Vector256<ulong> pz = ref Zz.Lanes[0];
        ref Vector256<ulong> a1 = ref scratch.A1.Lanes[0];
        ref Vector256<ulong> a2 = ref scratch.A2.Lanes[0];
        ref Vector256<ulong> a3 = ref scratch.A3.Lanes[0];
        ref Vector256<ulong> b2 = ref scratch.B2.Lanes[0];
        ref Vector256<ulong> b3 = ref scratch.B3.Lanes[0];
        ref Vector256<ulong> v1 = ref scratch.V1.Lanes[0];
        ref Vector256<ulong> v2 = ref scratch.V2.Lanes[0];
        ref Vector256<ulong> v3 = ref scratch.V3.Lanes[0];
        ref Vector256<ulong> coverU = ref Unsafe.AsRef(in CoverU[0]);
        ref Vector256<ulong> coverW = ref Unsafe.AsRef(in CoverW[0]);
        Vector256<ulong> low = Low;
        Vector256<ulong> mask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> threeB = Vector256.Create(ThreeB);
        Vector256<ulong> nineB = Vector256.Create(3 * ThreeB);

        // (Y, Z)² and (X, Z) · (Y, Y), below 1.15p.
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> xy = Unsafe.Add(ref p, j);
            Vector256<ulong> zz = Unsafe.Add(ref pz, j);
            Unsafe.Add(ref a1, j) = Vector256.ConditionalSelect(low, Swap(xy), zz);
            Unsafe.Add(ref a2, j) = Vector256.ConditionalSelect(low, xy, zz);
            Unsafe.Add(ref b2, j) = Vector256.Shuffle(xy, Lanes(2, 3, 2, 3));
        }

        Fp2Pair.Square(ref scratch.V1, in scratch.A1);
        Fp2Pair.Multiply(ref scratch.V2, in scratch.A2, in scratch.B2);

        // v = YY − 9b ZZ (below 84.6p), w = 3b ZZ (below 27.8p): (v, v) · (YY + w, 2 XY) and (8 YY, 8 YY) · (w, YZ).
        Vector256<ulong> carryA = default;
        Vector256<ulong> carryB = default;
        Vector256<ulong> carryC = default;
        Vector256<ulong> carryD = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> squares = Unsafe.Add(ref v1, j);
            Vector256<ulong> xyYz = Unsafe.Add(ref v2, j);
            Vector256<ulong> yy = Vector256.Shuffle(squares, Lanes(0, 1, 0, 1));
            Vector256<ulong> x = Vector256.Shuffle(squares, Lanes(2, 2, 2, 2));
            Vector256<ulong> y = Vector256.Shuffle(squares, Lanes(3, 3, 3, 3));
            Vector256<ulong> w = FpLanes.Widen(x, threeB) + Unsafe.Add(ref coverW, j) + (FpLanes.Widen(y, threeB) ^ Lanes(Minus, 0, 0, 0));
            carryA += yy + Unsafe.Add(ref coverU, j) - FpLanes.Widen(x, nineB) + (FpLanes.Widen(y, nineB) ^ Lanes(0, Minus, 0, Minus));
            carryB += Vector256.ConditionalSelect(low, yy + w, Swap(xyYz + xyYz));
            carryC += yy << 3;
            carryD += Vector256.ConditionalSelect(low, w, xyYz);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref a2, j) = carryA & mask;
                Unsafe.Add(ref b2, j) = carryB & mask;
                Unsafe.Add(ref a3, j) = carryC & mask;
                Unsafe.Add(ref b3, j) = carryD & mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
                carryC >>>= FpLanes.LimbBits;
                carryD >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref a2, FpLanes.Limbs - 1) = carryA;
        Unsafe.Add(ref b2, FpLanes.Limbs - 1) = carryB;
        Unsafe.Add(ref a3, FpLanes.Limbs - 1) = carryC;
        Unsafe.Add(ref b3, FpLanes.Limbs - 1) = carryD;
        Fp2Pair.Multiply(ref scratch.V2, in scratch.A2, in scratch.B2);
        Fp2Pair.Multiply(ref scratch.V3, in scratch.A3, in scratch.B3);

        // X₃ = 2 v XY (below 2.2p), Y₃ = v (YY + w) + 8 YY w (below 4.4p), Z₃ = 8 YY YZ (below 1.2p).
        carryA = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> products = Unsafe.Add(ref v3, j);
            carryA += Swap(Unsafe.Add(ref v2, j)) + Vector256.AndNot(Swap(products), low);
            Unsafe.Add(ref pz, j) = Vector256.Shuffle(products, Lanes(2, 3, 2, 3));
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref p, j) = carryA & mask;
                carryA >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref p, FpLanes.Limbs - 1) = carryA;
    }

    /// <summary>this = −this where the mask is all ones, as it is where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Negate(ulong mask = ulong.MaxValue)
    {
        ref Vector256<ulong> p = ref Xy.Lanes[0];
        ref Vector256<ulong> cover5 = ref Unsafe.AsRef(in Cover5[0]);
        Vector256<ulong> negate = Lanes(0, 0, mask, mask);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs - 1; j++)
        {
            Vector256<ulong> xy = Unsafe.Add(ref p, j);
            carry += Vector256.ConditionalSelect(negate, Unsafe.Add(ref cover5, j) - xy, xy);
            Unsafe.Add(ref p, j) = carry & Vector256.Create((ulong)FpLanes.LimbMask);
            carry >>>= FpLanes.LimbBits;
        }

        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> top = Unsafe.Add(ref p, Top);
        Unsafe.Add(ref p, Top) = carry + Vector256.ConditionalSelect(negate, Unsafe.Add(ref cover5, Top) - top, top);
    }

    /// <summary>Exchanges the two halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Swap(Vector256<ulong> limb) => Vector256.Shuffle(limb, Lanes(2, 3, 0, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Lanes(ulong lane0, ulong lane1, ulong lane2, ulong lane3) =>
        Vector256.Create(lane0, lane1, lane2, lane3);

    /// <summary>A cover for each lane, and what is added to each of its limbs.</summary>
    private static FpLanes Covers(params ReadOnlySpan<(int K, int N, int Ones)> lanes)
    {
        FpLanes covers = default;
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            (int k, int n, int ones) = lanes[lane];
            FpLanes cover = FpConstants.Cover((uint)k, (uint)n);
            for (int j = 0; k > 0 && j < FpLanes.Limbs; j++)
            {
                covers[j] = covers[j].WithElement(lane, cover[j].GetElement(lane) + (ulong)ones);
            }
        }

        return covers;
    }
}
