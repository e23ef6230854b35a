using System.Numerics;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.Tower;
using static HwBridge.Core.Tests.Bls.LaneValues;
using static HwBridge.Core.Tests.Bls.ReferenceTower;

namespace HwBridge.Core.Tests.Bls;

/// <summary>Elements of Fp12 as plain numbers, the coefficients of w⁰ … w⁵, and such numbers as elements.</summary>
internal static class Fp12Values
{
    private static readonly BigInteger InverseOfMontgomery = ReferenceCurve.Invert(Montgomery);

    /// <summary>Lanes at most 2p, the edges and zeroes among them.</summary>
    internal static Fp12 RandomElement(Random random) => new()
    {
        C0 = new Fp2Pair { Lanes = Lanes(Elements(random, 2)) },
        C1 = new Fp2Pair { Lanes = Lanes(Elements(random, 2)) },
        C2 = random.Next(8) == 0 ? default : new Fp2Pair { Lanes = Lanes(Elements(random, 2)) },
    };

    /// <summary>An element whose order divides p⁴ − p² + 1: any to the power (p⁶ − 1)(p² + 1).</summary>
    internal static Fp12 RandomCyclotomic(Random random)
    {
        Fp12 value = RandomElement(random);
        Fp12 inverse = default;
        Fp12.Invert(ref inverse, in value);
        Fp12.Conjugate(ref value, in value);
        Fp12.Multiply(ref value, in value, in inverse);
        Fp12 power = default;
        Frobenius.Apply(ref power, in value);
        Frobenius.Apply(ref power, in power);
        Fp12.Multiply(ref value, in value, in power);
        return value;
    }

    internal static Fp2[] Plain(ref readonly Fp12 element)
    {
        (Fp2 low, Fp2 high)[] pairs = [Halves(in element.C0), Halves(in element.C1), Halves(in element.C2)];
        return [pairs[0].low, pairs[1].low, pairs[2].low, pairs[0].high, pairs[1].high, pairs[2].high];
    }

    internal static Fp2 Plain(BigInteger real, BigInteger imaginary) => new(Plain(real), Plain(imaginary));

    /// <summary>What every operation promises: carried limbs, coefficients at most 2p.</summary>
    internal static void AssertBounds(ref readonly Fp12 element)
    {
        foreach (Fp2Pair pair in new[] { element.C0, element.C1, element.C2 })
        {
            for (int lane = 0; lane < 4; lane++)
            {
                Assert.That(Value(in pair.Lanes, lane), Is.LessThanOrEqualTo(2 * ReferenceCurve.P));
                for (int j = 0; j < FpLanes.Limbs; j++)
                {
                    Assert.That(pair.Lanes[j].GetElement(lane), Is.LessThan(1UL << FpLanes.LimbBits));
                }
            }
        }
    }

    private static (Fp2 Low, Fp2 High) Halves(ref readonly Fp2Pair pair) =>
        (new Fp2(Element(in pair, 0), Element(in pair, 1)), new Fp2(Element(in pair, 2), Element(in pair, 3)));

    private static BigInteger Element(ref readonly Fp2Pair pair, int lane) => Plain(Value(in pair.Lanes, lane));

    private static BigInteger Plain(BigInteger montgomery) => montgomery * InverseOfMontgomery % ReferenceCurve.P;
}
