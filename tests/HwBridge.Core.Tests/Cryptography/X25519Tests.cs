using HwBridge.Core.Cryptography;
using HwBridge.Core.KeyStores;

namespace HwBridge.Core.Tests.Cryptography;

public class X25519Tests
{
    // RFC 7748 § 5.2, both vectors.
    [TestCase(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [TestCase(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void TryAgree_Rfc7748Vectors_GivesTheirResult(string secret, string peer, string expected)
    {
        byte[] shared = new byte[X25519.Size];
        Assert.That(X25519.TryAgree(Convert.FromHexString(secret), new X25519PublicKey(Convert.FromHexString(peer)), shared), Is.True);
        Assert.That(Convert.ToHexStringLower(shared), Is.EqualTo(expected));
    }

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public bool TryAgree_BothSides_GiveTheSame(Guid a, Guid b)
    {
        byte[] alice = [.. a.ToByteArray(), .. b.ToByteArray()];
        byte[] bob = [.. b.ToByteArray(), .. a.ToByteArray()];
        byte[] one = new byte[X25519.Size];
        byte[] two = new byte[X25519.Size];
        return X25519.TryAgree(alice, X25519.GetPublicKey(bob), one)
            && X25519.TryAgree(bob, X25519.GetPublicKey(alice), two)
            && one.SequenceEqual(two);
    }

    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("0100000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void TryAgree_PeerOfLowOrder_IsFalse(string peer)
    {
        byte[] secret = [.. Enumerable.Repeat((byte)7, X25519.Size)];
        Assert.That(X25519.TryAgree(secret, new X25519PublicKey(Convert.FromHexString(peer)), new byte[X25519.Size]), Is.False);
    }

    [TestCase(31)]
    [TestCase(33)]
    public void GetPublicKey_WrongLength_IsRefused(int length) =>
        Assert.That(() => X25519.GetPublicKey(new byte[length]), Throws.InstanceOf<ArgumentException>());
}
