using FsCheck;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class Bech32Tests
{
    // BIP-173 § Test vectors, without the one that only its limit of 90 characters refuses.
    [TestCase("A12UEL5L", "a", 0)]
    [TestCase("a12uel5l", "a", 0)]
    [TestCase("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio", 0)]
    public void Decode_Bip173Vectors_GivesPrefixAndData(string text, string prefix, int length)
    {
        Assert.That(Bech32.Decode(text, out string actualPrefix, out byte[] data), Is.Null);
        Assert.That(actualPrefix, Is.EqualTo(prefix));
        Assert.That(data, Has.Length.EqualTo(length));
    }

    [TestCase("pzry9x0s0muk", "separator")]
    [TestCase("1pzry9x0s0muk", "separator")]
    [TestCase("x1b4n0q5v", "can't occur")]
    [TestCase("li1dgmt3", "separator")]
    [TestCase("A1G7SGD8", "checksum")]
    [TestCase("10a06t8", "separator")]
    [TestCase("1qzzfhee", "separator")]
    [TestCase("a12UEL5L", "mixes")]
    [TestCase("a12uel5", "checksum")]
    [TestCase("\u00201nwldj5", "printable")]
    [TestCase("a12uel5\u212A", "printable")]
    [TestCase("", "separator")]
    public void Decode_Malformed_SaysWhy(string text, string reason) =>
        Assert.That(Bech32.Decode(text, out _, out _), Does.Contain(reason));

    [Test]
    public void Decode_LeftOverBitsNotZero_IsRefused()
    {
        // The same digits with one more character: five bits too many, under a right checksum.
        Assert.That(Bech32.Decode("a1qqmm6mjw", out _, out _), Is.Not.Null);
    }

    [Test]
    public void Decode_LongerThanTheLimit_IsRefused() =>
        Assert.That(Bech32.Decode("a1" + new string('q', Bech32.MaxLength), out _, out _), Does.Contain("longer"));

    [FsCheck.NUnit.Property]
    public bool Decode_OfEncode_GivesTheSameBytes(byte[] data) =>
        Bech32.Decode(Bech32.Encode("age", data), out string prefix, out byte[] decoded) is null
        && prefix == "age"
        && decoded.SequenceEqual(data);

    [FsCheck.NUnit.Property]
    public bool Decode_OneCharacterChanged_IsRefused(byte[] data, PositiveInt where, PositiveInt what)
    {
        char[] text = Bech32.Encode("age", data).ToCharArray();
        int index = where.Get % text.Length;
        char changed = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"[what.Get % 32];
        bool same = text[index] == changed;
        text[index] = changed;
        return same || Bech32.Decode(new string(text), out _, out _) is not null;
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Decode_AnyText_NeverThrows(string? text)
    {
        _ = Bech32.Decode(text ?? string.Empty, out _, out _);
        return true;
    }
}
