using System.Security.Cryptography;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Tests.Bls;

/// <summary>The proof-of-possession scheme by its public face only, so that the same tests hold for every backend.</summary>
internal sealed class SignatureSchemeTests
{
    private static readonly byte[] Infinity = [0xc0, .. new byte[BlsSignature.Size - 1]];

    [Test]
    public void Verify_OwnSignature_HoldsAndOthersDoNot()
    {
        using BlsSecretKey secret = Key(1);
        using BlsSecretKey other = Key(2);
        byte[] message = Message(1);
        BlsSignature signature = secret.Sign(message);
        Assert.That(signature.Verify(secret.GetPublicKey(), message), Is.True);
        Assert.That(signature.Verify(other.GetPublicKey(), message), Is.False);
        Assert.That(signature.Verify(secret.GetPublicKey(), Message(2)), Is.False);
        Assert.That(other.Sign(message).Verify(secret.GetPublicKey(), message), Is.False);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(31)]
    [TestCase(64)]
    [TestCase(100_000)]
    public void Verify_MessageOfAnyLength_Holds(int length)
    {
        using BlsSecretKey secret = Key(3);
        byte[] message = new byte[length];
        Assert.That(secret.Sign(message).Verify(secret.GetPublicKey(), message), Is.True);
    }

    [Test]
    public void Sign_Twice_GivesTheSameSignature()
    {
        using BlsSecretKey secret = Key(4);
        BlsSignature again = secret.Sign(Message(1));
        Assert.That(secret.Sign(Message(1)), Is.EqualTo(again));
    }

