using System.Security.Cryptography;
using System.Text;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math.EC.Rfc8032;

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

        signature[0] = (byte)(CompressedKey + Slip10Ecdsa.Sign(node, hash, signature.AsSpan(1)));
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
}
