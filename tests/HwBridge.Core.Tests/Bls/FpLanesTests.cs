using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HwBridge.Core.Bls.Field;
using static HwBridge.Core.Tests.Bls.LaneValues;

namespace HwBridge.Core.Tests.Bls;

internal sealed class FpLanesTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Multiply_OfAnyElementsInFourLanes_IsTheMontgomeryProductOfEach(int seed)
    {
        Random random = new(seed);
        BigInteger[] left = Elements(random);
        BigInteger[] right = Elements(random);
        FpLanes product = Lanes(left);
        FpLanes factor = Lanes(right);
        FpLanes.Multiply(ref product, in product, in factor);
        for (int lane = 0; lane < 4; lane++)
        {
            BigInteger value = Value(in product, lane);
            Assert.That(value * Montgomery % ReferenceCurve.P, Is.EqualTo(left[lane] * right[lane] % ReferenceCurve.P));
            Assert.That(value, Is.LessThan(2 * ReferenceCurve.P));
        }
    }

    /// <summary>The largest operands that are allowed: every limb just below 2^30, or a value just below √2519 p.</summary>
    [Test]
    public void Multiply_OfTheLargestLimbs_DoesNotOverflow()
    {
        FpLanes largest = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            largest[j] = Vector256.Create((1UL << 30) - 1);
        }

        BigInteger value = Value(in largest, 0);
        FpLanes product = default;
        FpLanes.Multiply(ref product, in largest, in largest);
        for (int lane = 0; lane < 4; lane++)
        {
            Assert.That(Value(in product, lane) * Montgomery % ReferenceCurve.P, Is.EqualTo(value * value % ReferenceCurve.P));
        }
    }

    [Test]
    public void Multiply_IntoAnOperand_GivesTheSameProduct()
    {
        Random random = new(1);
        FpLanes left = Lanes(Elements(random));
        FpLanes right = Lanes(Elements(random));
        FpLanes product = default;
        FpLanes.Multiply(ref product, in left, in right);
        FpLanes.Multiply(ref right, in left, in right);
        Assert.That(Value(in right, 3), Is.EqualTo(Value(in product, 3)));
    }

    [Test]
    public void Power_ByPMinusTwo_Inverts()
    {
        FpLanes value = Lanes(Elements(new Random(2)));
        FpLanes inverse = default;
        FpLanes.Power(ref inverse, in value, FpConstants.InverseExponent);
        FpLanes.Multiply(ref inverse, in inverse, in value);
        for (int lane = 0; lane < 4; lane++)
        {
            Assert.That(ReferenceCurve.Mod(Value(in inverse, lane), ReferenceCurve.P), Is.EqualTo(Montgomery % ReferenceCurve.P));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void Invert_OfAnyElementButZero_IsTheInverseOfThatLane(int seed)
    {
        Random random = new(seed);
        BigInteger[] elements = Elements(random);
        int lane = random.Next(4);
        FpLanes inverse = Lanes(elements);
        FpInverse.Invert(in inverse, lane, ref inverse);
        BigInteger value = elements[lane] * ReferenceCurve.Invert(Montgomery) % ReferenceCurve.P;
        BigInteger expected = ReferenceCurve.Invert(value) * Montgomery % ReferenceCurve.P;
        if (!value.IsZero)
        {
            Assert.That(Enumerable.Range(0, 4).Select(each => Value(in inverse, each)), Is.All.EqualTo(expected));
        }
    }

    [Test]
    public void Invert_OfSmallAndLargeAndSparseElements_IsTheirInverse()
    {
        IEnumerable<BigInteger> values = Enumerable.Range(1, 40).Select(i => (BigInteger)i)
            .Concat(Enumerable.Range(0, 381).Select(bit => BigInteger.One << bit))
            .Concat(Enumerable.Range(0, 381).Select(bit => ReferenceCurve.P - (BigInteger.One << bit)))
            .Where(value => value > 0 && value < ReferenceCurve.P);
        foreach (BigInteger value in values)
        {
            FpLanes inverse = Lanes([.. Enumerable.Repeat(value * Montgomery % ReferenceCurve.P, 4)]);
            FpInverse.Invert(in inverse, 0, ref inverse);
            Assert.That(Value(in inverse, 0), Is.EqualTo(ReferenceCurve.Invert(value) * Montgomery % ReferenceCurve.P), $"{value}");
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Widen_WithoutAvx2_IsTheSame(ulong a, ulong b, ulong c, ulong d)
    {
        Vector256<ulong> left = Vector256.Create(a, b, c, d);
        Vector256<ulong> right = Vector256.Create(d, ~a, b * 3, c);
        return FpLanes.Widen(left, right) == FpLanes.WidenPortable(left, right);
    }

    /// <summary>The run that is to show the portable path does show it.</summary>
    [Test]
    public void Widen_WhereTheRuntimeIsToldToLeaveAvx2Out_IsThePortableOne()
    {
        bool isLeftOut = Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0";
        Assert.That(isLeftOut && Avx2.IsSupported, Is.False);
    }

    [TestCase(2u, 1u)]
    [TestCase(4u, 2u)]
    [TestCase(24u, 12u)]
    [TestCase(72u, 36u)]
    public void Cover_OfAMultiple_IsThatMultipleWithLargeLimbs(uint k, uint n)
    {
        FpLanes cover = FpConstants.Cover(k, n);
        BigInteger value = 0;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            // The topmost limb may have been lent more than it has.
            long limb = (long)cover[j].GetElement(2);
            value += (BigInteger)limb << (FpLanes.LimbBits * j);
            Assert.That(j == FpLanes.Limbs - 1 || limb >= n * (long)FpLanes.LimbMask, Is.True);
        }

        Assert.That(value, Is.EqualTo(k * ReferenceCurve.P));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Codec_OfAnyElement_GivesItsBytesAndSign(int seed)
    {
        BigInteger element = Elements(new Random(seed))[0] % ReferenceCurve.P;
        byte[] bytes = ReferenceCurve.ToBytes(element, FpCodec.Size);
        FpLanes lanes = default;
        Assert.That(FpCodec.TryRead(bytes, ref lanes), Is.True);
        byte[] written = new byte[FpCodec.Size];
        byte sign = FpCodec.Write(in lanes, 2, written);
        Assert.That(written, Is.EqualTo(bytes));
        Assert.That(sign, Is.EqualTo(element > (ReferenceCurve.P - 1) / 2 ? 1 : 0));
    }

    [Test]
    public void Codec_AtTheEdges_TellsSignAndRange()
    {
        FpLanes lanes = default;
        byte[] written = new byte[FpCodec.Size];
        BigInteger half = (ReferenceCurve.P - 1) / 2;
        foreach ((BigInteger value, int sign) in new[] { (BigInteger.Zero, 0), (half, 0), (half + 1, 1), (ReferenceCurve.P - 1, 1) })
        {
            Assert.That(FpCodec.TryRead(ReferenceCurve.ToBytes(value, 48), ref lanes), Is.True);
            Assert.That(FpCodec.Write(in lanes, 0, written), Is.EqualTo(sign));
            Assert.That(ReferenceCurve.FromBytes(written), Is.EqualTo(value));
        }

        foreach (BigInteger value in new[] { ReferenceCurve.P, ReferenceCurve.P + 1, 2 * ReferenceCurve.P, (BigInteger.One << 384) - 1 })
        {
            Assert.That(FpCodec.TryRead(ReferenceCurve.ToBytes(value, 48), ref lanes), Is.False);
        }
    }

    [Test]
    public void ZeroLanes_OfMultiplesOfP_AreThoseLanes()
    {
        FpLanes lanes = Lanes([0, ReferenceCurve.P, 1, 2 * ReferenceCurve.P]);
        Assert.That(FpCodec.ZeroLanes(in lanes), Is.EqualTo(0b1011));
    }
}
