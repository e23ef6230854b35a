using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgeRecipientTests
{
    // The example of the age specification § The X25519 recipient type, whose identity is 32 bytes of 0x42.
    private const string SpecificationRecipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    [Test]
    public void Format_SpecificationIdentity_GivesItsRecipient()
    {
        byte[] secret = new byte[32];
        secret.AsSpan().Fill(0x42);
        Assert.That(AgeRecipient.Format(X25519.GetPublicKey(secret)), Is.EqualTo(SpecificationRecipient));
    }

    [Test]
    public void Format_Eip1024Vector_GivesItsRecipient()
    {
        byte[] secret = Convert.FromHexString("7e5374ec2ef0d91761a6e72fdf8f6ac665519bfdf6da0a2329cf0d804514b816");
        X25519PublicKey key = X25519.GetPublicKey(secret);
        Assert.That(Convert.ToBase64String(key.ToArray()), Is.EqualTo("C5YMNdqE4kLgxQhJO1MfuQcHP5hjVSXzamzd/TxlR0U="));
        Assert.That(AgeRecipient.Format(key), Is.EqualTo("age1pwtqcdw6sn3y9cx9ppynk5clhyrsw0ucvd2jtum2dnwl60r9gazsnxvqtz"));
    }

    [FsCheck.NUnit.Property]
    public bool Parse_OfFormat_GivesTheSameKey(Guid left, Guid right)
    {
        X25519PublicKey key = new([.. left.ToByteArray(), .. right.ToByteArray()]);
        return AgeRecipient.Parse(AgeRecipient.Format(key)) == key;
    }

    [TestCase("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", "secret age key")]
    [TestCase("age-secret-key-1gfpyysjz", "secret age key")]
    [TestCase("AGE-PLUGIN-TREZOR-1QQQQ", "identity of an age plugin")]
    [TestCase("age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", "tagged hardware key")]
    [TestCase("AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ", "capitals")]
    [TestCase("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk", "checksum")]
    [TestCase("Age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", "mixes")]
    [TestCase("ssh-ed25519 AAAA", "not Bech32")]
    [TestCase("", "not Bech32")]
    [TestCase("a12uel5l", "does not start with age1")]
    public void Parse_OtherThanAnX25519Recipient_SaysWhatItIs(string text, string cause)
    {
        FaultException fault = Assert.Throws<FaultException>(() => AgeRecipient.Parse(text))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(cause));
        Assert.That(fault.Message + fault.Remedy, Does.Not.Contain("GFPYYSJZ"), "a message must not repeat what may be a secret");
    }

    [TestCase("age1pq", 1216, "post-quantum")]
    [TestCase("age1yubikey", 33, "age-plugin-yubikey")]
    [TestCase("age1sss", 200, "age-plugin-sss")]
    public void Parse_PluginRecipient_NamesTheKind(string prefix, int length, string kind)
    {
        FaultException fault = Assert.Throws<FaultException>(() => AgeRecipient.Parse(Bech32.Encode(prefix, new byte[length])))!;
        Assert.That(fault.Message, Does.Contain(kind).And.Contain("unsupported"));
    }

    [TestCase(31)]
    [TestCase(33)]
    [TestCase(0)]
    public void Parse_WrongNumberOfBytes_IsRefused(int length) =>
        Assert.That(
            () => AgeRecipient.Parse(Bech32.Encode("age", new byte[length])),
            Throws.TypeOf<FaultException>().With.Message.Contain("instead of 32"));
}
