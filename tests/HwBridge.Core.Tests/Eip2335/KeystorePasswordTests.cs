using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Eip2335;

public sealed class KeystorePasswordTests
{
    // EIP-2335 § Test Cases; the deposit tool's cases of control characters; Unicode's own examples of NFKD.
    [TestCase("𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑", "7465737470617373776f7264f09f9491")]
    [TestCase("\a\b\t\r\n\u007f", "")]
    [TestCase("a\bc", "6163")]
    [TestCase("with space ", "7769746820737061636520")]
    [TestCase("\u0080x\u0085y\u009fz\u00a0", "78797a20")]
    [TestCase("ü", "75cc88")]
    [TestCase("u\u0308", "75cc88")]
    [TestCase("ﬁ", "6669")]
    [TestCase("각", "e18480e185a1e186a8")]
    [TestCase("\u212b", "41cc8a")]
    [TestCase("\ufdfa", "d8b5d984d98920d8a7d984d984d98720d8b9d984d98ad98720d988d8b3d984d985")]
    [TestCase("", "")]
    public void Normalize_Standard_IsNfkdWithoutControlCodes(string typed, string expected)
    {
        Assert.That(Normalize(typed, PasswordForm.Standard), Is.EqualTo(expected));
    }

    // The first line is a case of go-eth2-wallet-encryptor-keystorev4's own tests of its old rule.
    [TestCase("üöüöäöüöü", "uouoaouou")]
    [TestCase("contraseña", "contrasena")]
    [TestCase("각", "\u1100")]
    [TestCase("ﬁ𝔱🔑\u0001", "fit🔑")]
    [TestCase("a\u0345\u0301\u0323b", "ab")]
    [TestCase("🧑\u200d🚀", "🧑\u200d🚀")]
    [TestCase("plain", "plain")]
    public void Normalize_MarksDropped_KeepsTheFirstRuneOfEachSegment(string typed, string expected)
    {
        Assert.That(Normalize(typed, PasswordForm.MarksDropped), Is.EqualTo(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(expected))));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Normalize_AnyText_IsWhatTheFrameworkSaysOfStrings() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        // Lone surrogates are no UTF-8, U+FFFE is no character: the faults below have them.
        string typed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get)).Replace("\ufffe", string.Empty, StringComparison.Ordinal);
        string expected = new([.. typed.Normalize(NormalizationForm.FormKD).Where(static c => !char.IsControl(c))]);
        Assert.That(Normalize(typed, PasswordForm.Standard), Is.EqualTo(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(expected))));
    });

    [Test]
    public void Normalize_EveryLetterWithAMark_AgreesWithTheFrameworkAboutMarks()
    {
        // Of Latin, Greek and Cyrillic letters with marks, dropping marks leaves the letters: nothing with a mark is left to drop.
        for (char letter = '\u00c0'; letter < '\u0530'; letter++)
        {
            string decomposed = letter.ToString().Normalize(NormalizationForm.FormKD);
            bool Stays(char c, int i) => i == 0 || CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark;
            string expected = new([.. decomposed.Where(Stays)]);
            Assert.That(
                Normalize(letter.ToString(), PasswordForm.MarksDropped),
                Is.EqualTo(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(expected))));
        }
    }

    [TestCase("70ff", "byte 1")]
    [TestCase("eda080", "byte 0")]
    [TestCase("61efbfbe", "no character")]
    public void Normalize_NotText_IsBadInput(string hex, string said)
    {
        FaultException fault = Assert.Throws<FaultException>(
            () => KeystorePassword.Normalize(Convert.FromHexString(hex), PasswordForm.Standard))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(said));
    }

    [TestCase(KeystorePassword.MaxLength, false)]
    [TestCase(KeystorePassword.MaxLength + 1, true)]
    public void Normalize_Length_IsBounded(int length, bool refused)
    {
        byte[] password = new byte[length];
        password.AsSpan().Fill((byte)'x');
        Assert.That(
            () => KeystorePassword.Normalize(password, PasswordForm.Standard).Dispose(),
            refused ? Throws.TypeOf<FaultException>() : Throws.Nothing);
    }

    [Test]
    public void Normalize_AllPaths_LeaveNoSecretMemory()
    {
        int before = SecretBuffer.LiveCount;
        Normalize("ascii", PasswordForm.Standard);
        Normalize("ünïcödé", PasswordForm.MarksDropped);
        Assert.That(() => KeystorePassword.Normalize([0x61, 0xff], PasswordForm.Standard), Throws.TypeOf<FaultException>());
        Assert.That(() => KeystorePassword.Normalize([0xef, 0xbf, 0xbe], PasswordForm.Standard), Throws.TypeOf<FaultException>());
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    private static string Normalize(string typed, PasswordForm form)
    {
        using SecretBuffer normalized = KeystorePassword.Normalize(Encoding.UTF8.GetBytes(typed), form);
        return Convert.ToHexStringLower(normalized.Span);
    }
}
