using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Emulators.Tests.Seeds;

/// <summary>The published vectors of SLIP-0010 and BIP-32, which lie in Data/ as they were published.</summary>
public sealed class Slip10NodeTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static IEnumerable<TestCaseData> Slip10Vectors() =>
        Load<Slip10Vector>("slip10.json").Select(v => new TestCaseData(v).SetArgDisplayNames(v.Title, v.Path));

    private static IEnumerable<TestCaseData> Bip32Vectors() =>
        Load<Bip32Vector>("bip32.json").Select(v => new TestCaseData(v).SetArgDisplayNames(v.Title, v.Path));

    [TestCaseSource(nameof(Slip10Vectors))]
    public void Derive_PublishedSlip10Vector_GivesPublishedNode(Slip10Vector vector)
    {
        Slip10Curve curve = Enum.Parse<Slip10Curve>(vector.Curve, ignoreCase: true);
        using Slip10Node master = Slip10Node.FromSeed(curve, Convert.FromHexString(vector.Seed));
        using Slip10Node node = master.Derive(DerivationPath.Parse(vector.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToHexStringLower(node.PrivateKey), Is.EqualTo(vector.PrivateKey));
            Assert.That(Convert.ToHexStringLower(node.ChainCode), Is.EqualTo(vector.ChainCode));
            Assert.That(Convert.ToHexStringLower(node.PublicKey), Is.EqualTo(vector.PublicKey));
            Assert.That(node.ParentFingerprint.ToString("x8", CultureInfo.InvariantCulture), Is.EqualTo(vector.ParentFingerprint));
        }
    }

    [TestCaseSource(nameof(Bip32Vectors))]
    public void ToXpub_PublishedBip32Vector_GivesPublishedKeys(Bip32Vector vector)
    {
        using Slip10Node master = Slip10Node.FromSeed(Slip10Curve.Secp256k1, Convert.FromHexString(vector.Seed));
        using Slip10Node node = master.Derive(DerivationPath.Parse(vector.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Base58Check.Encode(ExtendedKeys.Public(node, 0x0488b21e)), Is.EqualTo(vector.Xpub));
            Assert.That(Base58Check.Encode(ExtendedKeys.Private(node, 0x0488ade4)), Is.EqualTo(vector.Xprv));
        }
    }

    [Test]
    public void Child_UnhardenedOnEd25519AndCurve25519_IsBadInput(
        [Values(Slip10Curve.Ed25519, Slip10Curve.Curve25519, Slip10Curve.Ed25519Keccak)] Slip10Curve curve)
    {
        using Slip10Node master = Slip10Node.FromSeed(curve, new byte[64]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Slip10Node.CanDerive(curve, [Slip10Node.Hardened, 0]), Is.False);
            Assert.That(Slip10Node.CanDerive(curve, [Slip10Node.Hardened]), Is.True);
            Assert.That(() => master.Child(0), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
        }
    }

    private static T[] Load<T>(string file) =>
        JsonSerializer.Deserialize<T[]>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", file)), Json)!;

    public sealed record Slip10Vector(
        string Title,
        string Curve,
        string Seed,
        string Path,
        string ParentFingerprint,
        string ChainCode,
        string PrivateKey,
        string PublicKey);

    public sealed record Bip32Vector(string Title, string Seed, string Path, string Xpub, string Xprv);
}
