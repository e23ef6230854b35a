using System.Security.Cryptography;
using System.Text;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Org.BouncyCastle.Utilities;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// SignIdentity for a web login: both challenges, hashed and signed as a Bitcoin message. SLIP-0013 §Challenge signature.
/// </summary>
internal static class Slip13Signature
{
    private const byte CompressedKey = 31;

    /// <summary>A header byte and 64 bytes: R and S on the Weierstrass curves, an RFC 8032 signature on ed25519.</summary>
    /// <param name="node">The identity's key.</param>
    /// <param name="request">The challenges.</param>
    /// <param name="plainHeader">The header where there is no key recovery: 31 on legacy; core has 0 on ed25519.</param>
    internal static byte[] Sign(Slip10Node node, SignIdentity request, byte plainHeader)
    {
        byte[] hash = MessageHash(
        [
            .. SHA256.HashData(request.ChallengeHidden.Span),
            .. SHA256.HashData(Encoding.UTF8.GetBytes(request.ChallengeVisual)),
        ]);
        byte[] signature = new byte[65];
        if (node.Curve == Slip10Curve.Ed25519)
        {
            signature[0] = plainHeader;
            Ed25519.Sign(node.PrivateKey.ToArray(), 0, hash, 0, hash.Length, signature, 1);
            return signature;
        }

        X9ECParameters parameters = Slip10Points.Weierstrass(node.Curve)!;
        ECDomainParameters domain = new(parameters);
        ECDsaSigner signer = new(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(new BigInteger(1, node.PrivateKey), domain));
        BigInteger[] rs = signer.GenerateSignature(hash);

        // Both firmwares send the smaller of the two possible S.
        BigInteger s = rs[1].CompareTo(domain.N.ShiftRight(1)) > 0 ? domain.N.Subtract(rs[1]) : rs[1];
        signature[0] = (byte)(CompressedKey + RecoveryId(domain, node.PublicKey, hash, rs[0], s));
        BigIntegers.AsUnsignedByteArray(rs[0], signature.AsSpan(1, 32));
        BigIntegers.AsUnsignedByteArray(s, signature.AsSpan(33, 32));
        return signature;
    }

    /// <summary>The address that a key of secp256k1 has in Bitcoin (pay to public key hash).</summary>
    internal static string Address(Slip10Node node)
    {
        RipeMD160Digest ripemd = new();
        ripemd.BlockUpdate(SHA256.HashData(node.PublicKey));
        byte[] payload = new byte[21];
        ripemd.DoFinal(payload, 1);
        return Base58Check.Encode(payload);
    }

    private static byte[] MessageHash(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> title = "Bitcoin Signed Message:\n"u8;
        return SHA256.HashData(SHA256.HashData([(byte)title.Length, .. title, (byte)message.Length, .. message]));
    }

    /// <summary>Which of the two points with this R gives back the public key. SEC 1 §4.1.6.</summary>
    private static int RecoveryId(ECDomainParameters domain, ReadOnlySpan<byte> publicKey, byte[] hash, BigInteger r, BigInteger s)
    {
        byte[] x = BigIntegers.AsUnsignedByteArray(32, r);
        ECPoint point = domain.Curve.DecodePoint([2, .. x]);
        BigInteger inverse = r.ModInverse(domain.N);
        BigInteger e = new BigInteger(1, hash).Negate().Mod(domain.N).Multiply(inverse).Mod(domain.N);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(domain.G, e, point, s.Multiply(inverse).Mod(domain.N)).Normalize();
        return key.GetEncoded(compressed: true).AsSpan().SequenceEqual(publicKey) ? 0 : 1;
    }
}
