using System.Numerics;

namespace HwBridge.Core.Tests.Bls;

/// <summary>BLS12-381 G2 as a textbook has it, in BigInteger and affine coordinates: slow, not constant time, easy to believe.</summary>
internal static class ReferenceTwist
{
    internal static readonly Affine G = new(
        new Fp2(
            ReferenceCurve.Hex("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
            ReferenceCurve.Hex("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")),
        new Fp2(
            ReferenceCurve.Hex("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
            ReferenceCurve.Hex("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be")));

    private static readonly BigInteger EffectiveCofactor = ReferenceCurve.Hex(
        "bc69f08f2ee75b3584c6a0ea91b352888e2a8e9145ad7689986ff031508ffe1329c2f178731db956d82bf015d1212b02ec0ec69d7477c1ae954cbc06689f6a35"
        + "9894c0adebbf6b4e8020005aaa95551");

    private static readonly BigInteger P = ReferenceCurve.P;

    private static readonly Fp2 EighthRootOfUnity = Fp2.Of(1, 1).Power(((P * P) - 1) / 8);

    internal static Affine? Add(Affine? left, Affine? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        if (a.X == b.X && a.Y == -b.Y)
        {
            return null;
        }

        Fp2 slope = a == b ? Fp2.Of(3) * a.X * a.X * (Fp2.Of(2) * a.Y).Inverse : (b.Y - a.Y) * (b.X - a.X).Inverse;
        Fp2 x = (slope * slope) - a.X - b.X;
        return new Affine(x, (slope * (a.X - x)) - a.Y);
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

    /// <summary>Multiplies by the effective cofactor of RFC 9380 §8.8.2.</summary>
    internal static Affine? ClearCofactor(Affine? point) => Multiply(EffectiveCofactor, point);

    /// <summary>The point with this x and the smaller y, if there is one.</summary>
    internal static Affine? Lift(Fp2 x) =>
        ((x * x * x) + Fp2.Of(4, 4)).Root is { } y ? new Affine(x, IsLarger(y) ? -y : y) : null;

    /// <summary>A point of the curve, hardly ever of the subgroup.</summary>
    internal static Affine RandomPoint(Random random)
    {
        while (true)
        {
            if (Lift(RandomElement(random)) is { } point)
            {
                return random.Next(2) == 0 ? point : point with { Y = -point.Y };
            }
        }
    }

    internal static Fp2 RandomElement(Random random)
    {
        byte[] bytes = new byte[2 * 48];
        random.NextBytes(bytes);
        return Fp2.Of(ReferenceCurve.FromBytes(bytes.AsSpan(0, 48)), ReferenceCurve.FromBytes(bytes.AsSpan(48)));
    }

    internal static byte[] Encode(Affine? point)
    {
        byte[] bytes = new byte[96];
        if (point is { } affine)
        {
            bytes = [.. ReferenceCurve.ToBytes(affine.X.C1, 48), .. ReferenceCurve.ToBytes(affine.X.C0, 48)];
            bytes[0] |= (byte)(IsLarger(affine.Y) ? 0xa0 : 0x80);
        }
        else
        {
            bytes[0] = 0xc0;
        }

        return bytes;
    }

    private static bool IsLarger(Fp2 y) => y.C1.IsZero ? y.C0 > P - y.C0 : y.C1 > P - y.C1;

    internal readonly record struct Affine(Fp2 X, Fp2 Y);

    /// <summary>C0 + C1 u with u² = −1, both below p.</summary>
    internal readonly record struct Fp2(BigInteger C0, BigInteger C1)
    {
        internal Fp2 Inverse
        {
            get
            {
                BigInteger inverse = ReferenceCurve.Invert((C0 * C0) + (C1 * C1));
                return Of(C0 * inverse, -C1 * inverse);
            }
        }

        /// <summary>One of the two square roots: as q = p² is 9 modulo 16, w^((q + 7)/16) times an eighth root of 1.</summary>
        internal Fp2? Root
        {
            get
            {
                Fp2 candidate = Power(((P * P) + 7) / 16);
                for (int i = 0; i < 8; i++)
                {
                    if (candidate * candidate == this)
                    {
                        return candidate;
                    }

                    candidate *= EighthRootOfUnity;
                }

                return null;
            }
        }

        public static Fp2 operator +(Fp2 left, Fp2 right) => Of(left.C0 + right.C0, left.C1 + right.C1);

        public static Fp2 operator -(Fp2 left, Fp2 right) => Of(left.C0 - right.C0, left.C1 - right.C1);

        public static Fp2 operator -(Fp2 value) => Of(-value.C0, -value.C1);

        public static Fp2 operator *(Fp2 left, Fp2 right) =>
            Of((left.C0 * right.C0) - (left.C1 * right.C1), (left.C0 * right.C1) + (left.C1 * right.C0));

        internal static Fp2 Of(BigInteger c0, BigInteger c1 = default) => new(ReferenceCurve.Mod(c0, P), ReferenceCurve.Mod(c1, P));

        internal Fp2 Power(BigInteger exponent)
        {
            Fp2 power = Of(1);
            for (Fp2 square = this; !exponent.IsZero; exponent >>= 1)
            {
                power = exponent.IsEven ? power : power * square;
                square *= square;
            }

            return power;
        }
    }
}
