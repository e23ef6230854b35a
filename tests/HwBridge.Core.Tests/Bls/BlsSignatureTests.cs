using System.Numerics;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.G2;
using Fp2 = HwBridge.Core.Tests.Bls.ReferenceTwist.Fp2;

namespace HwBridge.Core.Tests.Bls;

internal sealed class BlsSignatureTests
{
    private static readonly byte[] Generator = ReferenceTwist.Encode(ReferenceTwist.G);

    private static byte[] Infinity => [0xc0, .. new byte[95]];

    [Test]
    public void TryDecode_OfBothSigns_IsValid()
    {
        byte[] other = [.. Generator];
        other[0] ^= 0x20;
        foreach (byte[] bytes in new[] { Generator, other })
        {
            Assert.That(BlsSignature.TryDecode(bytes, out BlsSignature signature), Is.EqualTo(PointValidity.Valid));
            Assert.That(Bytes(signature), Is.EqualTo(bytes));
            Assert.That(signature.ToString(), Is.EqualTo("0x" + Convert.ToHexStringLower(bytes)));
        }
    }

    [Test]
    public void TryDecode_OfEveryFlagCombination_TakesCompressedPointsOnly([Range(0, 7)] int flags)
    {
        byte[] bytes = [.. Generator];
        bytes[0] = (byte)((bytes[0] & 0x1f) | (flags << 5));
        PointValidity expected = flags is 0b100 or 0b101 ? PointValidity.Valid : PointValidity.NotCanonical;
        Assert.That(BlsSignature.TryDecode(bytes, out _), Is.EqualTo(expected));
    }

    [Test]
    public void TryDecode_OfInfinity_IsInfinityInItsOneEncodingOnly()
    {
        Assert.That(BlsSignature.TryDecode(Infinity, out _), Is.EqualTo(PointValidity.Infinity));
        for (int bit = 0; bit < 8 * BlsSignature.Size; bit++)
        {
            byte[] other = Infinity;
            other[bit / 8] ^= (byte)(0x80 >> (bit % 8));

            // Without the infinity flag x is 0, and 4 + 4u is no square.
            PointValidity expected = bit == 1 ? PointValidity.NotOnCurve : PointValidity.NotCanonical;
            Assert.That(BlsSignature.TryDecode(other, out _), Is.EqualTo(expected), $"bit {bit}");
        }
    }

    [Test]
    public void TryDecode_OfACoordinateAtOrAboveP_IsNotCanonical()
    {
        foreach (BigInteger value in new[] { ReferenceCurve.P, ReferenceCurve.P + 1, (BigInteger.One << 381) - 1 })
        {
            byte[] bytes = [.. ReferenceCurve.ToBytes(value, 48), .. Generator[48..]];
            bytes[0] |= 0x80;
            Assert.That(BlsSignature.TryDecode(bytes, out _), Is.EqualTo(PointValidity.NotCanonical));
            bytes = [.. Generator[..48], .. ReferenceCurve.ToBytes(value, 48)];
            Assert.That(BlsSignature.TryDecode(bytes, out _), Is.EqualTo(PointValidity.NotCanonical));
        }

        // The flags belong to the first coordinate only, and the generator's second one plus p still has 48 bytes.
        foreach (byte flag in (byte[])[0x20, 0x40, 0x80])
        {
            byte[] bytes = [.. Generator];
            bytes[48] |= flag;
            Assert.That(BlsSignature.TryDecode(bytes, out _), Is.EqualTo(PointValidity.NotCanonical));
        }

        byte[] second = [.. Generator[..48], .. ReferenceCurve.ToBytes(ReferenceTwist.G.X.C0 + ReferenceCurve.P, 48)];
        Assert.That(BlsSignature.TryDecode(second, out _), Is.EqualTo(PointValidity.NotCanonical));
    }

    [TestCase(0)]
    [TestCase(48)]
    [TestCase(95)]
    [TestCase(97)]
    [TestCase(192)]
    public void TryDecode_OfAnotherLength_IsWrongLength(int length) =>
        Assert.That(BlsSignature.TryDecode(new byte[length], out _), Is.EqualTo(PointValidity.WrongLength));

