using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.Pairing;

namespace HwBridge.Core.Tests.Bls;

/// <summary>What the managed verification does with what nobody should hand in, and with errors that cancel each other out.</summary>
internal sealed class SignatureVerificationTests
{
    private static readonly byte[] InfiniteKey = [0xc0, .. new byte[BlsPublicKey.Size - 1]];
    private static readonly byte[] InfiniteSignature = [0xc0, .. new byte[BlsSignature.Size - 1]];

    [Test]
    public void VerifyBatch_OfErrorsThatCancelOut_IsFalseThoughTheSumIsRight()
    {
        (byte[] keys, ReadOnlyMemory<byte>[] messages, byte[] signatures) = Signed(3);
        byte[] right = Sum(signatures);
        byte[] error = Signed(4).Signatures[^BlsSignature.Size..];
        byte[] opposite = [.. error];
        opposite[0] ^= 0x20;
        byte[] wrong =
        [
            .. Sum([.. signatures[..BlsSignature.Size], .. error]),
            .. signatures[BlsSignature.Size..^BlsSignature.Size],
            .. Sum([.. signatures[^BlsSignature.Size..], .. opposite]),
        ];
        Assert.That(Sum(wrong), Is.EqualTo(right));
        Assert.That(SignatureVerification.Verify(keys, messages, BlsSignature.Suite, Sum(wrong)), Is.True);
        Assert.That(SignatureVerification.VerifyBatch(keys, messages, BlsSignature.Suite, wrong), Is.False);
        Assert.That(SignatureVerification.VerifyBatch(keys, messages, BlsSignature.Suite, signatures), Is.True);
    }

    [Test]
    public void Verify_OfInfinity_IsFalse()
    {
        (byte[] keys, ReadOnlyMemory<byte>[] messages, byte[] signatures) = Signed(2);
        AssertFalse(keys, messages, InfiniteSignature, [.. signatures[..BlsSignature.Size], .. InfiniteSignature]);
        byte[] withInfinity = [.. keys[..BlsPublicKey.Size], .. InfiniteKey];
        AssertFalse(withInfinity, messages, signatures[..BlsSignature.Size], signatures);
        AssertFalse(InfiniteKey, messages[..1], InfiniteSignature, InfiniteSignature);
    }

    [Test]
    public void Verify_OfSizesThatDoNotFit_IsFalse()
    {
        (byte[] keys, ReadOnlyMemory<byte>[] messages, byte[] signatures) = Signed(2);
        AssertFalse([], [], InfiniteSignature, []);
        AssertFalse(keys, messages[..1], signatures[..BlsSignature.Size], signatures[..BlsSignature.Size]);
        AssertFalse(keys[..^1], messages, Sum(signatures), signatures);
        AssertFalse(keys, messages, signatures[..95], signatures[..^1]);
        AssertFalse(keys, messages, signatures, signatures[..BlsSignature.Size]);
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Verify_OfAnyBytes_IsFalse(int seed)
    {
        Random random = new(seed);
        (byte[] keys, ReadOnlyMemory<byte>[] messages, byte[] signatures) = Signed(1);
        byte[] damaged = random.Next(2) == 0 ? keys : signatures;
        if (random.Next(2) == 0)
        {
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        }
        else
        {
            random.NextBytes(damaged);
        }

        AssertFalse(keys, messages, signatures, signatures);
    }

    private static void AssertFalse(byte[] keys, ReadOnlyMemory<byte>[] messages, byte[] signature, byte[] signatures)
    {
        Assert.That(SignatureVerification.Verify(keys, messages, BlsSignature.Suite, signature), Is.False);
        Assert.That(SignatureVerification.VerifyBatch(keys, messages, BlsSignature.Suite, signatures), Is.False);
    }

    private static (byte[] Keys, ReadOnlyMemory<byte>[] Messages, byte[] Signatures) Signed(int count)
    {
        byte[] keys = new byte[count * BlsPublicKey.Size];
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[count];
        byte[] signatures = new byte[count * BlsSignature.Size];
        for (int i = 0; i < count; i++)
        {
            byte[] secret = SHA256.HashData([(byte)i]);
            secret[0] &= 0x3f;
            Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
            using (key)
            {
                messages[i] = SHA256.HashData([1, (byte)i]);
                key!.GetPublicKey().CopyTo(keys.AsSpan(i * BlsPublicKey.Size));
                key.Sign(messages[i].Span).CopyTo(signatures.AsSpan(i * BlsSignature.Size));
            }
        }

        return (keys, messages, signatures);
    }

    private static byte[] Sum(byte[] signatures)
    {
        byte[] sum = new byte[BlsSignature.Size];
        Bls12381.Default.AddSignatures(signatures, sum);
        return sum;
    }
}
