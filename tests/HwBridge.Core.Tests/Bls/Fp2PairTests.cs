using System.Numerics;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;
using static HwBridge.Core.Tests.Bls.LaneValues;

namespace HwBridge.Core.Tests.Bls;

internal sealed class Fp2PairTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Multiply_OfAnyPairs_IsTheMontgomeryProductOfBoth(int seed)
    {
        Random random = new(seed);
        BigInteger[] left = Elements(random, Fp2Pair.MaxFactor);
        BigInteger[] right = Elements(random, Fp2Pair.MaxFactor);
        Fp2Pair product = Pair(left);
        Fp2Pair factor = Pair(right);
        Fp2Pair.Multiply(ref product, in product, in factor);
        AssertProduct(in product, left, right);
    }

    /// <summary>Sums of two carried elements just below 32p, limb by limb as large as they may be.</summary>
    [Test]
    public void Multiply_OfTheLargestLimbs_DoesNotOverflow()
    {
        Fp2Pair largest = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            const int Top = FpLanes.Limbs - 1;
            ulong top = (ulong)(32 * ReferenceCurve.P >> (FpLanes.LimbBits * Top)) - 2;
            largest.Lanes[j] = Vector256.Create(j < Top ? (1UL << 29) - 1 : top);
        }

        BigInteger[] values = Values(in largest);
        Assert.That(values, Has.All.LessThan(32 * ReferenceCurve.P));
        Fp2Pair product = default;
        Fp2Pair.Multiply(ref product, in largest, in largest);
        AssertProduct(in product, values, values);
        AssertCarried(in product);
    }

    [Test]
    public void Multiply_IntoTheRightOperand_GivesTheSameProduct()
    {
        Random random = new(1);
        Fp2Pair left = Pair(Elements(random, 32));
        Fp2Pair right = Pair(Elements(random, 32));
        Fp2Pair product = default;
        Fp2Pair.Multiply(ref product, in left, in right);
        Fp2Pair.Multiply(ref right, in left, in right);
        Assert.That(Values(in right), Is.EqualTo(Values(in product)));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Square_OfAnyPair_IsItsProductWithItself(int seed)
    {
        BigInteger[] values = Elements(new Random(seed), 16);
        Fp2Pair pair = Pair(values);
        Fp2Pair.Square(ref pair, in pair);
        AssertProduct(in pair, values, values);
        AssertCarried(in pair);
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void AddAndSubtract_OfAnyPairs_AreTheSumAndTheDifferenceAndThirtyTwoP(int seed)
    {
        Random random = new(seed);
        BigInteger[] left = Elements(random, Fp2Pair.MaxFactor);
        BigInteger[] right = Elements(random, Fp2Pair.MaxFactor);
        Fp2Pair sum = Pair(left);
        Fp2Pair difference = Pair(left);
        Fp2Pair other = Pair(right);
        Fp2Pair.Add(ref sum, in sum, in other);
        Assert.That(Values(in sum), Is.EqualTo(left.Zip(right, (l, r) => l + r)));
        Fp2Pair.Subtract(ref difference, in difference, in other);
        Assert.That(Values(in difference), Is.EqualTo(left.Zip(right, (l, r) => l - r + (32 * ReferenceCurve.P))));
        AssertCarried(in difference);
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Subtract_WithACoverOfItsOwn_AddsThatManyP(int seed)
    {
        Random random = new(seed);
        BigInteger[] left = Elements(random);
        BigInteger[] right = Elements(random, 3);
        Fp2Pair difference = Pair(left);
        Fp2Pair other = Pair(right);
        FpLanes cover = FpConstants.Cover(3, 1);
        Fp2Pair.Subtract(ref difference, in difference, in other, in cover);
        Assert.That(Values(in difference), Is.EqualTo(left.Zip(right, (l, r) => l - r + (3 * ReferenceCurve.P))));
        AssertCarried(in difference);
    }

    private static Fp2Pair Pair(BigInteger[] values) => new() { Lanes = Lanes(values) };

    private static BigInteger[] Values(ref readonly Fp2Pair pair)
    {
        FpLanes lanes = pair.Lanes;
        return [.. Enumerable.Range(0, 4).Select(lane => Value(in lanes, lane))];
    }

    private static void AssertProduct(ref readonly Fp2Pair product, BigInteger[] left, BigInteger[] right)
    {
        BigInteger[] values = Values(in product);
        for (int half = 0; half < 4; half += 2)
        {
            BigInteger real = (left[half] * right[half]) - (left[half + 1] * right[half + 1]);
            BigInteger imaginary = (left[half] * right[half + 1]) + (left[half + 1] * right[half]);
            Assert.That(values[half] * Montgomery % ReferenceCurve.P, Is.EqualTo(ReferenceCurve.Mod(real, ReferenceCurve.P)));
            Assert.That(values[half + 1] * Montgomery % ReferenceCurve.P, Is.EqualTo(ReferenceCurve.Mod(imaginary, ReferenceCurve.P)));
        }

        Assert.That(values, Has.All.LessThan(2 * ReferenceCurve.P));
    }

    private static void AssertCarried(ref readonly Fp2Pair pair)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Assert.That(Vector256.LessThanAll(pair.Lanes[j], Vector256.Create(1UL << FpLanes.LimbBits)), Is.True);
        }
    }
}