    [Test]
    public void ProvePossession_IsNoSignatureAndProvesTheKeyOnly()
    {
        using BlsSecretKey secret = Key(5);
        using BlsSecretKey other = Key(6);
        BlsPublicKey publicKey = secret.GetPublicKey();
        byte[] encoded = new byte[BlsPublicKey.Size];
        publicKey.CopyTo(encoded);
        BlsSignature proof = secret.ProvePossession();
        Assert.That(proof.VerifyPossession(publicKey), Is.True);
        Assert.That(proof.VerifyPossession(other.GetPublicKey()), Is.False);
        Assert.That(proof.Verify(publicKey, encoded), Is.False);
        Assert.That(secret.Sign(encoded).VerifyPossession(publicKey), Is.False);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public void VerifyAggregate_SumOfSignatures_HoldsForJustTheseMessages(int count)
    {
        BlsPublicKey[] keys = new BlsPublicKey[count];
        BlsSignature[] signatures = new BlsSignature[count];
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
        {
            using BlsSecretKey secret = Key((byte)(10 + i));
            (keys[i], messages[i]) = (secret.GetPublicKey(), Message((byte)i));
            signatures[i] = secret.Sign(messages[i].Span);
        }

        BlsSignature sum = BlsSignature.Aggregate(signatures);
        Assert.That(sum.VerifyAggregate(keys, messages), Is.True);
        messages[^1] = Message(99);
        Assert.That(sum.VerifyAggregate(keys, messages), Is.False);
    }

    [Test]
    public void VerifyAggregate_OneMessage_HoldsForAllSignersOnly()
    {
        using BlsSecretKey first = Key(20);
        using BlsSecretKey second = Key(21);
        byte[] message = Message(7);
        BlsSignature sum = BlsSignature.Aggregate([first.Sign(message), second.Sign(message)]);
        Assert.That(sum.VerifyAggregate([first.GetPublicKey(), second.GetPublicKey()], message), Is.True);
        Assert.That(sum.VerifyAggregate([first.GetPublicKey()], message), Is.False);
        Assert.That(sum.VerifyAggregate([first.GetPublicKey(), first.GetPublicKey()], message), Is.False);
    }

    [Test]
    public void VerifyAggregate_KeysThatCancelOut_IsFalse()
    {
        using BlsSecretKey secret = Key(22);
        BlsSignature signature = secret.Sign(Message(1));
        BlsSignature nothing = BlsSignature.Aggregate([signature, Negative(signature)]);
        Assert.That(nothing.ToString(), Is.EqualTo($"0x{Convert.ToHexStringLower(Infinity)}"));
        Assert.That(nothing.Verify(secret.GetPublicKey(), Message(1)), Is.False);
        Assert.That(nothing.VerifyAggregate([secret.GetPublicKey(), Negative(secret.GetPublicKey())], Message(1)), Is.False);
    }

    [Test]
    public void VerifyBatch_OneWrongAmongMany_IsFalse()
    {
        const int Count = 9;
        byte[] keys = new byte[Count * BlsPublicKey.Size];
        byte[] signatures = new byte[Count * BlsSignature.Size];
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[Count];
        for (int i = 0; i < Count; i++)
        {
            using BlsSecretKey secret = Key((byte)(30 + i));
            messages[i] = Message((byte)i);
            secret.GetPublicKey().CopyTo(keys.AsSpan(i * BlsPublicKey.Size));
            secret.Sign(messages[i].Span).CopyTo(signatures.AsSpan(i * BlsSignature.Size));
        }

        Assert.That(Bls12381.Default.VerifyBatch(keys, messages, BlsSignature.Suite, signatures), Is.True);

        // The sum of the signatures stays what it was: only the random factors tell.
        const int Second = BlsSignature.Size;
        const int Third = 2 * BlsSignature.Size;
        byte[] exchanged = [.. signatures[Second..Third], .. signatures[..Second], .. signatures[Third..]];
        Assert.That(Bls12381.Default.VerifyBatch(keys, messages, BlsSignature.Suite, exchanged), Is.False);
        messages[4] = Message(99);
        Assert.That(Bls12381.Default.VerifyBatch(keys, messages, BlsSignature.Suite, signatures), Is.False);
    }

    [Test]
    public void TryDecode_SignatureWithAnyBitFlipped_IsRefusedOrDoesNotVerify()
    {
        using BlsSecretKey secret = Key(50);
        byte[] message = Message(1);
        byte[] signature = new byte[BlsSignature.Size];
        secret.Sign(message).CopyTo(signature);
        for (int bit = 0; bit < 8 * signature.Length; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            PointValidity validity = BlsSignature.TryDecode(signature, out BlsSignature wrong);
            Assert.That(
                validity != PointValidity.Valid || !wrong.Verify(secret.GetPublicKey(), message), Is.True, $"bit {bit} passes");
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Test]
    public void TryDecode_Infinity_IsNamed()
    {
        Assert.That(BlsSignature.TryDecode(Infinity, out _), Is.EqualTo(PointValidity.Infinity));
        Assert.That(BlsSignature.TryDecode(Infinity.AsSpan(1), out _), Is.EqualTo(PointValidity.WrongLength));
    }

    private static BlsSecretKey Key(byte number)
    {
        byte[] scalar = SHA256.HashData([number]);
        scalar[0] &= 0x3f;
        Assert.That(BlsSecretKey.TryFromBytes(scalar, out BlsSecretKey? key), Is.True);
        return key!;
    }

    private static byte[] Message(byte number) => SHA256.HashData([number, 0]);

    private static BlsSignature Negative(BlsSignature signature)
    {
        byte[] bytes = new byte[BlsSignature.Size];
        signature.CopyTo(bytes);
        bytes[0] ^= 0x20;
        Assert.That(BlsSignature.TryDecode(bytes, out BlsSignature negative), Is.EqualTo(PointValidity.Valid));
        return negative;
    }

    private static BlsPublicKey Negative(BlsPublicKey publicKey)
    {
        byte[] bytes = new byte[BlsPublicKey.Size];
        publicKey.CopyTo(bytes);
        bytes[0] ^= 0x20;
        Assert.That(BlsPublicKey.TryDecode(bytes, out BlsPublicKey negative), Is.EqualTo(PointValidity.Valid));
        return negative;
    }
}
