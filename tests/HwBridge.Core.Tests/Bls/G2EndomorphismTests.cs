using System.Numerics;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.G2;

namespace HwBridge.Core.Tests.Bls;

internal sealed class G2EndomorphismTests
{
    private static readonly BigInteger Z = -(BigInteger)G2Endomorphism.Z;

    [Test]
    public void Apply_InTheSubgroup_MultipliesByZ()
    {
        G2Point point = Decode(ReferenceTwist.G);
        G2Endomorphism.Apply(ref point, in point);
        BigInteger scalar = ReferenceCurve.Mod(Z, ReferenceCurve.R);
        Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.Multiply(scalar, ReferenceTwist.G))));
    }

    [Test]
    public void IsInSubgroup_OfMultiplesOfTheGenerator_IsTrue()
    {
        foreach (int scalar in new[] { 1, 2, 3, 1000003 })
        {
            G2Point point = Decode(ReferenceTwist.Multiply(scalar, ReferenceTwist.G));
            Assert.That(G2Endomorphism.IsInSubgroup(in point), Is.True);
        }
    }

    [Test]
    public void IsInSubgroup_OfPointsOfOtherOrders_IsFalse()
    {
        Random random = new(3);
        for (int i = 0; i < 50; i++)
        {
            // r P is in the part of the curve whose order divides the cofactor; P itself has both parts.
            ReferenceTwist.Affine whole = ReferenceTwist.RandomPoint(random);
            G2Point point = Decode(whole);
            Assert.That(G2Endomorphism.IsInSubgroup(in point), Is.False);
            if (i % 10 == 0)
            {
                point = Decode(ReferenceTwist.Multiply(ReferenceCurve.R, whole));
                Assert.That(G2Endomorphism.IsInSubgroup(in point), Is.False);
            }
        }
    }

    /// <summary>13² and 23² divide the cofactor: points of these small orders.</summary>
    [TestCase(13)]
    [TestCase(23)]
    public void IsInSubgroup_OfPointsOfSmallOrder_IsFalse(int order)
    {
        // The cofactor of G2.
        BigInteger z = Z;
        BigInteger cofactor = (BigInteger.Pow(z, 8) - (4 * BigInteger.Pow(z, 7)) + (5 * BigInteger.Pow(z, 6)) - (4 * BigInteger.Pow(z, 4))
            + (6 * BigInteger.Pow(z, 3)) - (4 * z * z) - (4 * z) + 13) / 9;
        BigInteger rest = cofactor * ReferenceCurve.R;
        Assert.That(rest % order, Is.EqualTo(BigInteger.Zero));
        while ((rest % order).IsZero)
        {
            rest /= order;
        }

        ReferenceTwist.Affine? small = null;
        for (Random random = new(order); small is null;)
        {
            small = ReferenceTwist.Multiply(rest, ReferenceTwist.RandomPoint(random));
        }

        while (ReferenceTwist.Multiply(order, small) is { } next)
        {
            small = next;
        }

        G2Point point = Decode(small);
        Assert.That(G2Endomorphism.IsInSubgroup(in point), Is.False);
    }

    [FsCheck.NUnit.Property(MaxTest = 5)]
    public void ClearCofactor_OfAnyPoint_MultipliesByTheEffectiveCofactorOfTheRfc(int seed)
    {
        ReferenceTwist.Affine reference = ReferenceTwist.RandomPoint(new Random(seed));
        G2Point point = Decode(reference);
        G2Endomorphism.ClearCofactor(ref point);
        Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.ClearCofactor(reference))));
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Recode_OfAnyScalar_GivesColumnsThatAddUpToIt(byte[] seed)
    {
        AssertColumns(ReferenceCurve.FromBytes(SHA256.HashData(seed)) % (ReferenceCurve.R - 1) + 1);
    }

    [Test]
    public void Recode_OfScalarsAtTheEdges_GivesColumnsThatAddUpToThem()
    {
        foreach (BigInteger scalar in Edges())
        {
            AssertColumns(scalar);
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 20)]
    public void Multiply_ByAnyScalar_IsTheMultiple(byte[] seed)
    {
        AssertMultiple(ReferenceCurve.FromBytes(SHA256.HashData(seed)) % (ReferenceCurve.R - 1) + 1);
    }

    [Test]
    public void Multiply_ByScalarsAtTheEdges_IsTheMultiple()
    {
        foreach (BigInteger scalar in Edges())
        {
            AssertMultiple(scalar);
        }
    }

    private static IEnumerable<BigInteger> Edges()
    {
        BigInteger z = -Z;
        BigInteger[] middles =
        [
            0, z, z * z, z * z * z, z * z * z * z, ReferenceCurve.R, ReferenceCurve.R / 2, BigInteger.One << 64, BigInteger.One << 128,
        ];
        return middles.SelectMany(middle => Enumerable.Range(-3, 7).Select(offset => middle + offset))
            .Where(scalar => scalar > 0 && scalar < ReferenceCurve.R);
    }

    private static void AssertColumns(BigInteger scalar)
    {
        G2Multiplication.Digits digits = default;
        G2Multiplication.Recode(ReferenceCurve.ToBytes(scalar, 32), ref digits);
        BigInteger[] powers = [1, -Z, Z * Z, -Z * Z * Z];
        BigInteger sum = powers[0] << G2Multiplication.Columns;
        ulong[] columns = [ulong.MaxValue, digits.First, digits.Second, digits.Third];
        for (int digit = 0; digit < columns.Length; digit++)
        {
            for (int i = 0; i < G2Multiplication.Columns; i++)
            {
                int sign = ((digits.Positive >> i) & 1) == 1 ? 1 : -1;
                sum += powers[digit] * sign * ((columns[digit] >> i) & 1) << i;
            }

            sum += digit > 0 ? powers[digit] * ((digits.Top >> (digit - 1)) & 1) << G2Multiplication.Columns : 0;
        }

        Assert.That(digits.Top, Is.LessThan(8));
        Assert.That(digits.Negative, Is.EqualTo(scalar.IsEven ? ulong.MaxValue : 0));
        Assert.That(sum, Is.EqualTo(scalar.IsEven ? ReferenceCurve.R - scalar : scalar));
    }

    private static void AssertMultiple(BigInteger scalar)
    {
        G2Point point = Decode(ReferenceTwist.G);
        G2Multiplication.Multiply(ref point, ReferenceCurve.ToBytes(scalar, 32));
        Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.Multiply(scalar, ReferenceTwist.G))), $"{scalar}");
    }

    private static G2Point Decode(ReferenceTwist.Affine? point)
    {
        Assert.That(G2Codec.TryDecode(ReferenceTwist.Encode(point), out G2Point decoded), Is.EqualTo(PointValidity.Valid));
        return decoded;
    }

    private static byte[] Encode(G2Point point)
    {
        byte[] bytes = new byte[G2Codec.Size];
        G2Codec.Encode(in point, bytes);
        return bytes;
    }
}
