using HwBridge.Core.Eip2334;

namespace HwBridge.Core.Tests.Eip2334;

internal sealed class ValidatorKeyPathTests
{
    [TestCase("m/12381/3600/0")]
    [TestCase("m/12381/3600/0/0")]
    [TestCase("m/12381/3600/7/0/0")]
    [TestCase("m/12381/3600/4294967295/0/0")]
    [TestCase("m/12381/3600/1/2/3/4/5/6/7/8")]
    public void TryParse_OfAPath_GivesItBack(string text)
    {
        Assert.That(ValidatorKeyPath.TryParse(text, out ValidatorKeyPath? path), Is.True);
        Assert.That(path!.ToString(), Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("m")]
    [TestCase("m/")]
    [TestCase("m/12381/3600")]
    [TestCase("M/12381/3600/0/0/0")]
    [TestCase("12381/3600/0/0/0")]
    [TestCase("/m/12381/3600/0/0/0")]
    [TestCase("m/12381/3600/0/0/0/")]
    [TestCase("m/12381/3600//0/0")]
    [TestCase("m/12381/3600/0'/0/0")]
    [TestCase("m/12381/3600/0h/0/0")]
    [TestCase("m/12381/3600/4294967296/0/0")]
    [TestCase("m/12381/3600/-1/0/0")]
    [TestCase("m/12381/3600/+1/0/0")]
    [TestCase("m/12381/3600/ 1/0/0")]
    [TestCase("m/12381/3600/01/0/0")]
    [TestCase("m/12381/3600/٣/0/0")]
    [TestCase("m/12381/60/0/0/0")]
    [TestCase("m/44/3600/0/0/0")]
    [TestCase("m/12381/3600/1/2/3/4/5/6/7/8/9")]
    [TestCase("m/12381/3600/0/0/0\n")]
    public void TryParse_OfAnythingElse_IsRefused(string? text) => Assert.That(ValidatorKeyPath.TryParse(text, out _), Is.False);

    [TestCase(null, "must begin with m/")]
    [TestCase("12381/3600/0/0/0", "must begin with m/")]
    [TestCase("M/12381/3600/0/0/0", "must begin with m/")]
    [TestCase("m", "ends too early: m/12381/3600/ and an index are the least")]
    [TestCase("m/12381", "ends too early: m/12381/3600/ and an index are the least")]
    [TestCase("m/12381/3600", "ends too early: m/12381/3600/ and an index are the least")]
    [TestCase("m/12381/3600/", "has an empty part (part 3 after m/)")]
    [TestCase("m/12381/3600/7//0", "has an empty part (part 4 after m/)")]
    [TestCase("m/12381'/3600'/0/0/0", "has a hardened part (part 1 after m/)")]
    [TestCase("m/12381/3600/0'/0/0", "has a hardened part (part 3 after m/)")]
    [TestCase("m/12381/3600/0/0/0h", "has a hardened part (part 5 after m/)")]
    [TestCase("m/12381/3600/0/0H/0", "has a hardened part (part 4 after m/)")]
    [TestCase("m/12381/3600/4294967296/0/0", "has a part that is no number below 2^32 (part 3 after m/)")]
    [TestCase("m/12381/3600/01/0/0", "has a part that is no number below 2^32 (part 3 after m/)")]
    [TestCase("m/44/60/0/0/0", "must have the purpose 12381 (part 1 after m/)")]
    [TestCase("m/12381/60/0/0/0", "must have the coin type 3600 (part 2 after m/)")]
    [TestCase("m/12381/3600/1/2/3/4/5/6/7/8/9", "has more than 10 parts after m/")]
    public void TryParse_OfAnythingElse_SaysWhatAndWhere(string? text, string expected)
    {
        Assert.That(ValidatorKeyPath.TryParse(text, out _, out string? refusal), Is.False);
        Assert.That(refusal, Is.EqualTo(expected));
    }

    [Test]
    public void SigningAndWithdrawal_OfAnIndex_AreTheStandardsPaths()
    {
        Assert.That(ValidatorKeyPath.Signing(5).ToString(), Is.EqualTo("m/12381/3600/5/0/0"));
        Assert.That(ValidatorKeyPath.Withdrawal(5).ToString(), Is.EqualTo("m/12381/3600/5/0"));
        Assert.That(ValidatorKeyPath.Signing(5).ValidatorIndex, Is.EqualTo(5));
        Assert.That(ValidatorKeyPath.Signing(5), Is.Not.EqualTo(ValidatorKeyPath.Withdrawal(5)));
    }

    [FsCheck.NUnit.Property]
    public bool TryParse_OfAnyText_RefusesOrGivesItBack(string text) =>
        ValidatorKeyPath.TryParse(text, out ValidatorKeyPath? path, out string? refusal)
        ? path.ToString() == text && refusal is null
        : path is null && refusal.Length > 0;

    [FsCheck.NUnit.Property]
    public bool Equals_OfTheSameIndices_HoldsWithTheHash(uint index) =>
        ValidatorKeyPath.TryParse($"m/12381/3600/{index}/0/0", out ValidatorKeyPath? path)
        && path.Equals(ValidatorKeyPath.Signing(index))
        && path.GetHashCode() == ValidatorKeyPath.Signing(index).GetHashCode();
}
