using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace HwBridge.Emulators.Seeds;

/// <summary>The Ethereum address of a secp256k1 key, with the checksum in its capitals. EIP-55.</summary>
internal static class Eip55Address
{
    /// <summary>The hex digits of an address.</summary>
    internal const int Digits = 40;

    /// <summary><c>0x</c> and 40 hex digits.</summary>
    /// <param name="publicKey">SEC 1, compressed or not.</param>
    internal static string Of(ReadOnlySpan<byte> publicKey)
    {
        byte[] point = Slip10Points.Secp256k1.Curve.DecodePoint(publicKey.ToArray()).GetEncoded(compressed: false);
        string address = Convert.ToHexStringLower(Keccak256(point.AsSpan(1)).AsSpan(12));
        byte[] hash = Keccak256(Encoding.ASCII.GetBytes(address));
        return "0x" + string.Concat(address.Select((digit, i) =>
            (hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf) >= 8 ? char.ToUpperInvariant(digit) : digit));
    }

    private static byte[] Keccak256(ReadOnlySpan<byte> data)
    {
        KeccakDigest keccak = new(256);
        keccak.BlockUpdate(data);
        byte[] hash = new byte[32];
        keccak.DoFinal(hash);
        return hash;
    }
}
