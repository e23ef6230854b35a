using System.Text;
using FsCheck;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Tests.Bls;

/// <summary>Bytes and texts that come from anywhere: a point or the reason against it, never an exception.</summary>
public sealed class PointFuzzTests
{
    private static readonly byte[][] Keys = Originals("deserialization_G1", "pubkey");
    private static readonly byte[][] Signatures = Originals("deserialization_G2", "signature");
    private static readonly byte[][] Texts = [.. Keys.Select(static key => Encoding.UTF8.GetBytes("0x" + Convert.ToHexStringLower(key)))];

    [FsCheck.NUnit.Property(MaxTest = 10_000)]
    public Property TryDecode_MutatedPublicKey_GivesAPointOrAReason() => ParserFuzz.Survives(Keys, static bytes =>
    {
        PointValidity validity = BlsPublicKey.TryDecode(bytes, out BlsPublicKey key);
        byte[] encoded = new byte[BlsPublicKey.Size];
        key.CopyTo(encoded);
        Assert.That(encoded, Is.EqualTo(validity == PointValidity.Valid ? bytes : new byte[BlsPublicKey.Size]));
        Assert.That(validity == PointValidity.WrongLength, Is.EqualTo(bytes.Length != BlsPublicKey.Size));
    });

    [FsCheck.NUnit.Property(MaxTest = 10_000)]
    public Property TryDecode_MutatedSignature_GivesAPointOrAReason() => ParserFuzz.Survives(Signatures, static bytes =>
    {
        PointValidity validity = BlsSignature.TryDecode(bytes, out BlsSignature signature);
        byte[] encoded = new byte[BlsSignature.Size];
        signature.CopyTo(encoded);
        Assert.That(encoded, Is.EqualTo(validity == PointValidity.Valid ? bytes : new byte[BlsSignature.Size]));
        Assert.That(validity == PointValidity.WrongLength, Is.EqualTo(bytes.Length != BlsSignature.Size));
    });

    [FsCheck.NUnit.Property(MaxTest = 10_000)]
    public Property TryParse_MutatedPublicKey_GivesAPointOrAReason() => ParserFuzz.Survives(Texts, static bytes =>
    {
        string text = Encoding.Latin1.GetString(bytes);
        PointValidity validity = BlsPublicKey.TryParse(text, out BlsPublicKey key);
        Assert.That(validity == PointValidity.Valid, Is.EqualTo(key != default));
        Assert.That(validity != PointValidity.Valid || text.EndsWith(key.ToString()[2..], StringComparison.OrdinalIgnoreCase), Is.True);
    });

    private static byte[][] Originals(string handler, string member) =>
        [.. RepositoryFiles.Json("tests", "HwBridge.Core.Tests", "Data", "Bls", "EthereumSuite", $"{handler}.json").EnumerateObject()
            .Select(test => Convert.FromHexString(test.Value.GetProperty("input").GetProperty(member).GetString()![2..]))];
}
