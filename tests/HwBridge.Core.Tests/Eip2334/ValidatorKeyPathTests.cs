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
        !ValidatorKeyPath.TryParse(text, out ValidatorKeyPath? path) || path.ToString() == text;

    [FsCheck.NUnit.Property]
    public bool Equals_OfTheSameIndices_HoldsWithTheHash(uint index) =>
        ValidatorKeyPath.TryParse($"m/12381/3600/{index}/0/0", out ValidatorKeyPath? path)
        && path.Equals(ValidatorKeyPath.Signing(index))
        && path.GetHashCode() == ValidatorKeyPath.Signing(index).GetHashCode();
}
