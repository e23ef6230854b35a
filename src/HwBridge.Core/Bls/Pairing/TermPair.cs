using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.Tower;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>
/// Two terms of a product of pairings side by side, on their way through the Miller loop: T, a multiple of Q, is doubled and Q added to it.
/// </summary>
/// <remarks>
/// T = (X : Y : Z) is projective, on the twist y² = x³ + 4ξ. The line through T of slope λ, untwisted by (x, y) → (x / w², y / w³) and
/// multiplied by w³, is at P (λ x − y) − λ x_P w² + y_P w³; factors in Fp2 don't matter, as the final exponentiation makes them 1.
/// </remarks>
[SkipLocalsInit]
internal struct TermPair
{
    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);
    private static readonly FpLanes Cover4 = FpConstants.Cover(4, 3);
    private static readonly FpLanes Cover8 = FpConstants.Cover(8, 1);
    private static readonly FpLanes Cover12 = FpConstants.Cover(12, 3);

    /// <summary>Covers twelve times an element below 2p, and up to 52 times p: squares of what is at most 5p are below 1.15p.</summary>
    private static readonly FpLanes Cover26 = FpConstants.Cover(26, 64);

    // T, at most 4p.
    private Fp2Pair _x;
    private Fp2Pair _y;
    private Fp2Pair _z;

    // Q.
    private Fp2Pair _qx;
    private Fp2Pair _qy;

    // −x_P and y_P, −3x_P and 2y_P, each in both lanes of its half.
    private FpLanes _minusXp;
    private FpLanes _yp;
    private FpLanes _minusThreeXp;
    private FpLanes _twoYp;

    /// <summary>Sets out with T = Q.</summary>
    internal void Start(ref readonly PairingTerm first, ref readonly PairingTerm second)
    {
        Vector256<ulong> carryX = default;
        Vector256<ulong> carryX3 = default;
        Vector256<ulong> carryY2 = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            _qx.Lanes[j] = PairLimb.Join(first.Q.Lanes[j], PairLimb.SwapHalves(second.Q.Lanes[j]));
            _qy.Lanes[j] = PairLimb.Join(PairLimb.SwapHalves(first.Q.Lanes[j]), second.Q.Lanes[j]);
            _z.Lanes[j] = FpConstants.One[j] & Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);
            Vector256<ulong> x = PairLimb.Join(
                Vector256.Shuffle(first.P[j], Vector256<ulong>.Zero),
                Vector256.Shuffle(second.P[j], Vector256<ulong>.Zero));
            Vector256<ulong> y = PairLimb.Join(
                Vector256.Shuffle(first.P[j], Vector256<ulong>.One),
                Vector256.Shuffle(second.P[j], Vector256<ulong>.One));
            PairLimb.Put(ref _minusXp[0], j, ref carryX, Cover4[j] - x);
            PairLimb.Put(ref _minusThreeXp[0], j, ref carryX3, Cover12[j] - x - x - x);
            PairLimb.Put(ref _twoYp[0], j, ref carryY2, y + y);
            _yp[j] = y;
        }

        _x = _qx;
        _y = _qy;
    }

    /// <summary>T = 2T, and the tangents at the old T.</summary>
    internal void Double(ref LineFactors lines)
    {
        // Of slope 3X² / 2YZ, all times 2YZ: l₀ = Y² − 3b Z², l₂ = −3X² x_P and l₃ = 2YZ y_P, with 3b = 12ξ.
        Unsafe.SkipInit(out Fp2Pair xy);
        Unsafe.SkipInit(out Fp2Pair yy);
        Unsafe.SkipInit(out Fp2Pair zz);
        Unsafe.SkipInit(out Fp2Pair yz);
        Unsafe.SkipInit(out Fp2Pair line);
        Fp2Pair.Square(ref line, in _x);
        FpLanes.Multiply(ref line.Lanes, in line.Lanes, in _minusThreeXp);
        Fp2Factor.SetHalves(ref lines.L2, ref lines.M2, in line);
        Fp2Pair.Multiply(ref yz, in _y, in _z);
        FpLanes.Multiply(ref line.Lanes, in yz.Lanes, in _twoYp);
        Fp2Factor.SetHalves(ref lines.L3, ref lines.M3, in line);
        Fp2Pair.Multiply(ref xy, in _x, in _y);
        Fp2Pair.Square(ref yy, in _y);
        Fp2Pair.Square(ref zz, in _z);

        // With e = 3b Z²: X = 2XY (Y² − 3e), Y = (Y² + 3e)² − 12e², Z = 8Y² YZ.
        Unsafe.SkipInit(out Fp2Pair e);
        Unsafe.SkipInit(out Fp2Pair sum);
        Unsafe.SkipInit(out Fp2Pair difference);
        Combine(ref e, ref sum, ref difference, ref line, in yy, in zz);
        Fp2Factor.SetHalves(ref lines.L0, ref lines.M0, in line);
        Fp2Pair.Add(ref xy, in xy, in xy);
        Fp2Pair.Multiply(ref _x, in xy, in difference);
        Fp2Pair.Square(ref sum, in sum);
        Fp2Pair.Square(ref e, in e);
        Fp2Pair.Multiply(ref yz, in yy, in yz);
        SetYz(in sum, in e, in yz);
    }

    /// <summary>T = T + Q, other than Q and −Q, and the lines through both.</summary>
    internal void Add(ref LineFactors lines)
    {
        // With θ = Y − y Z and λ = X − x Z of slope θ / λ, all times λ: l₀ = θ x − λ y, l₂ = −θ x_P, l₃ = λ y_P.
        Unsafe.SkipInit(out Fp2Pair theta);
        Unsafe.SkipInit(out Fp2Pair lambda);
        Unsafe.SkipInit(out Fp2Pair line);
        Unsafe.SkipInit(out Fp2Pair other);
        Fp2Pair.Multiply(ref theta, in _qy, in _z);
        Fp2Pair.Subtract(ref theta, in _y, in theta, in Cover2);
        Fp2Pair.Multiply(ref lambda, in _qx, in _z);
        Fp2Pair.Subtract(ref lambda, in _x, in lambda, in Cover2);
        FpLanes.Multiply(ref line.Lanes, in theta.Lanes, in _minusXp);
        Fp2Factor.SetHalves(ref lines.L2, ref lines.M2, in line);
        FpLanes.Multiply(ref line.Lanes, in lambda.Lanes, in _yp);
        Fp2Factor.SetHalves(ref lines.L3, ref lines.M3, in line);
        Fp2Pair.Multiply(ref line, in theta, in _qx);
        Fp2Pair.Multiply(ref other, in lambda, in _qy);
        Fp2Pair.Subtract(ref line, in line, in other, in Cover2);
        Fp2Factor.SetHalves(ref lines.L0, ref lines.M0, in line);

        // With g = X λ² and h = λ³ + Z θ² − 2g: X = λ h, Y = θ (g − h) − λ³ Y, Z = λ³ Z.
        Unsafe.SkipInit(out Fp2Pair g);
        Unsafe.SkipInit(out Fp2Pair cube);
        Unsafe.SkipInit(out Fp2Pair h);
        Fp2Pair.Square(ref other, in lambda);
        Fp2Pair.Multiply(ref g, in _x, in other);
        Fp2Pair.Multiply(ref cube, in lambda, in other);
        Fp2Pair.Square(ref other, in theta);
        Fp2Pair.Multiply(ref h, in _z, in other);
        Fp2Pair.Add(ref h, in h, in cube);
        Fp2Pair.Add(ref other, in g, in g);
        Fp2Pair.Subtract(ref h, in h, in other, in Cover4);
        Fp2Pair.Multiply(ref _x, in lambda, in h);
        Fp2Pair.Subtract(ref h, in g, in h, in Cover8);
        Fp2Pair.Multiply(ref h, in theta, in h);
        Fp2Pair.Multiply(ref other, in cube, in _y);
        Fp2Pair.Subtract(ref _y, in h, in other, in Cover2);
        Fp2Pair.Multiply(ref _z, in _z, in cube);
    }

    /// <summary>e = 12ξ Z² (below 1.01p), Y² + 3e (below 5.1p), Y² − 3e (below 6p) and Y² − e (below 4p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(
        ref Fp2Pair e,
        ref Fp2Pair sum,
        ref Fp2Pair difference,
        ref Fp2Pair line,
        ref readonly Fp2Pair yy,
        ref readonly Fp2Pair zz)
    {
        ref Vector256<ulong> y = ref Unsafe.AsRef(in yy.Lanes[0]);
        ref Vector256<ulong> z = ref Unsafe.AsRef(in zz.Lanes[0]);
        ref Vector256<ulong> eLimbs = ref e.Lanes[0];
        ref Vector256<ulong> sumLimbs = ref sum.Lanes[0];
        ref Vector256<ulong> differenceLimbs = ref difference.Lanes[0];
        ref Vector256<ulong> lineLimbs = ref line.Lanes[0];
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        ref Vector256<ulong> cover2 = ref Unsafe.AsRef(in Cover2[0]);
        ref Vector256<ulong> cover4 = ref Unsafe.AsRef(in Cover4[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> q = PairLimb.Quotient(TwelveXi(Top, ref z), TwelveXi(Top - 1, ref z));
        Vector256<ulong> carryE = default;
        Vector256<ulong> carrySum = default;
        Vector256<ulong> carryDifference = default;
        Vector256<ulong> carryLine = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref eLimbs, j, ref carryE, TwelveXi(j, ref z) - FpLanes.Widen(q, Unsafe.Add(ref p, j)));
            Vector256<ulong> ej = Unsafe.Add(ref eLimbs, j);
            Vector256<ulong> threeE = ej + ej + ej;
            Vector256<ulong> yj = Unsafe.Add(ref y, j);
            PairLimb.Put(ref sumLimbs, j, ref carrySum, yj + threeE);
            PairLimb.Put(ref differenceLimbs, j, ref carryDifference, yj + Unsafe.Add(ref cover4, j) - threeE);
            PairLimb.Put(ref lineLimbs, j, ref carryLine, yj + Unsafe.Add(ref cover2, j) - ej);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> TwelveXi(int j, ref Vector256<ulong> z)
        {
            Vector256<ulong> xi = PairLimb.TimesXi(Unsafe.Add(ref z, j), default);
            return Covered(j, (xi << 3) + (xi << 2));
        }
    }

    /// <summary>Y = sum² − 12e² and Z = 8yyYz, both below 1.01p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetYz(ref readonly Fp2Pair sumSquare, ref readonly Fp2Pair eSquare, ref readonly Fp2Pair yyYz)
    {
        ref Vector256<ulong> s = ref Unsafe.AsRef(in sumSquare.Lanes[0]);
        ref Vector256<ulong> e = ref Unsafe.AsRef(in eSquare.Lanes[0]);
        ref Vector256<ulong> product = ref Unsafe.AsRef(in yyYz.Lanes[0]);
        ref Vector256<ulong> y = ref _y.Lanes[0];
        ref Vector256<ulong> z = ref _z.Lanes[0];
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        const int Top = FpLanes.Limbs - 1;
        Vector256<ulong> qy = PairLimb.Quotient(Y(Top, ref s, ref e), Y(Top - 1, ref s, ref e));
        Vector256<ulong> qz = PairLimb.Quotient(Z(Top, ref product), Z(Top - 1, ref product));
        Vector256<ulong> carryY = default;
        Vector256<ulong> carryZ = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> pj = Unsafe.Add(ref p, j);
            PairLimb.Put(ref y, j, ref carryY, Y(j, ref s, ref e) - FpLanes.Widen(qy, pj));
            PairLimb.Put(ref z, j, ref carryZ, Z(j, ref product) - FpLanes.Widen(qz, pj));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Y(int j, ref Vector256<ulong> s, ref Vector256<ulong> e)
        {
            Vector256<ulong> ej = Unsafe.Add(ref e, j);
            return Covered(j, Unsafe.Add(ref s, j) - (ej << 3) - (ej << 2));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<ulong> Z(int j, ref Vector256<ulong> product) => Covered(j, Unsafe.Add(ref product, j) << 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Covered(int j, Vector256<ulong> limb) => limb + Unsafe.Add(ref Unsafe.AsRef(in Cover26[0]), j);
}
