using HwBridge.Core.Bls;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.G1;

namespace HwBridge.Core.Tests.Bls;

internal sealed class G1PointTests
{
    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void Add_OfAnyPoints_IsTheirSum(int seed)
    {
        Random random = new(seed);
        ReferenceCurve.Affine left = CurvePoint(random);
        ReferenceCurve.Affine right = CurvePoint(random);
        ReferenceCurve.Affine negative = left with { Y = ReferenceCurve.P - left.Y };
        AssertSum(left, right);
        AssertSum(left, left);
        AssertSum(left, negative);
        AssertSum(left, null);
        AssertSum(null, right);
        AssertSum(null, null);
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void Double_OfAnyPoint_IsItsSumWithItself(int seed)
    {
        ReferenceCurve.Affine? reference = CurvePoint(new Random(seed));
        G1Point point = Decode(reference);
        G1Scratch scratch = default;
        for (int i = 0; i < 4; i++)
        {
            point.Double(ref scratch);
            reference = ReferenceCurve.Add(reference, reference);
            Assert.That(Encode(point), Is.EqualTo(ReferenceCurve.Encode(reference)));
        }

        point = G1Point.Infinity;
        point.Double(ref scratch);
        Assert.That(IsInfinity(point), Is.True);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Add_InAnyOrder_IsAssociativeAndCommutative(int seed)
    {
        Random random = new(seed);
        G1Scratch scratch = default;
        G1Point a = Decode(CurvePoint(random));
        G1Point b = Decode(CurvePoint(random));
        G1Point c = Decode(CurvePoint(random));
        G1Point left = a;
        left.Add(in b, ref scratch);
        left.Add(in c, ref scratch);
        G1Point right = c;
        right.Add(in b, ref scratch);
        right.Add(in a, ref scratch);
        Assert.That(Encode(left), Is.EqualTo(Encode(right)));
    }

    /// <summary>The coordinates stay in their bounds however long a chain is.</summary>
    [Test]
    public void AddAndDouble_InALongChain_StayRight()
    {
        Random random = new(7);
        G1Scratch scratch = default;
        ReferenceCurve.Affine step = CurvePoint(random);
        G1Point one = Decode(step);
        G1Point point = one;
        ReferenceCurve.Affine? reference = step;
        for (int i = 0; i < 600; i++)
        {
            if (random.Next(2) == 0)
            {
                point.Double(ref scratch);
                reference = ReferenceCurve.Add(reference, reference);
            }
            else
            {
                point.Add(in one, ref scratch);
                reference = ReferenceCurve.Add(reference, step);
            }
        }

        Assert.That(Encode(point), Is.EqualTo(ReferenceCurve.Encode(reference)));
    }

    private static void AssertSum(ReferenceCurve.Affine? left, ReferenceCurve.Affine? right)
    {
        G1Point sum = Decode(left);
        G1Point other = Decode(right);
        G1Scratch scratch = default;
        sum.Add(in other, ref scratch);
        ReferenceCurve.Affine? expected = ReferenceCurve.Add(left, right);
        Assert.That(IsInfinity(sum), Is.EqualTo(expected is null));
        if (expected is not null)
        {
            Assert.That(Encode(sum), Is.EqualTo(ReferenceCurve.Encode(expected)));
        }
    }

    /// <summary>A point of the curve, hardly ever of the subgroup.</summary>
    private static ReferenceCurve.Affine CurvePoint(Random random)
    {
        byte[] bytes = new byte[48];
        while (true)
        {
            random.NextBytes(bytes);
            if (ReferenceCurve.Lift(ReferenceCurve.FromBytes(bytes) % ReferenceCurve.P) is { } point)
            {
                return random.Next(2) == 0 ? point : point with { Y = ReferenceCurve.P - point.Y };
            }
        }
    }

    private static G1Point Decode(ReferenceCurve.Affine? point)
    {
        Assert.That(
            G1Codec.TryDecode(ReferenceCurve.Encode(point), out G1Point decoded),
            Is.EqualTo(point is null ? PointValidity.Infinity : PointValidity.Valid));
        return decoded;
    }

    private static byte[] Encode(G1Point point)
    {
        byte[] bytes = new byte[G1Codec.Size];
        G1Codec.Encode(in point, bytes);
        return bytes;
    }

    private static bool IsInfinity(G1Point point) => (FpCodec.ZeroLanes(in point.Xyz) & 0b111) == 0b101;
}
