using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>
/// map_to_curve of RFC 9380 §8.8.2, of two elements at once: the simplified map of Shallue, van de Woestijne and Ulas to the curve
/// y² = x³ + 240u x + 1012(1 + u), and the isogeny of degree 3 from there.
/// </summary>
/// <remarks>
/// The isogeny (appendix E.3) is Vélu's with the kernel (x₀, ±y₀), x₀ = −6 + 6u, and (x/9, −y/27) after it. With d = x − x₀ its twelve
/// constants become small: x' = (x + 48u/d + 16(1 + u)/d²) / 9 and y' = −y (1 − 48u/d² − 32(1 + u)/d³) / 27.
/// </remarks>
internal static class G2Map
{
    private static readonly Fp2Pair A = Small(0, 240);
    private static readonly Fp2Pair MinusA = Small(0, -240);
    private static readonly Fp2Pair B = Small(1012, 1012);
    private static readonly Fp2Pair One = Small(1, 0);
    private static readonly Fp2Pair Z = Small(-2, -1);
    private static readonly Fp2Pair ZTimesA = Small(240, -480);
    private static readonly Fp2Pair MinusX0 = Small(6, -6);
    private static readonly Fp2Pair T = Small(0, 48);
    private static readonly Fp2Pair MinusT = Small(0, -48);
    private static readonly Fp2Pair W = Small(16, 16);
    private static readonly Fp2Pair MinusTwoW = Small(-32, -32);
    private static readonly Fp2Pair MinusThree = Small(-3, 0);
    private static readonly Fp2Pair MinusTwentySeven = Small(-27, 0);
    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);

    /// <summary>A root of −125: Z³ has the norm 125.</summary>
    private static readonly FpLanes RootOfMinus125 = FpLanes.Broadcast(
    [
        0xd0eb493, 0x72bd838, 0x019f77d, 0xace048e, 0x0fd55b5, 0xd0571a0, 0x29f4c7e,
        0x26a5cc9, 0x1adf598, 0x60b3ffb, 0x680a225, 0xcaf5611, 0x18915d7, 0x0002ddf,
    ]);

    private static Vector256<ulong> RealLanes => Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);

    private static Vector256<ulong> LowHalf => Vector256.Create(ulong.MaxValue, ulong.MaxValue, 0, 0);

    /// <summary>The points of two elements, on the curve, not yet in the subgroup.</summary>
    /// <param name="elements">Carried, below 2p.</param>
    /// <param name="first">Receives the first one's point.</param>
    /// <param name="second">Receives the second one's.</param>
    internal static void ToCurve(ref readonly Fp2Pair elements, out G2Point first, out G2Point second)
    {
        Fp2Pair x = default;
        Fp2Pair y = default;
        ToIsogenousCurve(in elements, ref x, ref y);
        ApplyIsogeny(in x, in y, out first, out second);
    }

    /// <summary>The simplified map (§6.6.2), with the fraction's square root and its denominator's inverse from the same powers.</summary>
    /// <param name="u">Carried, below 2p.</param>
    /// <param name="x">Receives x, below 2p.</param>
    /// <param name="y">Receives y, below 4p, limbs below 2^29.</param>
    private static void ToIsogenousCurve(ref readonly Fp2Pair u, ref Fp2Pair x, ref Fp2Pair y)
    {
        // x = n/d of the first candidate: n = B (Z²u⁴ + Zu² + 1), d = −A (Z²u⁴ + Zu²), or Z A where that is 0.
        Fp2Pair zuu = default;
        Fp2Pair sum = default;
        Fp2Pair d = default;
        Fp2Pair.Square(ref zuu, in u);
        Fp2Pair.Multiply(ref zuu, in zuu, in Z);
        Fp2Pair.Square(ref sum, in zuu);
        Fp2Pair.Add(ref sum, in sum, in zuu);
        Fp2Pair.Multiply(ref d, in sum, in MinusA);
        Blend(ref d, in ZTimesA, ZeroHalves(in sum));
        Fp2Pair.Add(ref sum, in sum, in One);
        Fp2Pair n = default;
        Fp2Pair.Multiply(ref n, in sum, in B);

        // w = (n³ + A n d² + B d³) d: the first candidate's y is √w / d².
        Fp2Pair dd = default;
        Fp2Pair w = default;
        Fp2Pair.Square(ref dd, in d);
        Fp2Pair.Square(ref w, in n);
        Fp2Pair.Multiply(ref sum, in dd, in A);
        Fp2Pair.Add(ref sum, in sum, in w);
        Fp2Pair.Multiply(ref w, in sum, in n);
        Fp2Pair.Multiply(ref sum, in dd, in d);
        Fp2Pair.Multiply(ref sum, in sum, in B);
        Fp2Pair.Add(ref sum, in sum, in w);
        Fp2Pair.Multiply(ref w, in sum, in d);

        // One power for four: e = norm^((p − 3)/4) gives the root of w's norm, e · norm, and the inverse of d's, e⁴ · norm.
        FpLanes norms = default;
        FpLanes ofD = default;
        FpLanes e = default;
        Fp2SquareRoot.Norm(ref norms, in w);
        Fp2SquareRoot.Norm(ref ofD, in d);
        Blend(ref norms, in ofD, ~RealLanes);
        FpLanes.Power(ref e, in norms, Fp2SquareRoot.Exponent);
        FpLanes root = default;
        FpLanes.Multiply(ref root, in e, in norms);
        uint squares = Fp2SquareRoot.SquareLanes(in root, in norms);
        FpLanes.Multiply(ref e, in e, in e);
        FpLanes.Multiply(ref e, in e, in e);
        FpLanes.Multiply(ref e, in e, in norms);
        Duplicate(ref root, 0);
        Duplicate(ref e, 1);

        // Where w is no square, the second candidate Zu² n/d has the y √((Zu²)³ w) / d², and the norm of (Zu²)³ w is
        // 125 norm(u)³ norm(w), whose root is √−125 norm(u)³ times the root of −norm(w).
        Vector256<ulong> second = Halves((squares & 1) - 1UL, ((squares >> 2) & 1) - 1UL);
        Fp2Pair other = default;
        Fp2Pair.Multiply(ref other, in n, in zuu);
        Blend(ref n, in other, second);
        Fp2Pair.Square(ref other, in zuu);
        Fp2Pair.Multiply(ref other, in other, in zuu);
        Fp2Pair.Multiply(ref other, in other, in w);
        Blend(ref w, in other, second);
        FpLanes ofU = default;
        FpLanes otherRoot = default;
        Fp2SquareRoot.Norm(ref ofU, in u);
        FpLanes.Multiply(ref otherRoot, in root, in RootOfMinus125);
        FpLanes.Multiply(ref otherRoot, in otherRoot, in ofU);
        FpLanes.Multiply(ref otherRoot, in otherRoot, in ofU);
        FpLanes.Multiply(ref otherRoot, in otherRoot, in ofU);
        Blend(ref root, in otherRoot, second);
        Fp2SquareRoot.FromNormRoot(ref y, in w, in root);

        // 1/d is the conjugate over the norm.
        FpLanes.Multiply(ref e, in e, in d.Lanes);
        Fp2Pair inverse = default;
        inverse.Lanes = e;
        Fp2Pair.Conjugate(ref inverse, in inverse);
        Fp2Pair.Multiply(ref x, in n, in inverse);
        Fp2Pair.Multiply(ref y, in y, in inverse);
        Fp2Pair.Multiply(ref y, in y, in inverse);
        Fp2Pair negative = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            negative.Lanes[j] = Cover2[j] - y.Lanes[j];
        }

        ulong differ0 = (ulong)(Parity(in u, 0) ^ Parity(in y, 0));
        ulong differ1 = (ulong)(Parity(in u, 2) ^ Parity(in y, 2));
        Blend(ref y, in negative, Halves(0 - differ0, 0 - differ1));
    }

    /// <summary>(X : Y : Z) = (−3 (x d² + 48u d + 16(1 + u)) d : y (d³ − 48u d − 32(1 + u)) : −27d³) of both points.</summary>
    /// <param name="x">Below 2p.</param>
    /// <param name="y">Below 4p, limbs below 2^29.</param>
    /// <param name="first">Receives the lower half's image.</param>
    /// <param name="second">Receives the upper half's.</param>
    private static void ApplyIsogeny(ref readonly Fp2Pair x, ref readonly Fp2Pair y, out G2Point first, out G2Point second)
    {
        Fp2Pair d = default;
        Fp2Pair dd = default;
        Fp2Pair ddd = default;
        Fp2Pair.Add(ref d, in x, in MinusX0);
        Fp2Pair.Multiply(ref dd, in d, in d);
        Fp2Pair.Multiply(ref ddd, in dd, in d);
        Fp2Pair imageX = default;
        Fp2Pair imageY = default;
        Fp2Pair imageZ = default;
        Fp2Pair product = default;
        Fp2Pair.Multiply(ref imageX, in x, in dd);
        Fp2Pair.Multiply(ref product, in d, in T);
        Fp2Pair.Add(ref imageX, in imageX, in product);
        Fp2Pair.Add(ref imageX, in imageX, in W);
        Fp2Pair.Multiply(ref imageX, in imageX, in d);
        Fp2Pair.Multiply(ref imageX, in imageX, in MinusThree);
        Fp2Pair.Multiply(ref product, in d, in MinusT);
        Fp2Pair.Add(ref imageY, in ddd, in product);
        Fp2Pair.Add(ref imageY, in imageY, in MinusTwoW);
        Fp2Pair.Multiply(ref imageY, in imageY, in y);

        Fp2Pair.Multiply(ref imageZ, in ddd, in MinusTwentySeven);
        first = default;
        second = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> bothX = imageX.Lanes[j];
            Vector256<ulong> bothY = imageY.Lanes[j];
            Vector256<ulong> bothZ = imageZ.Lanes[j];
            first.Xy.Lanes[j] = Vector256.Create(bothX.GetLower(), bothY.GetLower());
            second.Xy.Lanes[j] = Vector256.Create(bothX.GetUpper(), bothY.GetUpper());
            first.Zz.Lanes[j] = Vector256.Create(bothZ.GetLower(), bothZ.GetLower());
            second.Zz.Lanes[j] = Vector256.Create(bothZ.GetUpper(), bothZ.GetUpper());
        }
    }

    /// <summary>sgn0 of RFC 9380 §4.1: the parity of the real part, or where that is 0 of the imaginary one.</summary>
    private static int Parity(ref readonly Fp2Pair pair, int lane)
    {
        Span<byte> real = stackalloc byte[FpCodec.Size];
        Span<byte> imaginary = stackalloc byte[FpCodec.Size];
        FpCodec.Write(in pair.Lanes, lane, real);
        FpCodec.Write(in pair.Lanes, lane + 1, imaginary);
        return (real.ContainsAnyExcept((byte)0) ? real[^1] : imaginary[^1]) & 1;
    }

    /// <summary>All ones in the halves that are 0.</summary>
    private static Vector256<ulong> ZeroHalves(ref readonly Fp2Pair pair)
    {
        uint zero = FpCodec.ZeroLanes(in pair.Lanes);
        return Halves((zero & 0b0011) == 0b0011 ? ulong.MaxValue : 0, (zero & 0b1100) == 0b1100 ? ulong.MaxValue : 0);
    }

    private static void Blend(ref Fp2Pair pair, ref readonly Fp2Pair other, Vector256<ulong> where) =>
        Blend(ref pair.Lanes, in other.Lanes, where);

    /// <summary>Takes the other lanes where the mask is set.</summary>
    private static void Blend(ref FpLanes lanes, ref readonly FpLanes other, Vector256<ulong> where)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            lanes[j] = Vector256.ConditionalSelect(where, other[j], lanes[j]);
        }
    }

    /// <summary>Puts lane 0 or 1 of each half into both.</summary>
    private static void Duplicate(ref FpLanes lanes, ulong lane)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            lanes[j] = Vector256.Shuffle(lanes[j], Vector256.Create(lane, lane, lane + 2, lane + 2));
        }
    }

    private static Vector256<ulong> Halves(ulong low, ulong high) => Vector256.Create(low, low, high, high);

    /// <summary>real + imaginary · u in both halves.</summary>
    private static Fp2Pair Small(int real, int imaginary)
    {
        Fp2Pair pair = default;
        Vector256<long> number = Vector256.Create(real, imaginary, (long)real, imaginary);
        pair.Lanes[0] = Vector256.Abs(number).AsUInt64();
        Vector256<ulong> negative = Vector256.LessThan(number, default).AsUInt64();
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            pair.Lanes[j] = Vector256.ConditionalSelect(negative, FpConstants.P[j] - pair.Lanes[j], pair.Lanes[j]);
        }

        FpLanes.Multiply(ref pair.Lanes, in pair.Lanes, in FpConstants.RSquared);
        return pair;
    }
}
