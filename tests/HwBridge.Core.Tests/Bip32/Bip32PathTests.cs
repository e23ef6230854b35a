using HwBridge.Core.Bip32;

namespace HwBridge.Core.Tests.Bip32;

internal sealed class Bip32PathTests
{
    [TestCase("m/44'/60'/12381'/0/0")]
    [TestCase("m/0")]
    [TestCase("m/2147483647'/2147483647")]
    [TestCase("m/1/2/3/4/5/6/7/8/9/10")]
    public void TryParse_ValidPath_PrintsTheSame(string text)
    {
        Assert.That(Bip32Path.TryParse(text, out Bip32Path? path), Is.True);
        Assert.That(path!.ToString(), Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("m")]
    [TestCase("m/")]
    [TestCase("44'/60'")]
    [TestCase("m/2147483648")]
    [TestCase("m/-1")]
    [TestCase("m/1''")]
    [TestCase("m/1h")]
    [TestCase("m/1 /2")]
    [TestCase("m/1/2/3/4/5/6/7/8/9/10/11")]
    public void TryParse_AnythingElse_IsFalse(string? text) => Assert.That(Bip32Path.TryParse(text, out _), Is.False);

    [Test]
    public void Equals_SameIndices_IsTrue()
    {
        Bip32Path left = Parse("m/44'/60'");
        Bip32Path right = Parse("m/44'/60'");

        Assert.That(left, Is.EqualTo(right));
        Assert.That(left.GetHashCode(), Is.EqualTo(right.GetHashCode()));
        Assert.That(left, Is.Not.EqualTo(Parse("m/44/60")));
    }

    private static Bip32Path Parse(string text) => Bip32Path.TryParse(text, out Bip32Path? path) ? path : throw new FormatException(text);
}
