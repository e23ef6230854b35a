using HwBridge.Core.Execution;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Utilities;

namespace HwBridge.Emulators.Seeds;

/// <summary>ECDSA with the keys of a tree: RFC 6979 with SHA-256, the smaller of the two possible S, as all these devices sign.</summary>
internal static class Slip10Ecdsa
{
    private const int WordSize = 32;

    /// <summary>The address of an account on secp256k1.</summary>
    internal static ExecutionAddress Address(Slip10Node account) => ExecutionAddress.OfPublicKey(UncompressedPublicKey(account));

    /// <summary>65 bytes: 04 | x | y on secp256k1.</summary>
    internal static byte[] UncompressedPublicKey(Slip10Node account) =>
        Slip10Points.Secp256k1.Curve.DecodePoint(account.PublicKey.ToArray()).GetEncoded(compressed: false);

    /// <summary>An account's signature.</summary>
    internal static EthereumSignature Sign(Slip10Node account, Bytes32 digest)
    {
        byte[] rs = new byte[2 * WordSize];
        int recoveryId = Sign(account, digest.ToArray(), rs);
        return new EthereumSignature(new Bytes32(rs.AsSpan(0, WordSize)), new Bytes32(rs.AsSpan(WordSize)), recoveryId == 1);
    }

    /// <summary>Writes r and s, 32 bytes each, big-endian.</summary>
    /// <returns>Which of the two points with this R gives back the public key.</returns>
    internal static int Sign(Slip10Node node, byte[] hash, Span<byte> rs)
    {
        X9ECParameters parameters = Slip10Points.Weierstrass(node.Curve)!;
        ECDomainParameters domain = new(parameters);
        ECDsaSigner signer = new(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(new BigInteger(1, node.PrivateKey), domain));
        BigInteger[] signature = signer.GenerateSignature(hash);
        BigInteger s = signature[1].CompareTo(domain.N.ShiftRight(1)) > 0 ? domain.N.Subtract(signature[1]) : signature[1];
        BigIntegers.AsUnsignedByteArray(signature[0], rs[..WordSize]);
        BigIntegers.AsUnsignedByteArray(s, rs[WordSize..]);
        return RecoveryId(domain, node.PublicKey, hash, signature[0], s);
    }

    /// <summary>SEC 1 §4.1.6.</summary>
    private static int RecoveryId(ECDomainParameters domain, ReadOnlySpan<byte> publicKey, byte[] hash, BigInteger r, BigInteger s)
    {
        byte[] x = BigIntegers.AsUnsignedByteArray(WordSize, r);
        ECPoint point = domain.Curve.DecodePoint([2, .. x]);
        BigInteger inverse = r.ModInverse(domain.N);
        BigInteger e = new BigInteger(1, hash).Negate().Mod(domain.N).Multiply(inverse).Mod(domain.N);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(domain.G, e, point, s.Multiply(inverse).Mod(domain.N)).Normalize();
        return key.GetEncoded(compressed: true).AsSpan().SequenceEqual(publicKey) ? 0 : 1;
    }
}
