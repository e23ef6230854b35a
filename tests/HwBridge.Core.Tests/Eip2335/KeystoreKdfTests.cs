using System.Text;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Tests.Eip2335;

public sealed class KeystoreKdfTests
{
    // RFC 7914 § 12, the first 32 bytes of each.
    private static readonly TestCaseData[] ScryptVectors =
    [
        new("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
        new("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
        new("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
    ];

    [TestCaseSource(nameof(ScryptVectors))]
    public void Derive_ScryptOfRfc7914_GivesItsKeys(string password, string salt, int n, int r, int p, string expected)
    {
        byte[] key = new byte[32];
        NativeScrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), new ScryptKdf(n, r, p), key);
        Assert.That(Convert.ToHexStringLower(key), Is.EqualTo(expected));
    }

    // RFC 7914 § 11, the first 32 bytes of each.
    [TestCase("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")]
    [TestCase("Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56")]
    public void Derive_Pbkdf2OfRfc7914_GivesItsKeys(string password, string salt, int c, string expected)
    {
        byte[] key = new byte[32];
        new Pbkdf2Kdf(c).Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), key);
        Assert.That(Convert.ToHexStringLower(key), Is.EqualTo(expected));
    }

    /// <summary>RFC 7914 § 6: N &lt; 2^(128·r/8); other programs refuse what lies beyond.</summary>
    [Test]
    public void ScryptKdf_LargestNOfTheSmallestR_IsDerivedAndTheNextIsBadInput()
    {
        byte[] key = new byte[32];
        Assert.That(() => new ScryptKdf(1 << 15, 1, 1).Derive("p"u8, "s"u8, key), Throws.Nothing);
        Assert.That(
            () => new ScryptKdf(1 << 16, 1, 1),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput).And.Message.Contains("65536"));
    }

    [TestCase(1, 8, 1)]
    [TestCase(262143, 8, 1)]
    [TestCase(1 << 24, 1, 1)]
    [TestCase(1 << 21, 8, 1)]
    [TestCase(1 << 18, 8, 17)]
    [TestCase(2, 129, 1)]
    [TestCase(2, 1, 129)]
    [TestCase(2, 0, 1)]
    [TestCase(2, 1, 0)]
    [TestCase(int.MinValue, 8, 1)]
    [TestCase(1 << 30, int.MaxValue, int.MaxValue)]
    public void ScryptKdf_BeyondTheBounds_IsBadInput(int n, int r, int p)
    {
        Assert.That(() => new ScryptKdf(n, r, p), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
    }

    [TestCase(2, 1, 1)]
    [TestCase(1 << 20, 8, 4)]
    [TestCase(1 << 18, 8, 16)]
    [TestCase(2, 128, 128)]
    public void ScryptKdf_AtTheBounds_IsTaken(int n, int r, int p)
    {
        ScryptKdf cost = new(n, r, p);
        Assert.That((cost.N, cost.R, cost.P), Is.EqualTo((n, r, p)));
        Assert.That(cost.MemoryBytes, Is.LessThanOrEqualTo((1L << 30) + (1 << 22)));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase((1 << 24) + 1)]
    [TestCase(int.MaxValue)]
    public void Pbkdf2Kdf_BeyondTheBounds_IsBadInput(int c)
    {
        Assert.That(() => new Pbkdf2Kdf(c), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
    }
}
