using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class ScryptStanzaTests
{
    private const string Salt = "AAAAAAAAAAAAAAAAAAAAAA";

    [Test]
    public void TryUnwrap_RightAndWrongPassphrase_OpensAndDoesNot()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        using SecretBuffer passphrase = SecretBuffer.CopyOf("six random words"u8);
        using SecretBuffer wrong = SecretBuffer.CopyOf("six random word"u8);
        AgeStanza stanza = ScryptStanza.Wrap(fileKey, passphrase, workFactor: 4);
        Assert.That(ScryptStanza.TryParse(stanza, out ScryptStanza? parsed), Is.True);
        using SecretBuffer? opened = parsed!.TryUnwrap(passphrase);
        Assert.That(opened!.ConstantTimeEquals(fileKey.Span), Is.True);
        Assert.That(parsed.TryUnwrap(wrong), Is.Null);
        Assert.That(stanza.Arguments[1], Is.EqualTo("4"));
    }

    [TestCase(Salt, "0", 32)]
    [TestCase(Salt, "021", 32)]
    [TestCase(Salt, "21", 32)]
    [TestCase(Salt, "99999999999", 32)]
    [TestCase(Salt, "-1", 32)]
    [TestCase(Salt, "+4", 32)]
    [TestCase(Salt, "4", 31)]
    [TestCase(Salt, "4", 33)]
    [TestCase("AAAA", "4", 32)]
    [TestCase(Salt + "==", "4", 32)]
    public void TryParse_Malformed_IsRefusedBeforeAnyWork(string salt, string workFactor, int length) => Assert.That(
        () => ScryptStanza.TryParse(new AgeStanza("scrypt", [salt, workFactor], new byte[length]), out _),
        Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.BadInput));

    [Test]
    public void TryParse_AnotherType_IsNotOne() => Assert.That(ScryptStanza.TryParse(new AgeStanza("X25519", [], default), out _), Is.False);
}
