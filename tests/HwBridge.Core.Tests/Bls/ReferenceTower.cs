using System.Numerics;

namespace HwBridge.Core.Tests.Bls;

/// <summary>Fp2 = Fp[u]/(u² + 1), Fp12 = Fp2[w]/(w⁶ − (1 + u)) and the pairing as a textbook has them, in BigInteger.</summary>
internal static class ReferenceTower
{
    /// <summary>The parameter of the curve is −z.</summary>
    private static readonly BigInteger Z = ReferenceCurve.Hex("d201000000010000");

    internal static readonly Point2 G2 = new(
        new Fp2(
            ReferenceCurve.Hex("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
            ReferenceCurve.Hex("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")),
        new Fp2(
            ReferenceCurve.Hex("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
            ReferenceCurve.Hex("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be")));

    internal static Fp2 Add(Fp2 left, Fp2 right) => new(Mod(left.Real + right.Real), Mod(left.Imaginary + right.Imaginary));

    internal static Fp2 Subtract(Fp2 left, Fp2 right) => new(Mod(left.Real - right.Real), Mod(left.Imaginary - right.Imaginary));

    internal static Fp2 Multiply(Fp2 left, Fp2 right) => new(
        Mod((left.Real * right.Real) - (left.Imaginary * right.Imaginary)),
        Mod((left.Real * right.Imaginary) + (left.Imaginary * right.Real)));

    internal static Fp2 Invert(Fp2 value)
    {
        BigInteger norm = ReferenceCurve.Invert((value.Real * value.Real) + (value.Imaginary * value.Imaginary));
        return Multiply(new Fp2(value.Real, -value.Imaginary), new Fp2(norm, 0));
    }

    /// <summary>The products of six coefficients by six, those of w⁶ … w¹⁰ times 1 + u coming back to w⁰ … w⁴.</summary>
    internal static Fp2[] Multiply(Fp2[] left, Fp2[] right)
    {
        Fp2[] product = new Fp2[6];
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 6; j++)
            {
                Fp2 term = Multiply(left[i], right[j]);
                term = i + j < 6 ? term : Multiply(term, new Fp2(1, 1));
                product[(i + j) % 6] = Add(product[(i + j) % 6], term);
            }
        }

        return product;
    }

    internal static Fp2[] Power(Fp2[] value, BigInteger exponent)
    {
        Fp2[] power = One();
        for (long bit = exponent.GetBitLength() - 1; bit >= 0; bit--)
        {
            power = Multiply(power, power);
            power = (exponent >> (int)bit).IsEven ? power : Multiply(power, value);
        }

        return power;
    }

    internal static Fp2[] One() => [new Fp2(1, 0), default, default, default, default, default];

    internal static Point2? Add(Point2? left, Point2? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        return a.X == b.X && a.Y != b.Y ? null : Sum(a, b, Slope(a, b));
    }

    internal static Point2? Multiply(BigInteger scalar, Point2? point)
    {
        Point2? sum = null;
        for (; !scalar.IsZero; scalar >>= 1)
        {
            sum = scalar.IsEven ? sum : Add(sum, point);
            point = Add(point, point);
        }

        return sum;
    }

    /// <summary>The optimal ate pairing, the whole exponent (p¹² − 1) / r included.</summary>
    internal static Fp2[] Pair(ReferenceCurve.Affine p, Point2 q)
    {
        Fp2[] f = One();
        Point2 t = q;
        for (int bit = 62; bit >= 0; bit--)
        {
            Fp2 slope = Slope(t, t);
            f = Multiply(Multiply(f, f), Line(t, slope, p));
            t = Sum(t, t, slope);
            if (!(Z >> bit).IsEven)
            {
                slope = Slope(t, q);
                f = Multiply(f, Line(t, slope, p));
                t = Sum(t, q, slope);
            }
        }

        // The parameter is negative: the inverse, for which the power p⁶ stands after the final exponentiation.
        f = [.. f.Select((coefficient, i) => i % 2 == 0 ? coefficient : Subtract(default, coefficient))];
        return Power(f, (BigInteger.Pow(ReferenceCurve.P, 12) - 1) / ReferenceCurve.R);
    }

    private static Fp2 Slope(Point2 a, Point2 b) => a == b
        ? Multiply(Multiply(new Fp2(3, 0), Multiply(a.X, a.X)), Invert(Add(a.Y, a.Y)))
        : Multiply(Subtract(b.Y, a.Y), Invert(Subtract(b.X, a.X)));

    private static Point2 Sum(Point2 a, Point2 b, Fp2 slope)
    {
        Fp2 x = Subtract(Subtract(Multiply(slope, slope), a.X), b.X);
        return new Point2(x, Subtract(Multiply(slope, Subtract(a.X, x)), a.Y));
    }

    /// <summary>w³ times the line through (x / w², y / w³), a point of the untwisted curve, at p: slope x − y − slope p.X w² + p.Y w³.</summary>
    private static Fp2[] Line(Point2 point, Fp2 slope, ReferenceCurve.Affine p) =>
    [
        Subtract(Multiply(slope, point.X), point.Y),
        default,
        Multiply(slope, new Fp2(-p.X, 0)),
        new Fp2(p.Y, 0),
        default,
        default,
    ];

    private static BigInteger Mod(BigInteger value) => ReferenceCurve.Mod(value, ReferenceCurve.P);

    internal readonly record struct Fp2(BigInteger Real, BigInteger Imaginary);

    /// <summary>A point of y² = x³ + 4 (1 + u).</summary>
    internal readonly record struct Point2(Fp2 X, Fp2 Y);
}
