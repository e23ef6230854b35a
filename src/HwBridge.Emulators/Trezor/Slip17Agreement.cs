using HwBridge.Emulators.Seeds;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;

namespace HwBridge.Emulators.Trezor;

/// <summary>GetECDHSessionKey: key agreement between an identity's key and a peer's. SLIP-0017.</summary>
internal static class Slip17Agreement
{
    internal const byte Curve25519Prefix = 0x40;
    private const int X25519Size = 32;

    /// <summary>0x04 and the raw X25519 output, all-zero ones included, as both firmwares answer.</summary>
    /// <param name="node">On curve25519.</param>
    /// <param name="peer">The peer's key without its prefix; missing bytes count as zero.</param>
    internal static byte[] X25519(Slip10Node node, ReadOnlySpan<byte> peer)
    {
        byte[] point = new byte[X25519Size];
        peer[..Math.Min(peer.Length, X25519Size)].CopyTo(point);
        byte[] session = new byte[1 + X25519Size];
        session[0] = 4;
        Org.BouncyCastle.Math.EC.Rfc7748.X25519.ScalarMult(node.PrivateKey, point, session.AsSpan(1));
        return session;
    }

    /// <summary>0x04, X and Y of the shared point (65 bytes).</summary>
    /// <param name="node">On secp256k1 or nist256p1.</param>
    /// <param name="peer">SEC 1, compressed or not.</param>
    /// <returns>Null when <paramref name="peer"/> is no point of the curve.</returns>
    internal static byte[]? Weierstrass(Slip10Node node, ReadOnlySpan<byte> peer)
    {
        if (peer.IsEmpty)
        {
            return null;
        }

        X9ECParameters parameters = Slip10Points.Weierstrass(node.Curve)!;
        try
        {
            ECPoint point = parameters.Curve.DecodePoint(peer.ToArray());
            return point.IsInfinity || !point.IsValid()
                ? null
                : point.Multiply(new BigInteger(1, node.PrivateKey)).Normalize().GetEncoded(compressed: false);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or ArithmeticException)
        {
            return null;
        }
    }
}
