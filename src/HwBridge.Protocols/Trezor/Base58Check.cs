using System.Numerics;
using System.Security.Cryptography;

namespace HwBridge.Protocols.Trezor;

/// <summary>Bitcoin's base 58 with a checksum: the first four bytes of SHA-256(SHA-256(payload)) at the end.</summary>
public static class Base58Check
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The text of a payload, which is not secret: its digits are found by division, not in constant time.</summary>
    public static string Encode(ReadOnlySpan<byte> payload)
    {
        byte[] bytes = [.. payload, .. SHA256.HashData(SHA256.HashData(payload)).AsSpan(0, 4)];
        Stack<char> digits = new();
        for (BigInteger rest = new(bytes, isUnsigned: true, isBigEndian: true); !rest.IsZero; rest /= Alphabet.Length)
        {
            digits.Push(Alphabet[(int)(rest % Alphabet.Length)]);
        }

        // Leading zero bytes carry no value, so each is written as the zero digit.
        int zeros = bytes.AsSpan().IndexOfAnyExcept((byte)0);
        return new string(Alphabet[0], zeros < 0 ? bytes.Length : zeros) + string.Concat(digits);
    }
}
