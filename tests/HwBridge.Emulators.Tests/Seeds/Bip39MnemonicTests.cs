using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Seeds;

namespace HwBridge.Emulators.Tests.Seeds;

internal sealed class Bip39MnemonicTests
{
    private const string Abandon = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    // The first and others of the vectors that BIP-39 refers to (passphrase TREZOR).
    [TestCase(
        Abandon,
        "TREZOR",
        "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")]
    [TestCase(
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "TREZOR",
        "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607")]
    [TestCase(
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote",
        "TREZOR",
        "dd48c104698c30cfe2b6142103248622fb7bb0ff692eebb00089b32d22484e1613912f0a5b694407be899ffd31ed3992c456cdf60f5d4564b8ba3f05a69890ad")]
    [TestCase(
        Abandon,
        "",
        "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4")]
    public void DeriveSeed_PublishedVector_Agrees(string words, string passphrase, string seed)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(words);
        using SecretBuffer derived = mnemonic.DeriveSeed(passphrase);

        Assert.That(Convert.ToHexStringLower(derived.Span), Is.EqualTo(seed));
    }

    [Test]
    public void Parse_WhiteSpaceAndUpperCase_GivesTheSameSeed()
    {
        using Bip39Mnemonic plain = Bip39Mnemonic.Parse(Abandon);
        string spaced = Abandon.ToUpperInvariant().Replace(" ", "\t \n", StringComparison.Ordinal);
        using Bip39Mnemonic odd = Bip39Mnemonic.Parse($"\r\n  {spaced}\n");
        using SecretBuffer left = plain.DeriveSeed();
        using SecretBuffer right = odd.DeriveSeed();

        Assert.That(left.ConstantTimeEquals(right.Span), Is.True);
    }

    [Test]
    public void DeriveSeed_ComposedAndDecomposedPassphrase_Agree()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Abandon);
        using SecretBuffer composed = mnemonic.DeriveSeed("caf\u00e9");
        using SecretBuffer decomposed = mnemonic.DeriveSeed("cafe\u0301");

        Assert.That(composed.ConstantTimeEquals(decomposed.Span), Is.True);
    }

    [TestCase("", "0")]
    [TestCase("abandon", "1")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", "checksum")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon zzzz", "word 12")]
    [TestCase("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", "11")]
    public void Parse_BadMnemonic_IsBadInputWithoutTheWords(string words, string what)
    {
        FaultException fault = Assert.Throws<FaultException>(() => Bip39Mnemonic.Parse(words).Dispose())!;

        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(what).And.Not.Contain("zzzz"));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Parse_AnyText_IsAMnemonicOrBadInput(string? text)
    {
        try
        {
            Bip39Mnemonic.Parse(text ?? string.Empty).Dispose();
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        }
    }
}
