using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

public sealed class TrezorPassphraseTests
{
    [TestCase("", "")]
    [TestCase("hwbridge", "hwbridge")]
    [TestCase(" two words ", " two words ")]
    [TestCase("é", "e\u0301")]
    [TestCase("Å①ﬁ", "A\u030a1fi")]
    [TestCase("\u1e9b\u0323", "s\u0323\u0307")]
    public void Normalize_Text_IsNfkd(string typed, string expected)
    {
        using SecretBuffer normal = TrezorPassphrase.Normalize(Encoding.UTF8.GetBytes(typed));
        Assert.That(Encoding.UTF8.GetString(normal.Span), Is.EqualTo(expected));
    }

    [Test]
    public void Normalize_AnyText_IsTheFrameworksOrTooLong() =>
        Prop.ForAll(Gen.Elements("a", "é", "Å", "ﬁ", "日", "한", "😀", "\u0301", "\ufdfa", " ").ArrayOf().ToArbitrary(), parts =>
        {
            string typed = string.Concat(parts);
            byte[] expected = Encoding.UTF8.GetBytes(typed.Normalize(NormalizationForm.FormKD));
            try
            {
                using SecretBuffer normal = TrezorPassphrase.Normalize(Encoding.UTF8.GetBytes(typed));
                Assert.That(normal.Span.ToArray(), Is.EqualTo(expected));
            }
            catch (FaultException fault) when (fault.Fault == Fault.BadInput)
            {
                Assert.That(expected, Has.Length.GreaterThan(TrezorPassphrase.MaxLength));
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Normalize_FiftyBytes_AreTakenAndOneMoreIsNot()
    {
        using SecretBuffer longest = TrezorPassphrase.Normalize(Encoding.ASCII.GetBytes(new string('p', 50)));
        Assert.That(longest.Length, Is.EqualTo(50));
        Assert.That(() => TrezorPassphrase.Normalize(Encoding.ASCII.GetBytes(new string('p', 51))), ThrowsBadInput());
        Assert.That(() => TrezorPassphrase.Normalize(new byte[1_000_000]), ThrowsBadInput());
    }

    [TestCase("ff")]
    [TestCase("c3")]
    [TestCase("eda080")]
    [TestCase("c080")]
    [TestCase("efbfbe", TestName = "U+FFFE")]
    public void Normalize_NoUtf8_IsAFaultThatDoesNotShowIt(string hex) =>
        Assert.That(
            () => TrezorPassphrase.Normalize(Convert.FromHexString(hex)),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput).And.InnerException.Null);

    private static NUnit.Framework.Constraints.EqualConstraint<Fault> ThrowsBadInput() =>
        Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput);
}
