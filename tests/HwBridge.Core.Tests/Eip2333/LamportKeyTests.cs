using System.Security.Cryptography;
using HwBridge.Core.Eip2333;

namespace HwBridge.Core.Tests.Eip2333;

internal sealed class LamportKeyTests
{
    private const int Size = 255 * LamportKey.HashSize;

    /// <summary>libcrypto's old functions, the framework's HMAC and the framework's HKDF give the same.</summary>
    [FsCheck.NUnit.Property(MaxTest = 50)]
    public void HashChunks_OfAnyKey_AreTheHashesOfHkdfExpand(int seed)
    {
        byte[] key = new byte[LamportKey.HashSize];
        new Random(seed).NextBytes(key);
        byte[] hashes = new byte[Size];
        LamportKey.HashChunks(key, hashes);
        byte[] expected = [.. HKDF.Expand(HashAlgorithmName.SHA256, key, Size).Chunk(LamportKey.HashSize).SelectMany(SHA256.HashData)];
        Assert.That(hashes, Is.EqualTo(expected));
        byte[] byFramework = new byte[Size];
        LamportKey.HashChunksByFramework(key, byFramework);
        Assert.That(byFramework, Is.EqualTo(expected));
    }

    [Test]
    public void NativeSha256_OnThisMachine_IsThere()
    {
        Assert.That(NativeSha256.IsAvailable, Is.True, "the framework needs libcrypto on Linux, too");
    }
}
