using System.Numerics;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.G2;
using Fp2 = HwBridge.Core.Tests.Bls.ReferenceTwist.Fp2;

namespace HwBridge.Core.Tests.Bls;

internal sealed class G2HashTests
{
    private static IEnumerable<TestCaseData> HashCases()
    {
        JsonElement suite = Suite("hash_to_g2.json");
        string tag = suite.GetProperty("tag").GetString()!;
        return suite.GetProperty("cases").EnumerateArray()
            .Select((test, number) => new TestCaseData(tag, test).SetArgDisplayNames($"case {number}"));
    }

    private static IEnumerable<TestCaseData> ExpandCases() =>
        Suite("expand_message_xmd.json").GetProperty("cases").EnumerateArray()
            .Select((test, number) => new TestCaseData(test).SetArgDisplayNames($"case {number}"));

    [TestCaseSource(nameof(HashCases))]
    public void HashToG2_OfTheRfcsCases_GivesItsPoints(string tag, JsonElement test)
    {
        byte[] message = Encoding.UTF8.GetBytes(test.GetProperty("message").GetString()!);
        ReferenceTwist.Affine expected = new(Element(test.GetProperty("x")), Element(test.GetProperty("y")));
        byte[] point = new byte[G2Codec.Size];
        Bls12381.Default.HashToG2(message, Encoding.UTF8.GetBytes(tag), point);
        Assert.That(point, Is.EqualTo(ReferenceTwist.Encode(expected)));
    }

    [TestCaseSource(nameof(HashCases))]
    public void ToField_OfTheRfcsCases_GivesItsElements(string tag, JsonElement test)
    {
        byte[] message = Encoding.UTF8.GetBytes(test.GetProperty("message").GetString()!);
        Fp2Pair elements = default;
        G2Hash.ToField(message, Encoding.UTF8.GetBytes(tag), ref elements);
        JsonElement[] u = [.. test.GetProperty("u").EnumerateArray()];
        Assert.That(u, Has.Length.EqualTo(2));
        Assert.That(Read(in elements, 0), Is.EqualTo(Element(u[0])));
        Assert.That(Read(in elements, 2), Is.EqualTo(Element(u[1])));
    }

    [TestCaseSource(nameof(ExpandCases))]
    public void Fill_OfTheRfcsCases_GivesItsBytes(JsonElement test)
    {
        byte[] expected = Convert.FromHexString(test.GetProperty("uniform").GetString()!);
        byte[] uniform = new byte[expected.Length];
        ExpandMessage.Fill(
            Encoding.UTF8.GetBytes(test.GetProperty("message").GetString()!),
            Encoding.UTF8.GetBytes(test.GetProperty("tag").GetString()!),
            uniform);
        Assert.That(uniform, Is.EqualTo(expected));
    }

    [Test]
    public void Fill_WithoutATagOrBeyond255Blocks_IsRefused()
    {
        Assert.That(() => ExpandMessage.Fill("abc"u8, default, new byte[32]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ExpandMessage.Fill("abc"u8, "tag"u8, new byte[(255 * 32) + 1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void ToCurve_OfAnyElements_IsTheMapOfTheRfc(int seed)
    {
        Random random = new(seed);
        AssertMap(ReferenceTwist.RandomElement(random), ReferenceTwist.RandomElement(random));
    }

    [Test]
    public void ToCurve_OfElementsAtTheEdges_IsTheMapOfTheRfc()
    {
        BigInteger[] parts = [0, 1, 2, ReferenceCurve.P - 1, (ReferenceCurve.P - 1) / 2];
        Fp2[] elements = [.. parts.SelectMany(c0 => parts.Select(c1 => Fp2.Of(c0, c1)))];
        foreach (Fp2 element in elements)
        {
            AssertMap(element, Fp2.Of(0));
            AssertMap(Fp2.Of(7), element);
        }
    }

    private static void AssertMap(Fp2 left, Fp2 right)
    {
        Fp2Pair elements = Write(left, right);
        G2Map.ToCurve(in elements, out G2Point first, out G2Point second);
        Assert.That(Encode(first), Is.EqualTo(ReferenceTwist.Encode(ReferenceMap.ToCurve(left))), $"{left}");
        Assert.That(Encode(second), Is.EqualTo(ReferenceTwist.Encode(ReferenceMap.ToCurve(right))), $"{right}");
    }

    private static Fp2Pair Write(Fp2 left, Fp2 right) => new()
    {
        Lanes = LaneValues.Lanes([.. new[] { left.C0, left.C1, right.C0, right.C1 }
            .Select(value => value * LaneValues.Montgomery % ReferenceCurve.P)]),
    };

    private static Fp2 Read(ref readonly Fp2Pair pair, int lane)
    {
        BigInteger inverse = ReferenceCurve.Invert(LaneValues.Montgomery);
        return Fp2.Of(LaneValues.Value(in pair.Lanes, lane) * inverse, LaneValues.Value(in pair.Lanes, lane + 1) * inverse);
    }

    private static byte[] Encode(G2Point point)
    {
        byte[] bytes = new byte[G2Codec.Size];
        G2Codec.Encode(in point, bytes);
        return bytes;
    }

    private static Fp2 Element(JsonElement element) =>
        Fp2.Of(ReferenceCurve.Hex(element[0].GetString()!), ReferenceCurve.Hex(element[1].GetString()!));

    private static JsonElement Suite(string name) => RepositoryFiles.Json("tests", "HwBridge.Core.Tests", "Data", "Rfc9380", name);
}