    /// <summary>x whose y² is in Fp: its root is real or imaginary, and its sign is that of the one part that is not 0.</summary>
    [Test]
    public void TryDecode_WhereYHasOnePartOnly_FindsItAndItsSign()
    {
        // The imaginary part of (a + bu)³ + 4 + 4u is 3a²b − b³ + 4.
        HashSet<(bool Real, bool Negative)> seen = [];
        for (BigInteger b = 1; b < 60; b++)
        {
            BigInteger square = ReferenceCurve.Mod(((b * b * b) - 4) * ReferenceCurve.Invert(3 * b), ReferenceCurve.P);
            BigInteger a = BigInteger.ModPow(square, (ReferenceCurve.P + 1) / 4, ReferenceCurve.P);
            if (ReferenceCurve.Mod(a * a, ReferenceCurve.P) != square || ReferenceTwist.Lift(Fp2.Of(a, b)) is not { } smaller)
            {
                continue;
            }

            foreach (ReferenceTwist.Affine point in new[] { smaller, smaller with { Y = -smaller.Y } })
            {
                Assert.That(smaller.Y.C0.IsZero || smaller.Y.C1.IsZero, Is.True);
                byte[] bytes = ReferenceTwist.Encode(point);
                seen.Add((point.Y.C1.IsZero, (bytes[0] & 0x20) != 0));
                Assert.That(G2Codec.TryDecode(bytes, out G2Point decoded), Is.EqualTo(PointValidity.Valid));
                byte[] encoded = new byte[G2Codec.Size];
                G2Codec.Encode(in decoded, encoded);
                Assert.That(encoded, Is.EqualTo(bytes));
                G2Scratch scratch = default;
                decoded.Double(ref scratch);
                G2Codec.Encode(in decoded, encoded);
                Assert.That(encoded, Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.Add(point, point))));
            }
        }

        Assert.That(seen, Has.Count.EqualTo(4));
    }

    /// <summary>Arbitrary bytes, made likely to be a point, never crash and get the reference's verdict.</summary>
    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void TryDecode_OfAnyBytes_AgreesWithTheReference(int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[BlsSignature.Size];
        random.NextBytes(bytes);
        bytes[0] = random.Next(4) == 0 ? bytes[0] : (byte)(0x80 | (bytes[0] & 0x2f));
        bytes[48] = random.Next(4) == 0 ? bytes[48] : (byte)(bytes[48] & 0x0f);
        BigInteger x1 = ReferenceCurve.FromBytes(bytes.AsSpan(0, 48)) & ((BigInteger.One << 381) - 1);
        BigInteger x0 = ReferenceCurve.FromBytes(bytes.AsSpan(48));
        PointValidity expected = (bytes[0] & 0xc0) != 0x80 || x1 >= ReferenceCurve.P || x0 >= ReferenceCurve.P ? PointValidity.NotCanonical
            : ReferenceTwist.Lift(Fp2.Of(x0, x1)) is null ? PointValidity.NotOnCurve
            : PointValidity.NotInSubgroup;
        Assert.That(BlsSignature.TryDecode(bytes, out BlsSignature signature), Is.EqualTo(expected));
        Assert.That(signature, Is.EqualTo(default(BlsSignature)));
    }

    /// <summary>A bit of a signature changed: never valid as itself, never a crash.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void TryDecode_OfADamagedSignature_NeverGivesTheSameOne(ushort bit)
    {
        byte[] bytes = [.. Generator];
        bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
        PointValidity validity = BlsSignature.TryDecode(bytes, out BlsSignature signature);
        Assert.That(validity == PointValidity.Valid, Is.EqualTo(signature != default));
        Assert.That(validity == PointValidity.Valid, Is.EqualTo((bytes[0] ^ Generator[0]) == 0x20));
    }

    [FsCheck.NUnit.Property(MaxTest = 10)]
    public void Sign_WithAnyKey_IsTheMultipleOfTheMessagesPoint(byte[] seed, byte[] message)
    {
        BigInteger scalar = (ReferenceCurve.FromBytes(SHA256.HashData(seed)) % (ReferenceCurve.R - 1)) + 1;
        using BlsSecretKey key = Key(scalar);
        BlsSignature signature = key.Sign(message);
        ReferenceTwist.Affine? point = Hash(message, BlsSignature.Suite);
        Assert.That(Bytes(signature), Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.Multiply(scalar, point))));
        Assert.That(BlsSignature.TryDecode(Bytes(signature), out BlsSignature decoded), Is.EqualTo(PointValidity.Valid));
        Assert.That(decoded == signature && decoded.GetHashCode() == signature.GetHashCode(), Is.True);
    }

    [Test]
    public void ProvePossession_OfAKey_SignsItsPublicKeyUnderATagOfItsOwn()
    {
        using BlsSecretKey key = Key(12345);
        byte[] publicKey = new byte[BlsPublicKey.Size];
        key.GetPublicKey().CopyTo(publicKey);
        BlsSignature proof = key.ProvePossession();
        ReferenceTwist.Affine? point = Hash(publicKey, BlsSignature.PossessionSuite);
        Assert.That(Bytes(proof), Is.EqualTo(ReferenceTwist.Encode(ReferenceTwist.Multiply(12345, point))));
        Assert.That(proof != key.Sign(publicKey), Is.True);
    }

    [Test]
    public void Aggregate_OfSignaturesOfOneMessage_IsTheSignatureOfTheSumOfTheKeys()
    {
        BigInteger[] scalars = [3, 4, 4, 100];
        BlsSignature[] signatures = [.. scalars.Select(Sign)];
        Assert.That(BlsSignature.Aggregate(signatures), Is.EqualTo(Sign(111)));
        Assert.That(BlsSignature.Aggregate([Sign(7)]), Is.EqualTo(Sign(7)));
        Assert.That(Bytes(BlsSignature.Aggregate([Sign(7), Sign(ReferenceCurve.R - 7)])), Is.EqualTo(Infinity));

        static BlsSignature Sign(BigInteger scalar)
        {
            using BlsSecretKey key = Key(scalar);
            return key.Sign("a message"u8);
        }
    }

    [Test]
    public void AddPublicKeysAndSignatures_WithInfinityAmongThem_AddNothingForIt()
    {
        byte[] sum = new byte[BlsSignature.Size];
        Bls12381.Default.AddSignatures([.. Infinity, .. Generator, .. Infinity], sum);
        Assert.That(sum, Is.EqualTo(Generator));
        Bls12381.Default.AddSignatures([.. Infinity, .. Infinity], sum);
        Assert.That(sum, Is.EqualTo(Infinity));

        byte[] infinity = [0xc0, .. new byte[47]];
        byte[] one = ReferenceCurve.Encode(ReferenceCurve.G);
        byte[] minusOne = [(byte)(one[0] ^ 0x20), .. one[1..]];
        sum = new byte[BlsPublicKey.Size];
        Bls12381.Default.AddPublicKeys([.. one, .. infinity, .. one], sum);
        Assert.That(sum, Is.EqualTo(ReferenceCurve.Encode(ReferenceCurve.Multiply(2, ReferenceCurve.G))));
        Bls12381.Default.AddPublicKeys([.. one, .. minusOne], sum);
        Assert.That(sum, Is.EqualTo(infinity));
    }

    [Test]
    public void AddPublicKeysAndSignatures_OfWhatNobodyValidated_AreRefused()
    {
        ManagedBls12381 bls = new();
        byte[] sum = new byte[BlsSignature.Size];
        Assert.That(() => bls.AddSignatures([.. Generator, .. new byte[96]], sum), Throws.ArgumentException);
        Assert.That(() => bls.AddPublicKeys(new byte[48], sum), Throws.ArgumentException);
    }

    private static BlsSecretKey Key(BigInteger scalar)
    {
        Assert.That(BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(scalar, 32), out BlsSecretKey? key), Is.True);
        return key!;
    }

    /// <summary>The message's point from its two elements, the rest with the reference.</summary>
    private static ReferenceTwist.Affine? Hash(byte[] message, ReadOnlySpan<byte> tag)
    {
        byte[] uniform = new byte[4 * 64];
        ExpandMessage.Fill(message, tag, uniform);
        BigInteger[] u = [.. uniform.Chunk(64).Select(bytes => ReferenceCurve.FromBytes(bytes))];
        ReferenceTwist.Affine? sum = ReferenceTwist.Add(ReferenceMap.ToCurve(Fp2.Of(u[0], u[1])), ReferenceMap.ToCurve(Fp2.Of(u[2], u[3])));
        return ReferenceTwist.ClearCofactor(sum);
    }

    private static byte[] Bytes(BlsSignature signature)
    {
        byte[] bytes = new byte[BlsSignature.Size];
        signature.CopyTo(bytes);
        return bytes;
    }
}
