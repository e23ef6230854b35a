namespace HwBridge.Core.Secrets;

/// <summary>Hexadecimal digits of secret bytes, without a branch or an index that depends on them (libsodium).</summary>
public static unsafe class SecretHex
{
    /// <summary>Writes two lower-case ASCII digits for each byte.</summary>
    /// <param name="secret">The bytes.</param>
    /// <param name="digits">Receives exactly twice as many: guarded memory.</param>
    public static void Encode(ReadOnlySpan<byte> secret, Span<byte> digits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digits.Length, 2 * secret.Length);

        // sodium_bin2hex ends with a zero byte, for which the destination has no room.
        using SecretBuffer text = SecretBuffer.Allocate(digits.Length + 1);
        fixed (byte* hex = text.Span, binary = secret)
        {
            _ = Sodium.sodium_bin2hex(hex, (nuint)text.Length, binary, (nuint)secret.Length);
        }

        text.Span[..digits.Length].CopyTo(digits);
    }

    /// <summary>Reads ASCII digits of either case; false when one is no digit, or there are not exactly two for each byte.</summary>
    /// <param name="digits">The digits, without 0x.</param>
    /// <param name="secret">Receives the bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> digits, Span<byte> secret)
    {
        if (digits.Length != 2 * secret.Length)
        {
            return false;
        }

        nuint written;
        fixed (byte* hex = digits, binary = secret)
        {
            return Sodium.sodium_hex2bin(binary, (nuint)secret.Length, hex, (nuint)digits.Length, null, &written, null) == 0
                && written == (nuint)secret.Length;
        }
    }
}
