using System.Globalization;
using HwBridge.Core.Faults;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;

namespace HwBridge.Core.Execution;

/// <summary>An ECDSA signature on secp256k1 with which its signer's key is recovered.</summary>
/// <param name="R">32 bytes, big-endian.</param>
/// <param name="S">32 bytes, big-endian.</param>
/// <param name="IsOdd">The parity of the y coordinate of the point that <paramref name="R"/> stands for.</param>
public readonly record struct EthereumSignature(Bytes32 R, Bytes32 S, bool IsOdd)
{
    /// <summary>r, s and v together.</summary>
    public const int Size = (2 * Bytes32.Size) + 1;

    private const byte MessageParity = 27;

    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    /// <summary>From r | s | v, v being 0 or 1, or 27 or 28; null for any other v or length.</summary>
    public static EthereumSignature? TryDecode(ReadOnlySpan<byte> encoded) =>
        encoded.Length == Size && encoded[^1] is 0 or 1 or MessageParity or MessageParity + 1
            ? new EthereumSignature(new Bytes32(encoded[..32]), new Bytes32(encoded[32..64]), encoded[^1] is 1 or MessageParity + 1)
            : null;

    /// <summary>r | s | v with v 27 or 28, as messages and typed data have it.</summary>
    public byte[] ToArray() => [.. R.ToArray(), .. S.ToArray(), (byte)(MessageParity + (IsOdd ? 1 : 0))];

    /// <summary>0x and 130 hex digits: see <see cref="ToArray"/>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(ToArray())}");

    /// <summary>Who signed <paramref name="digest"/>; null where r or s is out of range, or s the larger of the two possible (EIP-2).</summary>
    public ExecutionAddress? Recover(Bytes32 digest)
    {
        BigInteger n = Curve.N;
        BigInteger r = new(1, R.ToArray());
        BigInteger s = new(1, S.ToArray());
        if (r.SignValue == 0 || r.CompareTo(n) >= 0 || s.SignValue == 0 || s.CompareTo(n.ShiftRight(1)) > 0)
        {
            return null;
        }

        ECPoint point;
        try
        {
            point = Curve.Curve.DecodePoint([(byte)(IsOdd ? 3 : 2), .. R.ToArray()]);
        }
        catch (ArgumentException)
        {
            // No point of the curve has this x.
            return null;
        }

        BigInteger inverse = r.ModInverse(n);
        BigInteger e = new BigInteger(1, digest.ToArray()).Negate().Mod(n).Multiply(inverse).Mod(n);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, e, point, s.Multiply(inverse).Mod(n)).Normalize();
        return key.IsInfinity ? null : ExecutionAddress.OfPublicKey(key.GetEncoded(compressed: false));
    }

    /// <summary>Returns this signature when <paramref name="signer"/> made it for <paramref name="digest"/>.</summary>
    /// <param name="signer">Whose key the device said that it has.</param>
    /// <param name="digest">The hash of exactly what was asked for.</param>
    /// <param name="uri">The device.</param>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: it signed something else, or with another key.</exception>
    public EthereumSignature RequireFrom(ExecutionAddress signer, Bytes32 digest, string uri) => Recover(digest) == signer
        ? this
        : throw new FaultException(
            Fault.Protocol,
            $"{uri}: the signature is not that of {signer.ToChecksumString()} for what was asked: the device signed something else",
            "Use nothing of this answer. Check the computer and the device, update the device's firmware and apps, then try again.");
}
