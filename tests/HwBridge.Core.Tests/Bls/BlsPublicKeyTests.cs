using System.Numerics;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Tests.Bls;

internal sealed class BlsPublicKeyTests
{
    private static readonly byte[] Generator = ReferenceCurve.Encode(ReferenceCurve.G);

    [Test]
    public void TryDecode_OfBothSigns_IsValid()
    {
        byte[] other = [.. Generator];
        other[0] ^= 0x20;
        foreach (byte[] bytes in new[] { Generator, other })
        {
            Assert.That(BlsPublicKey.TryDecode(bytes, out BlsPublicKey key), Is.EqualTo(PointValidity.Valid));
            byte[] copy = new byte[BlsPublicKey.Size];
            key.CopyTo(copy);
            Assert.That(copy, Is.EqualTo(bytes));
        }
    }

    [Test]
    public void TryDecode_OfEveryFlagCombination_TakesCompressedPointsOnly([Range(0, 7)] int flags)
    {
        byte[] bytes = [.. Generator];
        bytes[0] = (byte)((bytes[0] & 0x1f) | (flags << 5));
        PointValidity expected = flags is 0b100 or 0b101 ? PointValidity.Valid : PointValidity.NotCanonical;
        Assert.That(BlsPublicKey.TryDecode(bytes, out _), Is.EqualTo(expected));
    }

    [Test]
    public void TryDecode_OfInfinity_IsInfinityInItsOneEncodingOnly()
    {
        byte[] infinity = new byte[48];
        infinity[0] = 0xc0;
        Assert.That(BlsPublicKey.TryDecode(infinity, out _), Is.EqualTo(PointValidity.Infinity));
        for (int bit = 0; bit < 8 * 48; bit++)
        {
            byte[] other = [.. infinity];
            other[bit / 8] ^= (byte)(0x80 >> (bit % 8));

            // Without the infinity flag x is 0, which is a point: (0, ±2) of order 3.
            PointValidity expected = bit == 1 ? PointValidity.NotInSubgroup : PointValidity.NotCanonical;
            Assert.That(BlsPublicKey.TryDecode(other, out _), Is.EqualTo(expected), $"bit {bit}");
        }
    }

    [Test]
    public void TryDecode_OfXAtOrAboveP_IsNotCanonical()
    {
        BigInteger x = ReferenceCurve.G.X + ReferenceCurve.P;
        Assert.That(x, Is.LessThan(BigInteger.One << 382), "the generator's x has a second representation in 381 bits and one");
        foreach (BigInteger value in new[] { ReferenceCurve.P, ReferenceCurve.P + 1, ReferenceCurve.P + 2, (BigInteger.One << 381) - 1 })
        {
            byte[] bytes = ReferenceCurve.ToBytes(value, 48);
            bytes[0] |= 0x80;
            Assert.That(BlsPublicKey.TryDecode(bytes, out _), Is.EqualTo(PointValidity.NotCanonical));
        }
    }

    [TestCase(0)]
    [TestCase(47)]
    [TestCase(49)]
    [TestCase(96)]
    public void TryDecode_OfAnotherLength_IsWrongLength(int length) =>
        Assert.That(BlsPublicKey.TryDecode(new byte[length], out _), Is.EqualTo(PointValidity.WrongLength));

