using System.Numerics;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.Pairing;
using HwBridge.Core.Bls.Tower;
using static HwBridge.Core.Tests.Bls.Fp12Values;
using static HwBridge.Core.Tests.Bls.LaneValues;

namespace HwBridge.Core.Tests.Bls;

internal sealed class PairingProductTests
{
    [Test]
    public void Product_OfOneTerm_IsTheCubeOfThePairingOfTheTextbook()
    {
        Random random = new(3);
        for (int i = 0; i < 3; i++)
        {
            ReferenceCurve.Affine p = ReferenceCurve.Multiply(i == 0 ? 1 : Scalar(random), ReferenceCurve.G)!.Value;
            ReferenceTower.Point2 q = ReferenceTower.Multiply(i == 0 ? 1 : Scalar(random), ReferenceTower.G2)!.Value;
            ReferenceTower.Fp2[] expected = ReferenceTower.Power(ReferenceTower.Pair(p, q), 3);
            Assert.That(expected, Is.Not.EqualTo(ReferenceTower.One()), "not degenerate");
            Fp12 product = Exponentiated([Term(p, q)]);
            Assert.That(Plain(in product), Is.EqualTo(expected));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 20)]
    public void Product_OfMultiplesOfTheGenerators_IsThatPowerOfOnePairing(int seed)
    {
        Random random = new(seed);
        int count = random.Next(1, 6);
        BigInteger exponent = 0;
        List<PairingTerm> terms = [];
        for (int i = 0; i < count; i++)
        {
            BigInteger a = Scalar(random);
            BigInteger b = Scalar(random);
            exponent += a * b;
            terms.Add(Term(a, b));
        }

        Fp12 product = Exponentiated([.. terms]);
        Fp12 unit = Exponentiated([Term(1, 1)]);
        ReferenceTower.Fp2[] one = Plain(in unit);
        Assert.That(Plain(in product), Is.EqualTo(ReferenceTower.Power(one, exponent % ReferenceCurve.R)));
        Assert.That(ReferenceTower.Power(one, ReferenceCurve.R), Is.EqualTo(ReferenceTower.One()), "of order r");

        // One more term that makes the product 1, and one that does not.
        BigInteger missing = ReferenceCurve.Mod(-exponent, ReferenceCurve.R);
        Assert.That(PairingProduct.IsOne([.. terms, Term(missing, 1)]), Is.True);
        Assert.That(PairingProduct.IsOne([.. terms, Term(missing + 1, 1)]), Is.False);
    }

    [Test]
    public void IsOne_OfNoTerm_IsTrue() => Assert.That(PairingProduct.IsOne([]), Is.True);

    private static Fp12 Exponentiated(ReadOnlySpan<PairingTerm> terms)
    {
        Fp12 product = default;
        PairingProduct.MillerLoop(ref product, terms);
        AssertBounds(in product);
        FinalExponentiation.Apply(ref product);
        AssertBounds(in product);
        return product;
    }

    private static BigInteger Scalar(Random random)
    {
        byte[] bytes = new byte[40];
        random.NextBytes(bytes);
        return 1 + (ReferenceCurve.FromBytes(bytes) % (ReferenceCurve.R - 1));
    }

    private static PairingTerm Term(BigInteger a, BigInteger b) =>
        Term(ReferenceCurve.Multiply(a, ReferenceCurve.G)!.Value, ReferenceTower.Multiply(b, ReferenceTower.G2)!.Value);

    private static PairingTerm Term(ReferenceCurve.Affine p, ReferenceTower.Point2 q)
    {
        static BigInteger Enter(BigInteger value) => value * Montgomery % ReferenceCurve.P;
        return new PairingTerm
        {
            P = Lanes([Enter(p.X), Enter(p.Y), 0, 0]),
            Q = new Fp2Pair { Lanes = Lanes([Enter(q.X.Real), Enter(q.X.Imaginary), Enter(q.Y.Real), Enter(q.Y.Imaginary)]) },
        };
    }
}
