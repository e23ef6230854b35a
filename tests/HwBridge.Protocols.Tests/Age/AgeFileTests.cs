using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgeFileTests
{
    private AgeIdentity _identity = null!;

    [OneTimeSetUp]
    public void CreateIdentity() => _identity = new AgeIdentity();

    [OneTimeTearDown]
    public void WipeIdentity() => _identity.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65535)]
    [TestCase(65536)]
    [TestCase(65537)]
    [TestCase(131072)]
    [TestCase(1 << 20)]
    public void Decrypt_OfEncrypt_GivesThePlaintext(int length)
    {
        byte[] plaintext = new byte[length];
        new Random(length).NextBytes(plaintext);
        AgeFile file = AgeFile.Parse(Encrypt(plaintext));
        Assert.That(file.PlaintextLength, Is.EqualTo(length));
        Assert.That(Open(file), Is.EqualTo(plaintext));
    }

    [Test]
    public void Decrypt_AnyBitFlipped_IsRefused()
    {
        byte[] file = Encrypt("a small backup"u8);
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(() => Open(AgeFile.Parse(damaged)), Throws.TypeOf<FaultException>(), $"bit {bit}");
        }
    }

    [Test]
    public void Decrypt_CutOffAnywhere_IsRefused()
    {
        byte[] file = Encrypt("a small backup"u8);
        for (int length = 0; length < file.Length; length++)
        {
            Assert.That(() => Open(AgeFile.Parse(file.AsMemory(0, length))), Throws.TypeOf<FaultException>(), $"{length} bytes");
        }
    }

    [TestCase(1)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(70_000)]
    public void Decrypt_Lengthened_IsRefused(int extra)
    {
        byte[] file = [.. Encrypt(new byte[65536]), .. new byte[extra]];
        Assert.That(() => Open(AgeFile.Parse(file)), Throws.TypeOf<FaultException>());
    }

    [Test]
    public void Decrypt_CutOffBetweenChunks_IsRefused()
    {
        byte[] file = Encrypt(new byte[3 * 65536]);
        int end = AgeHeader.Parse(file).Length + AgePayload.NonceSize;
        for (int chunks = 1; chunks < 3; chunks++)
        {
            AgeFile cut = AgeFile.Parse(file.AsMemory(0, end + chunks * AgePayload.EncryptedChunkSize));
            Assert.That(() => Open(cut), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.CannotDecrypt));
        }
    }

    [Test]
    public void Encrypt_Twice_SharesNothing()
    {
        byte[] first = Encrypt("the same"u8);
        byte[] second = Encrypt("the same"u8);
        AgeHeader one = AgeHeader.Parse(first);
        AgeHeader two = AgeHeader.Parse(second);
        Assert.That(one.Stanzas[0].Arguments, Is.Not.EqualTo(two.Stanzas[0].Arguments));
        Assert.That(one.Stanzas[0].Body.ToArray(), Is.Not.EqualTo(two.Stanzas[0].Body.ToArray()));
        Assert.That(first[one.Length..], Is.Not.EqualTo(second[two.Length..]));
    }

    [Test]
    public void Wrap_RecipientOfLowOrder_IsRefused()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        byte[] one = new byte[32];
        one[0] = 1;
        Assert.That(() => X25519Stanza.Wrap(fileKey, new X25519PublicKey(new byte[32])), Throws.TypeOf<FaultException>());
        Assert.That(() => X25519Stanza.Wrap(fileKey, new X25519PublicKey(one)), Throws.TypeOf<FaultException>());
    }

    [Test]
    public void TryUnwrap_AllZeroSecret_IsRefused()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        Assert.That(X25519Stanza.TryParse(X25519Stanza.Wrap(fileKey, _identity.Recipient), out X25519Stanza? stanza), Is.True);
        using SecretBuffer zero = SecretBuffer.Allocate(32);
        Assert.That(() => stanza!.TryUnwrap(_identity.Recipient, zero), Throws.TypeOf<FaultException>().With.Message.Contain("low order"));
    }

    [Test]
    public void TryUnwrap_ForSomeoneElse_IsNull()
    {
        using AgeIdentity other = new();
        Assert.That(other.TryUnwrap(AgeHeader.Parse(Encrypt("x"u8))), Is.Null);
    }

    [Test]
    public void Secrets_AfterAllThis_AreDisposed()
    {
        int before = SecretBuffer.LiveCount;
        byte[] file = Encrypt("x"u8);
        _ = Open(AgeFile.Parse(file));
        file[^1] ^= 1;
        Assert.That(() => Open(AgeFile.Parse(file)), Throws.TypeOf<FaultException>());
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Parse_AnyBytes_EndsInAFileOrAFault(byte[] bytes)
    {
        try
        {
            return AgeFile.Parse(bytes).PlaintextLength >= 0;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }

    private byte[] Encrypt(ReadOnlySpan<byte> plaintext)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        return AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, _identity.Recipient)], plaintext);
    }

    private byte[] Open(AgeFile file)
    {
        using SecretBuffer fileKey = _identity.TryUnwrap(file.Header)
            ?? throw new FaultException(Fault.CannotDecrypt, "not mine", "Find the owner.");
        using SecretBuffer plaintext = file.Decrypt(fileKey);
        return plaintext.Span.ToArray();
    }
}
