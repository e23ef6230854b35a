using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgePayloadTests
{
    private const int Tag = 16;
    private const int Chunk = AgePayload.ChunkSize;
    private static readonly byte[] Nonce = new byte[AgePayload.NonceSize];
    private SecretBuffer _fileKey = null!;

    [OneTimeSetUp]
    public void CreateKey() => _fileKey = SecretBuffer.Random(AgeFile.FileKeySize);

    [OneTimeTearDown]
    public void WipeKey() => _fileKey.Dispose();

    [TestCase(0, 16 + 16)]
    [TestCase(1, 16 + 17)]
    [TestCase(Chunk - 1, 16 + Chunk - 1 + 16)]
    [TestCase(Chunk, 16 + Chunk + 16)]
    [TestCase(Chunk + 1, 16 + Chunk + 16 + 17)]
    [TestCase(2 * Chunk, 16 + 2 * (Chunk + 16))]
    public void EncryptedLength_AndBack_Agree(int plaintext, int encrypted)
    {
        Assert.That(AgePayload.EncryptedLength(plaintext), Is.EqualTo(encrypted));
        Assert.That(AgePayload.PlaintextLength(encrypted), Is.EqualTo(plaintext));
    }

    [TestCase(0)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(31)]
    [TestCase(16 + Chunk + 16 + 1)]
    [TestCase(16 + Chunk + 16 + 15)]
    [TestCase(16 + Chunk + 16 + 16)]
    public void PlaintextLength_ImpossibleLength_IsRefused(int encrypted) =>
        Assert.That(() => AgePayload.PlaintextLength(encrypted), Throws.TypeOf<FaultException>());

    [Test]
    public void Encrypt_ImpossibleChunk_IsRefused()
    {
        using AgePayload payload = new(_fileKey, Nonce);
        Assert.That(() => payload.Encrypt(new byte[5], last: false, new byte[5 + Tag]), Throws.ArgumentException);
        Assert.That(() => payload.Encrypt(new byte[Chunk + 1], last: true, new byte[Chunk + 1 + Tag]), Throws.ArgumentException);
        payload.Encrypt(new byte[Chunk], last: false, new byte[Chunk + Tag]);
        Assert.That(() => payload.Encrypt([], last: true, new byte[Tag]), Throws.ArgumentException);
        payload.Encrypt(new byte[1], last: true, new byte[1 + Tag]);
        Assert.That(() => payload.Encrypt(new byte[1], last: true, new byte[1 + Tag]), Throws.ArgumentException);
    }

    [Test]
    public void Decrypt_AfterTheLastChunk_IsRefused()
    {
        byte[] first = Sealed((new byte[10], true))[0];
        using AgePayload payload = new(_fileKey, Nonce);
        payload.Decrypt(first, last: true, new byte[10]);
        Assert.That(() => payload.Decrypt(first, last: true, new byte[10]), Throws.TypeOf<FaultException>());
    }

    [Test]
    public void Decrypt_EmptyLastChunkAfterOthers_IsRefused()
    {
        byte[] first = Sealed((new byte[Chunk], false))[0];
        using AgePayload payload = new(_fileKey, Nonce);
        payload.Decrypt(first, last: false, new byte[Chunk]);
        Assert.That(() => payload.Decrypt(new byte[Tag], last: true, []), Throws.TypeOf<FaultException>().With.Message.Contain("empty"));
    }

    [Test]
    public void Decrypt_ChunksSwappedRepeatedOrMarkedOtherwise_IsRefused()
    {
        byte[][] chunks = Sealed((Filled(1), false), (Filled(2), false), (Filled(3), true));
        Refused((chunks[1], false));
        Refused((chunks[0], false), (chunks[0], false));
        Refused((chunks[0], false), (chunks[2], true));
        Refused((chunks[0], true));
        Refused((chunks[0], false), (chunks[1], false), (chunks[2], false));
    }

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, Chunk)];

    private byte[][] Sealed(params (byte[] Plaintext, bool Last)[] chunks)
    {
        using AgePayload payload = new(_fileKey, Nonce);
        return [.. chunks.Select(chunk =>
        {
            byte[] encrypted = new byte[chunk.Plaintext.Length + Tag];
            payload.Encrypt(chunk.Plaintext, chunk.Last, encrypted);
            return encrypted;
        })];
    }

    private void Refused(params (byte[] Encrypted, bool Last)[] chunks)
    {
        using AgePayload payload = new(_fileKey, Nonce);
        byte[] plaintext = new byte[Chunk];
        foreach ((byte[] encrypted, bool last) in chunks[..^1])
        {
            payload.Decrypt(encrypted, last, plaintext.AsSpan(0, encrypted.Length - Tag));
        }

        (byte[] wrong, bool lastOfAll) = chunks[^1];
        FaultException fault =
            Assert.Throws<FaultException>(() => payload.Decrypt(wrong, lastOfAll, plaintext.AsSpan(0, wrong.Length - Tag)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(
            plaintext.AsSpan(0, wrong.Length - Tag).ContainsAnyExcept((byte)0), Is.False, "nothing of a refused chunk is given out");
    }
}