    /// <summary>The verdict is that of multiplying by r, for points of every small order and for mixtures.</summary>
    [Test]
    public void TryDecode_OfPointsOfEveryOrder_TakesTheSubgroupOnly()
    {
        BigInteger all = ReferenceCurve.R * ReferenceCurve.H;
        ReferenceCurve.Affine? point = ReferenceCurve.Lift(5) ?? ReferenceCurve.Lift(4);
        Assert.That(point, Is.Not.Null);
        Assert.That(ReferenceCurve.Multiply(all, point), Is.Null);
        foreach (int order in new[] { 3, 11, 10177, 859267, 52437899 })
        {
            ReferenceCurve.Affine? small = null;
            for (BigInteger x = 3; small is null; x++)
            {
                // Cleared of r and of every other prime, a point of order 1, q or q² is left; the latter times q.
                BigInteger power = order == 3 ? order : (BigInteger)order * order;
                ReferenceCurve.Affine? cleared = ReferenceCurve.Multiply(all / power, ReferenceCurve.Lift(x));
                small = ReferenceCurve.Multiply(order, cleared) ?? cleared;
            }

            Assert.That(ReferenceCurve.Multiply(order, small), Is.Null, $"order {order}");
            AssertVerdict(small);
            AssertVerdict(ReferenceCurve.Add(small, ReferenceCurve.G));
        }

        AssertVerdict(point);
        AssertVerdict(ReferenceCurve.Multiply(ReferenceCurve.R, point));
        AssertVerdict(ReferenceCurve.Multiply(ReferenceCurve.H, point));
    }

    [FsCheck.NUnit.Property(MaxTest = 25)]
    public void TryDecode_OfAnyPoint_AgreesWithMultiplyingByR(uint x)
    {
        ReferenceCurve.Affine? point = ReferenceCurve.Lift(x);
        if (point is not null)
        {
            AssertVerdict(point);
            AssertVerdict(ReferenceCurve.Multiply(ReferenceCurve.H, point));
        }
        else
        {
            byte[] bytes = ReferenceCurve.ToBytes(x, 48);
            bytes[0] |= 0x80;
            Assert.That(BlsPublicKey.TryDecode(bytes, out _), Is.EqualTo(PointValidity.NotOnCurve));
        }
    }

    /// <summary>Arbitrary bytes, made likely to be a point, never crash and get the reference's verdict.</summary>
    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void TryDecode_OfAnyBytes_AgreesWithTheReference(int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[48];
        random.NextBytes(bytes);
        bytes[0] = random.Next(4) == 0 ? bytes[0] : (byte)(0x80 | (bytes[0] & 0x3f));
        BigInteger x = ReferenceCurve.FromBytes(bytes) & ((BigInteger.One << 381) - 1);
        PointValidity expected = (bytes[0] & 0xc0) != 0x80 || x >= ReferenceCurve.P ? PointValidity.NotCanonical
            : ReferenceCurve.Lift(x) is null ? PointValidity.NotOnCurve
            : PointValidity.NotInSubgroup;
        Assert.That(BlsPublicKey.TryDecode(bytes, out BlsPublicKey key), Is.EqualTo(expected));
        Assert.That(key, Is.EqualTo(default(BlsPublicKey)));
    }

    [Test]
    public void TryParse_OfHex_TakesDigitsWithAndWithoutPrefix()
    {
        string digits = Convert.ToHexStringLower(Generator);
        Assert.That(BlsPublicKey.TryParse(digits, out BlsPublicKey key), Is.EqualTo(PointValidity.Valid));
        Assert.That(key.ToString(), Is.EqualTo("0x" + digits));
        Assert.That(BlsPublicKey.TryParse("0X" + digits.ToUpperInvariant(), out BlsPublicKey same), Is.EqualTo(PointValidity.Valid));
        Assert.That(same == key && same.GetHashCode() == key.GetHashCode() && !(same != key), Is.True);
        Assert.That(BlsPublicKey.TryParse(digits[1..], out _), Is.EqualTo(PointValidity.WrongLength));
        Assert.That(BlsPublicKey.TryParse(null, out _), Is.EqualTo(PointValidity.WrongLength));
        Assert.That(BlsPublicKey.TryParse(string.Concat("g", digits.AsSpan(1)), out _), Is.EqualTo(PointValidity.NotHex));
    }

    private static void AssertVerdict(ReferenceCurve.Affine? point)
    {
        PointValidity expected = point is null ? PointValidity.Infinity
            : ReferenceCurve.Multiply(ReferenceCurve.R, point) is null ? PointValidity.Valid
            : PointValidity.NotInSubgroup;
        Assert.That(BlsPublicKey.TryDecode(ReferenceCurve.Encode(point), out _), Is.EqualTo(expected));
    }
}
