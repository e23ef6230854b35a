using System.Numerics;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.Tower;
using static HwBridge.Core.Tests.Bls.Fp12Values;
using static HwBridge.Core.Tests.Bls.LaneValues;

namespace HwBridge.Core.Tests.Bls;

internal sealed class Fp12Tests
{
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Multiply_OfAnyElements_IsTheirProduct(int seed)
    {
        Random random = new(seed);
        Fp12 left = RandomElement(random);
        Fp12 right = RandomElement(random);
        ReferenceTower.Fp2[] expected = ReferenceTower.Multiply(Plain(in left), Plain(in right));
        Fp12 product = default;
        Fp12.Multiply(ref product, in left, in right);
        AssertSame(in product, expected);
        Fp12.Multiply(ref left, in left, in right);
        AssertSame(in left, expected);
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Square_OfAnyElement_IsItsProductWithItself(int seed)
    {
        Fp12 value = RandomElement(new Random(seed));
        ReferenceTower.Fp2[] plain = Plain(in value);
        Fp12.Square(ref value, in value);
        AssertSame(in value, ReferenceTower.Multiply(plain, plain));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void MultiplyByLine_OfAnyElements_IsTheirProduct(int seed)
    {
        Random random = new(seed);
        Fp12 value = RandomElement(random);
        BigInteger[] line = [.. Elements(random, 15), .. Elements(random, 15)];
        (Fp2Factor l0, Fp2Factor l2, Fp2Factor l3, Fp2Factor unused) = (default, default, default, default);
        Fp2Pair first = new() { Lanes = Lanes(line[..4]) };
        Fp2Pair second = new() { Lanes = Lanes([line[4], line[5], 1, 2]) };
        Fp2Factor.SetHalves(ref l0, ref l2, in first);
        Fp2Factor.SetHalves(ref l3, ref unused, in second);
        ReferenceTower.Fp2[] expected = ReferenceTower.Multiply(
            Plain(in value),
            [Plain(line[0], line[1]), default, Plain(line[2], line[3]), Plain(line[4], line[5]), default, default]);
        Fp12.MultiplyByLine(ref value, in value, in l0, in l2, in l3);
        AssertSame(in value, expected);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Invert_OfAnyElement_GivesOneWithIt(int seed)
    {
        Fp12 value = RandomElement(new Random(seed));
        Fp12 inverse = default;
        Fp12.Invert(ref inverse, in value);
        AssertBounds(in inverse);
        Assert.That(value.IsOne, Is.False);
        Fp12.Multiply(ref value, in value, in inverse);
        AssertSame(in value, ReferenceTower.One());
        Assert.That(value.IsOne, Is.True);
    }

    [Test]
    public void IsOne_OfElementsThatDifferFromOneInOneCoefficient_IsFalse()
    {
        for (int coefficient = 0; coefficient < 12; coefficient++)
        {
            Fp12 value = Fp12.One;
            Assert.That(value.IsOne, Is.True);
            ref Fp2Pair pair = ref value.C0;
            if (coefficient >= 4)
            {
                pair = ref coefficient < 8 ? ref value.C1 : ref value.C2;
            }

            pair.Lanes[3] += Vector256<ulong>.Zero.WithElement(coefficient % 4, 1UL);
            Assert.That(value.IsOne, Is.False, $"{coefficient}");
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Conjugate_OfAnyElement_ChangesTheSignOfW(int seed)
    {
        Fp12 value = RandomElement(new Random(seed));
        IEnumerable<ReferenceTower.Fp2> expected = Plain(in value)
            .Select((coefficient, i) => i % 2 == 0 ? coefficient : ReferenceTower.Subtract(default, coefficient));
        Fp12.Conjugate(ref value, in value);
        AssertSame(in value, [.. expected]);
    }

    [FsCheck.NUnit.Property(MaxTest = 5)]
    public void Frobenius_OfAnyElement_IsItsPowerP(int seed)
    {
        Fp12 value = RandomElement(new Random(seed));
        ReferenceTower.Fp2[] expected = ReferenceTower.Power(Plain(in value), ReferenceCurve.P);
        Frobenius.Apply(ref value, in value);
        AssertSame(in value, expected);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void CyclotomicSquare_OfAnElementOfTheSubgroup_IsItsSquareTimeAndAgain(int seed)
    {
        Fp12 value = RandomCyclotomic(new Random(seed));
        Fp12 inverse = default;
        Fp12.Conjugate(ref inverse, in value);
        Fp12.Multiply(ref inverse, in inverse, in value);
        Assert.That(inverse.IsOne, Is.True);
        for (int i = 0; i < 20; i++)
        {
            ReferenceTower.Fp2[] plain = Plain(in value);
            Cyclotomic.Square(ref value);
            AssertSame(in value, ReferenceTower.Multiply(plain, plain));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 5)]
    public void PowerOfZ_OfAnElementOfTheSubgroup_IsThatPower(int seed)
    {
        Fp12 value = RandomCyclotomic(new Random(seed));
        ReferenceTower.Fp2[] expected = ReferenceTower.Power(Plain(in value), ReferenceCurve.Hex("d201000000010000"));
        Cyclotomic.PowerOfZ(ref value, in value);
        Fp12.Conjugate(ref value, in value);
        AssertSame(in value, expected);
    }

    /// <summary>Three products of elements just below 16p and factors just below 15p, limb by limb as large as they may be.</summary>
    [Test]
    public void SumOfProducts_OfTheLargestLimbs_DoesNotOverflow()
    {
        Fp2Pair left = Largest(16);
        Fp2Pair right = Largest(15);
        (Fp2Factor low, Fp2Factor high) = (default, default);
        Fp2Factor.SetHalves(ref low, ref high, in right);
        Fp2Pair sum = default;
        Fp2Factor.SumOfProducts(ref sum, in left, in low, in left, in high, in left, in low);
        BigInteger x = Value(in left.Lanes, 0);
        BigInteger y = Value(in right.Lanes, 0);
        for (int lane = 0; lane < 4; lane++)
        {
            BigInteger value = Value(in sum.Lanes, lane);
            Assert.That(value, Is.LessThan(2 * ReferenceCurve.P));
            Assert.That(value * Montgomery % ReferenceCurve.P, Is.EqualTo(lane % 2 == 0 ? 0 : 6 * x * y % ReferenceCurve.P));
        }
    }

    private static Fp2Pair Largest(int factor)
    {
        Fp2Pair largest = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            const int Top = FpLanes.Limbs - 1;
            ulong top = (ulong)(factor * ReferenceCurve.P >> (FpLanes.LimbBits * Top)) - 1;
            largest.Lanes[j] = Vector256.Create(j < Top ? FpLanes.LimbMask : top);
        }

        return largest;
    }

    private static void AssertSame(ref readonly Fp12 actual, ReferenceTower.Fp2[] expected)
    {
        AssertBounds(in actual);
        Assert.That(Plain(in actual), Is.EqualTo(expected));
    }
}
