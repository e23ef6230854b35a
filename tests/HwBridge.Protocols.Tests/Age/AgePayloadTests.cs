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
        Assert.That(() => payload.Encrypt(0, new byte[5], last: false, new byte[5 + Tag]), Throws.ArgumentException);
        Assert.That(() => payload.Encrypt(0, new byte[Chunk + 1], last: true, new byte[Chunk + 1 + Tag]), Throws.ArgumentException);
        Assert.That(() => payload.Encrypt(1, [], last: true, new byte[Tag]), Throws.ArgumentException);
    }

    [Test]
    public void Decrypt_EmptyLastChunkAfterOthers_IsRefused()
    {
        byte[] first = Sealed((new byte[Chunk], false))[0];
        using AgePayload payload = new(_fileKey, Nonce);
        payload.Decrypt(0, first, last: false, new byte[Chunk]);
        Assert.That(() => payload.Decrypt(1, new byte[Tag], last: true, []), Throws.TypeOf<FaultException>().With.Message.Contain("empty"));
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
        return [.. chunks.Select((chunk, index) =>
        {
            byte[] encrypted = new byte[chunk.Plaintext.Length + Tag];
            payload.Encrypt(index, chunk.Plaintext, chunk.Last, encrypted);
            return encrypted;
        })];
    }

    private void Refused(params (byte[] Encrypted, bool Last)[] chunks)
    {
        using AgePayload payload = new(_fileKey, Nonce);
        byte[] plaintext = new byte[Chunk];
        for (int i = 0; i < chunks.Length - 1; i++)
        {
            payload.Decrypt(i, chunks[i].Encrypted, chunks[i].Last, plaintext.AsSpan(0, chunks[i].Encrypted.Length - Tag));
        }

        (byte[] wrong, bool lastOfAll) = chunks[^1];
        FaultException fault =
            Assert.Throws<FaultException>(() => payload.Decrypt(chunks.Length - 1, wrong, lastOfAll, plaintext.AsSpan(0, wrong.Length - Tag)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(
            plaintext.AsSpan(0, wrong.Length - Tag).ContainsAnyExcept((byte)0), Is.False, "nothing of a refused chunk is given out");
    }
}
