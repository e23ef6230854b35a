using System.Security.Cryptography;
using HwBridge.Core.Eip2333;

namespace HwBridge.Core.Tests.Eip2333;

internal sealed class LamportKeyTests
{
    /// <summary>libcrypto's compressions, the framework's HMAC and the framework's HKDF give the same.</summary>
    [FsCheck.NUnit.Property(MaxTest = 50)]
    public void HashChunks_OfAnyKeys_AreTheHashesOfHkdfExpand(int seed)
    {
        const int Size = LamportKey.Chunks * LamportKey.HashSize;
        byte[] keys = new byte[LamportKey.Halves * LamportKey.HashSize];
        new Random(seed).NextBytes(keys);
        byte[] expected = [.. keys.Chunk(LamportKey.HashSize)
            .SelectMany(static key => HKDF.Expand(HashAlgorithmName.SHA256, key, Size).Chunk(LamportKey.HashSize))
            .SelectMany(SHA256.HashData)];
        byte[] hashes = new byte[expected.Length];
        LamportKey.HashChunks(keys, hashes, new byte[LamportKey.ChainsSize]);
        Assert.That(hashes, Is.EqualTo(expected));
        byte[] byFramework = new byte[expected.Length];
        LamportKey.HashChunksByFramework(keys, byFramework, new byte[LamportKey.ChainsSize]);
        Assert.That(byFramework, Is.EqualTo(expected));
    }

    [TestCase(63, 16320)]
    [TestCase(64, 16319)]
    public void HashChunks_OfWrongSizes_IsRefusedBeforeAnyPointer(int keys, int hashes) =>
        Assert.That(
            () => LamportKey.HashChunks(new byte[keys], new byte[hashes], new byte[LamportKey.ChainsSize]),
            Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void NativeSha256_OnThisMachine_IsThere()
    {
        Assert.That(NativeSha256.IsAvailable, Is.True, "the framework needs libcrypto on Linux, too");
    }
}
