using System.Security.Cryptography;
using Org.BouncyCastle.Math;

namespace HwBridge.Emulators.Seeds;

/// <summary>Bitcoin's base 58 with a checksum: the first four bytes of SHA-256(SHA-256(payload)) at the end.</summary>
internal static class Base58Check
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    internal static string Encode(ReadOnlySpan<byte> payload)
    {
        byte[] bytes = [.. payload, .. SHA256.HashData(SHA256.HashData(payload)).AsSpan(0, 4)];
        BigInteger value = new(1, bytes);
        BigInteger radix = BigInteger.ValueOf(Alphabet.Length);
        Stack<char> digits = new();
        while (value.SignValue > 0)
        {
            BigInteger[] parts = value.DivideAndRemainder(radix);
            digits.Push(Alphabet[parts[1].IntValue]);
            value = parts[0];
        }

        // Leading zero bytes carry no value, so each is written as the zero digit.
        return new string(Alphabet[0], bytes.AsSpan().IndexOfAnyExcept((byte)0)) + string.Concat(digits);
    }
}
