using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class PayloadPipelineTests
{
    private const int Chunk = AgePayload.ChunkSize;
    private static readonly byte[] Nonce = [.. Enumerable.Range(0, AgePayload.NonceSize).Select(static i => (byte)i)];
    private SecretBuffer _fileKey = null!;
    private SecretBuffer _otherKey = null!;
    private int _live;

    [SetUp]
    public void CreateKeys()
    {
        _live = SecretBuffer.LiveCount;
        (_fileKey, _otherKey) = (SecretBuffer.Random(AgeFile.FileKeySize), SecretBuffer.Random(AgeFile.FileKeySize));
    }

    [TearDown]
    public void WipeKeys()
    {
        _fileKey.Dispose();
        _otherKey.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Chunk - 1)]
    [TestCase(Chunk)]
    [TestCase(Chunk + 1)]
    [TestCase(4 * Chunk)]
    [TestCase((4 * Chunk) + 1)]
    [TestCase((37 * Chunk) + 12_345)]
    public void Encrypt_AnyLength_IsWhatOneChunkAfterTheOtherGives(int length)
    {
        byte[] plaintext = Plaintext(length);
        byte[] sequential = new byte[AgePayload.EncryptedLength(length)];
        Nonce.CopyTo(sequential, 0);
        using (AgePayload payload = new(_fileKey, Nonce))
        {
            for (int chunk = 0; chunk == 0 || chunk * Chunk < length; chunk++)
            {
                int count = Math.Min(Chunk, length - (chunk * Chunk));
                payload.Encrypt(
                    chunk,
                    plaintext.AsSpan(chunk * Chunk, count),
                    (chunk * Chunk) + count == length,
                    sequential.AsSpan(AgePayload.NonceSize + (chunk * AgePayload.EncryptedChunkSize), count + AgePayload.TagSize));
            }
        }

        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] encrypted = Encrypt(plaintext, digest);
        Assert.That(encrypted, Is.EqualTo(sequential));
        Assert.That(digest.GetHashAndReset(), Is.EqualTo(SHA256.HashData(sequential)), "the digest takes the pieces in order");
        Assert.That(Decrypt(_fileKey, encrypted), Is.EqualTo(plaintext));
        byte[] again = new byte[encrypted.Length];
        using (PayloadDecryption old = new(_fileKey, encrypted.Length, Reader(encrypted)))
        {
            PayloadPipeline.Encrypt(_otherKey, Nonce, old.PlaintextLength, old.Read, Writer(again), digest, CancellationToken.None);
        }

        Assert.That(digest.GetHashAndReset(), Is.EqualTo(SHA256.HashData(again)));
        Assert.That(Decrypt(_otherKey, again), Is.EqualTo(plaintext));
    }

    [Test]
    public void Decrypt_AByteOfAnyChunkChanged_IsRefused()
    {
        byte[] encrypted = Encrypt(Plaintext(9 * Chunk), null);
        for (int at = 0; at < encrypted.Length; at += (Chunk / 2) + 7)
        {
            encrypted[at] ^= 1;
            Assert.That(() => Decrypt(_fileKey, encrypted), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.CannotDecrypt));
            encrypted[at] ^= 1;
        }
    }

    [Test]
    public void Decrypt_CutOffOrLengthened_IsRefused()
    {
        byte[] encrypted = Encrypt(Plaintext((9 * Chunk) + 5), null);
        foreach (int length in (int[])[0, 15, 31, AgePayload.NonceSize + (4 * AgePayload.EncryptedChunkSize), encrypted.Length - 1])
        {
            Assert.That(() => Decrypt(_fileKey, encrypted[..length]), Throws.TypeOf<FaultException>(), $"{length}");
        }

        Assert.That(() => Decrypt(_fileKey, [.. encrypted, 0]), Throws.TypeOf<FaultException>());
    }

    [Test]
    public void Encrypt_ReaderOrWriterFails_IsWhatTheCallerHears([Range(0, 9)] int piece, [Values] bool reading)
    {
        byte[] plaintext = Plaintext(40 * Chunk);
        byte[] encrypted = new byte[AgePayload.EncryptedLength(plaintext.Length)];
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Fail(long offset, bool fails)
        {
            if (fails && offset / (4 * Chunk) == piece)
            {
                throw new IOException("the disk is gone");
            }
        }

        Assert.That(
            () => PayloadPipeline.Encrypt(
                _fileKey,
                Nonce,
                plaintext.Length,
                (offset, destination) =>
                {
                    Fail(offset, reading);
                    Reader(plaintext)(offset, destination);
                },
                (offset, source) =>
                {
                    Fail(offset, !reading);
                    Writer(encrypted)(offset, source);
                },
                digest,
                CancellationToken.None),
            Throws.TypeOf<IOException>().With.Message.EqualTo("the disk is gone"));
    }

    [Test]
    public void Encrypt_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        byte[] plaintext = Plaintext(40 * Chunk);
        int read = 0;
        Assert.That(
            () => PayloadPipeline.Encrypt(
                _fileKey,
                Nonce,
                plaintext.Length,
                (offset, destination) =>
                {
                    if (Interlocked.Increment(ref read) == 3)
                    {
                        source.Cancel();
                    }
                },
                static (_, _) => { },
                null,
                source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(read, Is.LessThan(3 + Environment.ProcessorCount));
    }

    private static byte[] Plaintext(int length)
    {
        byte[] plaintext = new byte[length];
        new Random(length).NextBytes(plaintext);
        return plaintext;
    }

    private static PayloadReader Reader(byte[] bytes) =>
        (offset, destination) =>
        {
            if (offset + destination.Length > bytes.Length)
            {
                throw new FaultException(Fault.BadInput, "the file ends here", "Take another.");
            }

            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        };

    private static PayloadWriter Writer(byte[] bytes) => (offset, source) => source.CopyTo(bytes.AsSpan((int)offset));

    private static byte[] Decrypt(SecretBuffer fileKey, byte[] encrypted)
    {
        byte[] plaintext = new byte[AgePayload.PlaintextLength(encrypted.Length)];
        PayloadPipeline.Decrypt(fileKey, encrypted.Length, Reader(encrypted), Writer(plaintext), CancellationToken.None);
        return plaintext;
    }

    private byte[] Encrypt(byte[] plaintext, IncrementalHash? digest)
    {
        byte[] encrypted = new byte[AgePayload.EncryptedLength(plaintext.Length)];
        PayloadPipeline.Encrypt(_fileKey, Nonce, plaintext.Length, Reader(plaintext), Writer(encrypted), digest, CancellationToken.None);
        return encrypted;
    }
}
