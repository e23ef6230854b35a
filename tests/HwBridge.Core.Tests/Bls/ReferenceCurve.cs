using System.Globalization;
using System.Numerics;

namespace HwBridge.Core.Tests.Bls;

/// <summary>BLS12-381 G1 as a textbook has it, in BigInteger and affine coordinates: slow, not constant time, easy to believe.</summary>
internal static class ReferenceCurve
{
    internal static readonly BigInteger P = Hex(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
    internal static readonly BigInteger R = Hex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

    /// <summary>The cofactor (z − 1)² / 3 = 3 · 11² · 10177² · 859267² · 52437899².</summary>
    internal static readonly BigInteger H = Hex("396c8c005555e1568c00aaab0000aaab");

    internal static readonly Affine G = new(
        Hex("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
        Hex("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"));

    internal static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    internal static BigInteger Mod(BigInteger value, BigInteger modulus)
    {
        BigInteger rest = value % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    /// <summary>Euclid's algorithm.</summary>
    internal static BigInteger Invert(BigInteger value)
    {
        (BigInteger a, BigInteger b, BigInteger x, BigInteger y) = (P, Mod(value, P), 0, 1);
        while (!b.IsZero)
        {
            BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger rest);
            (a, b, x, y) = (b, rest, y, x - (quotient * y));
        }

        return Mod(x, P);
    }

    internal static Affine? Add(Affine? left, Affine? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        if (a.X == b.X && Mod(a.Y + b.Y, P).IsZero)
        {
            return null;
        }

        BigInteger slope = a == b ? 3 * a.X * a.X * Invert(2 * a.Y) : (b.Y - a.Y) * Invert(b.X - a.X);
        BigInteger x = Mod((slope * slope) - a.X - b.X, P);
        return new Affine(x, Mod((slope * (a.X - x)) - a.Y, P));
    }

    internal static Affine? Multiply(BigInteger scalar, Affine? point)
    {
        Affine? sum = null;
        for (; !scalar.IsZero; scalar >>= 1)
        {
            sum = scalar.IsEven ? sum : Add(sum, point);
            point = Add(point, point);
        }

        return sum;
    }

    /// <summary>The point with this x and the smaller y, if there is one.</summary>
    internal static Affine? Lift(BigInteger x)
    {
        BigInteger square = Mod((x * x * x) + 4, P);
        BigInteger y = BigInteger.ModPow(square, (P + 1) / 4, P);
        return Mod(y * y, P) == square ? new Affine(x, BigInteger.Min(y, P - y)) : null;
    }

    internal static byte[] Encode(Affine? point)
    {
        byte[] bytes = new byte[48];
        if (point is { } affine)
        {
            bytes = ToBytes(affine.X, 48);
            bytes[0] |= (byte)(affine.Y > P - affine.Y ? 0xa0 : 0x80);
        }
        else
        {
            bytes[0] = 0xc0;
        }

        return bytes;
    }

    internal static byte[] ToBytes(BigInteger value, int size)
    {
        byte[] bytes = new byte[size];
        byte[] digits = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, size - digits.Length);
        return bytes;
    }

    internal static BigInteger FromBytes(ReadOnlySpan<byte> bigEndian) => new(bigEndian, isUnsigned: true, isBigEndian: true);

    internal readonly record struct Affine(BigInteger X, BigInteger Y);
}
