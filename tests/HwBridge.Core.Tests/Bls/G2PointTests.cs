using HwBridge.Core.Bls;
using HwBridge.Core.Bls.G2;

namespace HwBridge.Core.Tests.Bls;

internal sealed class G2PointTests
{
    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void Add_OfAnyPoints_IsTheirSum(int seed)
    {
        Random random = new(seed);
        ReferenceTwist.Affine left = ReferenceTwist.RandomPoint(random);
        ReferenceTwist.Affine right = ReferenceTwist.RandomPoint(random);
        ReferenceTwist.Affine negative = left with { Y = -left.Y };
        AssertSum(left, right);
        AssertSum(left, left);
        AssertSum(left, negative);
        AssertSum(left, null);
        AssertSum(null, right);
        AssertSum(null, null);
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void DoubleAndNegate_OfAnyPoint_AreItsSumWithItselfAndItsMirrorImage(int seed)
    {
        ReferenceTwist.Affine? reference = ReferenceTwist.RandomPoint(new Random(seed));
        G2Point point = Decode(reference);
        G2Scratch scratch = default;
        for (int i = 0; i < 4; i++)
        {
            point.Double(ref scratch);
            point.Negate();
            reference = ReferenceTwist.Add(reference, reference);
            reference = reference!.Value with { Y = -reference.Value.Y };
            Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(reference)));
            point.Negate(0);
            Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(reference)));
        }

        point = G2Point.Infinity;
        point.Double(ref scratch);
        Assert.That(point.IsInfinity, Is.True);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Add_InAnyOrder_IsAssociativeAndCommutative(int seed)
    {
        Random random = new(seed);
        G2Scratch scratch = default;
        G2Point a = Decode(ReferenceTwist.RandomPoint(random));
        G2Point b = Decode(ReferenceTwist.RandomPoint(random));
        G2Point c = Decode(ReferenceTwist.RandomPoint(random));
        G2Point left = a;
        left.Add(in b, ref scratch);
        left.Add(in c, ref scratch);
        G2Point right = c;
        right.Add(in b, ref scratch);
        right.Add(in a, ref scratch);
        Assert.That(Encode(left), Is.EqualTo(Encode(right)));
    }

    /// <summary>The coordinates stay in their bounds however long a chain is.</summary>
    [Test]
    public void AddAndDouble_InALongChain_StayRight()
    {
        Random random = new(7);
        G2Scratch scratch = default;
        ReferenceTwist.Affine step = ReferenceTwist.RandomPoint(random);
        G2Point one = Decode(step);
        G2Point point = one;
        ReferenceTwist.Affine? reference = step;
        for (int i = 0; i < 600; i++)
        {
            if (random.Next(2) == 0)
            {
                point.Double(ref scratch);
                reference = ReferenceTwist.Add(reference, reference);
            }
            else
            {
                point.Add(in one, ref scratch);
                reference = ReferenceTwist.Add(reference, step);
            }
        }

        Assert.That(Encode(point), Is.EqualTo(ReferenceTwist.Encode(reference)));
    }

    private static void AssertSum(ReferenceTwist.Affine? left, ReferenceTwist.Affine? right)
    {
        G2Point sum = Decode(left);
        G2Point other = Decode(right);
        G2Scratch scratch = default;
        sum.Add(in other, ref scratch);
        ReferenceTwist.Affine? expected = ReferenceTwist.Add(left, right);
        Assert.That(sum.IsInfinity, Is.EqualTo(expected is null));
        Assert.That(Encode(sum), Is.EqualTo(ReferenceTwist.Encode(expected)));
    }

    private static G2Point Decode(ReferenceTwist.Affine? point)
    {
        Assert.That(
            G2Codec.TryDecode(ReferenceTwist.Encode(point), out G2Point decoded),
            Is.EqualTo(point is null ? PointValidity.Infinity : PointValidity.Valid));
        return decoded;
    }

    private static byte[] Encode(G2Point point)
    {
        byte[] bytes = new byte[G2Codec.Size];
        G2Codec.Encode(in point, bytes);
        return bytes;
    }
}
