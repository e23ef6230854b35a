using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC.Rfc7748;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace HwBridge.Emulators.Seeds;

/// <summary>What <see cref="Slip10Node"/> needs of each curve: the master HMAC key, the order, the public point.</summary>
internal static class Slip10Points
{
    internal static readonly X9ECParameters Secp256k1 = CustomNamedCurves.GetByName("secp256k1");
    internal static readonly X9ECParameters Nist256p1 = CustomNamedCurves.GetByName("P-256");

    internal static ReadOnlySpan<byte> SeedKey(Slip10Curve curve) => curve switch
    {
        Slip10Curve.Secp256k1 => "Bitcoin seed"u8,
        Slip10Curve.Nist256p1 => "Nist256p1 seed"u8,
        Slip10Curve.Ed25519 => "ed25519 seed"u8,
        Slip10Curve.Curve25519 => "curve25519 seed"u8,
        Slip10Curve.Ed25519Keccak => "ed25519-keccak seed"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(curve)),
    };

    /// <summary>Domain parameters; null for the curves on which every 32 bytes are a private key.</summary>
    internal static X9ECParameters? Weierstrass(Slip10Curve curve) => curve switch
    {
        Slip10Curve.Secp256k1 => Secp256k1,
        Slip10Curve.Nist256p1 => Nist256p1,
        _ => null,
    };

    /// <summary>The order of the group in which child keys are added; null where they aren't added.</summary>
    internal static BigInteger? Order(Slip10Curve curve) => Weierstrass(curve)?.N;

    /// <summary>33 bytes, see <see cref="Slip10Node.PublicKey"/>.</summary>
    internal static byte[] PublicKey(Slip10Curve curve, ReadOnlySpan<byte> privateKey)
    {
        if (Weierstrass(curve) is { } parameters)
        {
            return parameters.G.Multiply(new BigInteger(1, privateKey)).Normalize().GetEncoded(compressed: true);
        }

        byte[] key = new byte[33];
        switch (curve)
        {
            case Slip10Curve.Ed25519:
                Ed25519.GeneratePublicKey(privateKey, key.AsSpan(1));
                break;
            case Slip10Curve.Curve25519:
                X25519.GeneratePublicKey(privateKey, key.AsSpan(1));
                break;
            default:
                Ed25519KeccakPublicKey(privateKey, key.AsSpan(1));
                break;
        }

        return key;
    }

    /// <summary>RFC 8032 §5.1.5 with Keccak-512, by the affine addition law: BouncyCastle's own is tied to SHA-512.</summary>
    private static void Ed25519KeccakPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        KeccakDigest keccak = new(512);
        keccak.BlockUpdate(privateKey);
        byte[] hash = new byte[64];
        keccak.DoFinal(hash);
        hash[0] &= 0xf8;
        hash[31] = (byte)((hash[31] & 0x7f) | 0x40);

        BigInteger p = BigInteger.Two.Pow(255).Subtract(BigInteger.ValueOf(19));
        BigInteger d = BigInteger.ValueOf(-121665).Multiply(BigInteger.ValueOf(121666).ModInverse(p)).Mod(p);
        BigInteger baseX = new("15112221349535400772501151409588531511454012693041857206046113283949847762202");
        BigInteger baseY = new("46316835694926478169428394003475163141307993866256225615783033603165251855960");

        (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
        {
            BigInteger xx = a.X.Multiply(b.X).Mod(p);
            BigInteger yy = a.Y.Multiply(b.Y).Mod(p);
            BigInteger dxxyy = d.Multiply(xx).Mod(p).Multiply(yy).Mod(p);
            BigInteger x = a.X.Multiply(b.Y).Add(a.Y.Multiply(b.X)).Multiply(BigInteger.One.Add(dxxyy).ModInverse(p)).Mod(p);
            BigInteger y = yy.Add(xx).Multiply(BigInteger.One.Subtract(dxxyy).Mod(p).ModInverse(p)).Mod(p);
            return (x, y);
        }

        (BigInteger X, BigInteger Y) sum = (BigInteger.Zero, BigInteger.One);
        BigInteger scalar = new(1, hash.AsSpan(0, 32), bigEndian: false);
        for (int bit = scalar.BitLength - 1; bit >= 0; bit--)
        {
            sum = Add(sum, sum);
            sum = scalar.TestBit(bit) ? Add(sum, (baseX, baseY)) : sum;
        }

        byte[] y = sum.Y.ToByteArrayUnsigned();
        Array.Reverse(y);
        publicKey.Clear();
        y.CopyTo(publicKey);
        publicKey[31] |= (byte)(sum.X.TestBit(0) ? 0x80 : 0);
    }
}
