using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G1;

/// <summary>
/// A point of y² = x³ + 4 over Fp in projective coordinates, X, Y and Z in lanes 0, 1 and 2, 0 in lane 3; infinity is (0 : 1 : 0).
/// Limbs are below 2^28, coordinates below 4p.
/// </summary>
/// <remarks>
/// Addition and doubling are the complete formulas of Renes, Costello and Batina (eprint 2015/1060, algorithms 7 and 9): right
/// for every pair of points, infinity and equal points included, so that nothing has to be tested in constant-time code. The
/// twelve and the eight products stand four by four in the lanes.
/// </remarks>
internal struct G1Point
{
    /// <summary>3b of the curve's equation.</summary>
    private const ulong ThreeB = 12;

    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);
    private static readonly FpLanes Cover4 = FpConstants.Cover(4, 2);
    private static readonly FpLanes Cover24 = FpConstants.Cover(24, 12);
    private static readonly FpLanes Cover72 = FpConstants.Cover(72, 36);

    /// <summary>The coordinates.</summary>
    internal FpLanes Xyz;

    /// <summary>Infinity.</summary>
    internal static G1Point Infinity
    {
        get
        {
            G1Point point = default;
            Vector256<ulong> y = Lanes(0, ulong.MaxValue, 0, 0);
            for (int j = 0; j < FpLanes.Limbs; j++)
            {
                point.Xyz[j] = FpConstants.One[j] & y;
            }

            return point;
        }
    }

    /// <summary>True for infinity.</summary>
    internal readonly bool IsInfinity => (FpCodec.ZeroLanes(in Xyz) & 0b0100) != 0;

    /// <summary>this += other.</summary>
    /// <param name="other">The other point, which may be this one.</param>
    /// <param name="scratch">Room for intermediate values, as secret as the points are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ref readonly G1Point other, ref G1Scratch scratch)
    {
        ref Vector256<ulong> p = ref Xyz[0];
        ref Vector256<ulong> q = ref Unsafe.AsRef(in other.Xyz[0]);
        ref Vector256<ulong> a = ref scratch.A[0];
        ref Vector256<ulong> b = ref scratch.B[0];
        ref Vector256<ulong> v = ref scratch.V[0];
        ref Vector256<ulong> w = ref scratch.W[0];
        ref Vector256<ulong> cover2 = ref Unsafe.AsRef(in Cover2[0]);
        ref Vector256<ulong> cover4 = ref Unsafe.AsRef(in Cover4[0]);
        ref Vector256<ulong> cover24 = ref Unsafe.AsRef(in Cover24[0]);
        Vector256<ulong> lane0 = Lanes(ulong.MaxValue, 0, 0, 0);
        Vector256<ulong> lane2 = Lanes(0, 0, ulong.MaxValue, 0);
        Vector256<ulong> lane3 = Lanes(0, 0, 0, ulong.MaxValue);
        Vector256<ulong> lanes01 = Lanes(ulong.MaxValue, ulong.MaxValue, 0, 0);
        Vector256<ulong> lanes02 = Lanes(ulong.MaxValue, 0, ulong.MaxValue, 0);
        Vector256<ulong> lanes12 = Lanes(0, ulong.MaxValue, ulong.MaxValue, 0);
        Vector256<ulong> mask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> three = Vector256.Create(3UL);
        Vector256<ulong> threeB = Vector256.Create(ThreeB);

        // (X₁, Y₁, Z₁, X₁ + Y₁) · (X₂, Y₂, Z₂, X₂ + Y₂): sums below 8p, products below 2p.
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> pj = Unsafe.Add(ref p, j);
            Vector256<ulong> qj = Unsafe.Add(ref q, j);
            Unsafe.Add(ref a, j) = WithSum(pj);
            Unsafe.Add(ref b, j) = WithSum(qj);
        }

        FpLanes.Multiply(ref scratch.V, in scratch.A, in scratch.B);

        // With s = X₁Y₂ + X₂Y₁ (below 6p), d = Y₁Y₂ − 3b Z₁Z₂ and e = Y₁Y₂ + 3b Z₁Z₂ (below 26p):
        // (Y₁ + Z₁, X₁ + Z₁, s, d) · (Y₂ + Z₂, X₂ + Z₂, d, e).
        Vector256<ulong> carryA = default;
        Vector256<ulong> carryB = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> pj = Unsafe.Add(ref p, j);
            Vector256<ulong> qj = Unsafe.Add(ref q, j);
            Vector256<ulong> vj = Unsafe.Add(ref v, j);
            Vector256<ulong> xx = Vector256.Shuffle(vj, Lanes(0, 0, 0, 0));
            Vector256<ulong> yy = Vector256.Shuffle(vj, Lanes(1, 1, 1, 1));
            Vector256<ulong> zz = FpLanes.Widen(Vector256.Shuffle(vj, Lanes(2, 2, 2, 2)), threeB);
            Vector256<ulong> s = Vector256.Shuffle(vj, Lanes(3, 3, 3, 3)) + Unsafe.Add(ref cover4, j) - xx - yy;
            Vector256<ulong> d = yy + Unsafe.Add(ref cover24, j) - zz;
            Vector256<ulong> e = yy + zz;
            carryA += SumsWithZ(pj) + (s & lane2) + (d & lane3);
            carryB += SumsWithZ(qj) + (d & lane2) + (e & lane3);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref a, j) = carryA & mask;
                Unsafe.Add(ref b, j) = carryB & mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref a, FpLanes.Limbs - 1) = carryA;
        Unsafe.Add(ref b, FpLanes.Limbs - 1) = carryB;
        FpLanes.Multiply(ref scratch.W, in scratch.A, in scratch.B);

        // With f = Y₁Z₂ + Y₂Z₁ (below 6p) and g = 3b (X₁Z₂ + X₂Z₁) (below 72p): (f, 3 X₁X₂, f, 3 X₁X₂) · (g, g, e, s).
        carryA = default;
        carryB = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> vj = Unsafe.Add(ref v, j);
            Vector256<ulong> wj = Unsafe.Add(ref w, j);
            Vector256<ulong> xx = Vector256.Shuffle(vj, Lanes(0, 0, 0, 0));
            Vector256<ulong> yy = Vector256.Shuffle(vj, Lanes(1, 1, 1, 1));
            Vector256<ulong> zz = Vector256.Shuffle(vj, Lanes(2, 2, 2, 2));
            Vector256<ulong> f = Vector256.Shuffle(wj, Lanes(0, 0, 0, 0)) + Unsafe.Add(ref cover4, j) - yy - zz;
            Vector256<ulong> g = Vector256.Shuffle(wj, Lanes(1, 1, 1, 1)) + Unsafe.Add(ref cover4, j) - xx - zz;
            Vector256<ulong> s = Vector256.Shuffle(Unsafe.Add(ref a, j), Lanes(2, 2, 2, 2));
            Vector256<ulong> e = Unsafe.Add(ref b, j);
            carryA += (f & lanes02) + Vector256.AndNot(FpLanes.Widen(xx, three), lanes02);
            carryB += (((g << 3) + (g << 2)) & lanes01) + (Vector256.Shuffle(e, Lanes(3, 3, 3, 3)) & lane2) + (s & lane3);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref a, j) = carryA & mask;
                Unsafe.Add(ref b, j) = carryB & mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref a, FpLanes.Limbs - 1) = carryA;
        Unsafe.Add(ref b, FpLanes.Limbs - 1) = carryB;
        FpLanes.Multiply(ref scratch.V, in scratch.A, in scratch.B);

        // X₃ = s d − f g, Y₃ = 3 X₁X₂ g + d e, Z₃ = f e + 3 X₁X₂ s.
        carryA = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> vj = Unsafe.Add(ref v, j);
            carryA += (Vector256.Shuffle(Unsafe.Add(ref w, j), Lanes(2, 3, 2, 2)) & lanes01)
                + (vj & lanes12)
                + (Vector256.Shuffle(vj, Lanes(3, 3, 3, 3)) & lane2)
                + ((Unsafe.Add(ref cover2, j) - vj) & lane0);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref p, j) = carryA & mask;
                carryA >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref p, FpLanes.Limbs - 1) = carryA;
    }

    /// <summary>this += this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Double(ref G1Scratch scratch)
    {
        ref Vector256<ulong> p = ref Xyz[0];
        ref Vector256<ulong> a = ref scratch.A[0];
        ref Vector256<ulong> b = ref scratch.B[0];
        ref Vector256<ulong> v = ref scratch.V[0];
        ref Vector256<ulong> cover72 = ref Unsafe.AsRef(in Cover72[0]);
        Vector256<ulong> lane1 = Lanes(0, ulong.MaxValue, 0, 0);
        Vector256<ulong> lanes01 = Lanes(ulong.MaxValue, ulong.MaxValue, 0, 0);
        Vector256<ulong> lanes012 = Lanes(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0);
        Vector256<ulong> mask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> factorsOfYy = Lanes(1, 1, 8, 8);
        Vector256<ulong> minusFactorsOfZz = Lanes(3 * ThreeB, 3 * ThreeB, 0, 0);
        Vector256<ulong> factors = Lanes(2, 1, 1, ThreeB);
        Vector256<ulong> factorsOfZz = Lanes(0, ThreeB, 0, 0);

        // (X, Y, Z, Y) · (Y, Y, Z, Z), below 2p.
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> pj = Unsafe.Add(ref p, j);
            Unsafe.Add(ref a, j) = Vector256.Shuffle(pj, Lanes(0, 1, 2, 1));
            Unsafe.Add(ref b, j) = Vector256.Shuffle(pj, Lanes(1, 1, 2, 2));
        }

        FpLanes.Multiply(ref scratch.V, in scratch.A, in scratch.B);

        // With u = YY − 9b ZZ (below 74p): (u, u, 8 YY, 8 YY) · (2 XY, YY + 3b ZZ, YZ, 3b ZZ), each below 1924 p².
        Vector256<ulong> carryA = default;
        Vector256<ulong> carryB = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> vj = Unsafe.Add(ref v, j);
            Vector256<ulong> yy = Vector256.Shuffle(vj, Lanes(1, 1, 1, 1));
            Vector256<ulong> zz = Vector256.Shuffle(vj, Lanes(2, 2, 2, 2));
            carryA += FpLanes.Widen(yy, factorsOfYy) + (Unsafe.Add(ref cover72, j) & lanes01) - FpLanes.Widen(zz, minusFactorsOfZz);
            carryB += FpLanes.Widen(Vector256.Shuffle(vj, Lanes(0, 1, 3, 2)), factors) + FpLanes.Widen(zz, factorsOfZz);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref a, j) = carryA & mask;
                Unsafe.Add(ref b, j) = carryB & mask;
                carryA >>>= FpLanes.LimbBits;
                carryB >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref a, FpLanes.Limbs - 1) = carryA;
        Unsafe.Add(ref b, FpLanes.Limbs - 1) = carryB;
        FpLanes.Multiply(ref scratch.V, in scratch.A, in scratch.B);

        // X₃ = 2 u XY, Y₃ = u (YY + 3b ZZ) + 24b YY ZZ, Z₃ = 8 YY YZ.
        carryA = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> vj = Unsafe.Add(ref v, j);
            carryA += (vj & lanes012) + (Vector256.Shuffle(vj, Lanes(3, 3, 3, 3)) & lane1);
            if (j < FpLanes.Limbs - 1)
            {
                Unsafe.Add(ref p, j) = carryA & mask;
                carryA >>>= FpLanes.LimbBits;
            }
        }

        Unsafe.Add(ref p, FpLanes.Limbs - 1) = carryA;
    }

    /// <summary>(X, Y, Z, X + Y); lane 3 of a point is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> WithSum(Vector256<ulong> point) =>
        Vector256.Shuffle(point, Lanes(0, 1, 2, 0)) + Vector256.Shuffle(point, Lanes(3, 3, 3, 1));

    /// <summary>(Y + Z, X + Z, 0, 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SumsWithZ(Vector256<ulong> point) =>
        Vector256.Shuffle(point, Lanes(1, 0, 3, 3)) + Vector256.Shuffle(point, Lanes(2, 2, 3, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Lanes(ulong lane0, ulong lane1, ulong lane2, ulong lane3) =>
        Vector256.Create(lane0, lane1, lane2, lane3);
}
