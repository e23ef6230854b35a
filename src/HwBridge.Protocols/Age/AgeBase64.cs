namespace HwBridge.Protocols.Age;

/// <summary>The base64 of age headers: standard alphabet, no padding, canonical (age specification § Conventions, RFC 4648 § 4).</summary>
/// <remarks>By arithmetic, without a branch or an index that depends on the bytes: plugins send file keys and passphrases in it.</remarks>
internal static class AgeBase64
{
    /// <summary>How many digits stand for <paramref name="bytes"/> bytes.</summary>
    internal static int EncodedLength(int bytes) => checked((bytes * 8 + 5) / 6);

    /// <summary>How many bytes <paramref name="digits"/> digits stand for.</summary>
    internal static int DecodedLength(int digits) => digits / 4 * 3 + digits % 4 * 3 / 4;

    internal static void Encode(ReadOnlySpan<byte> bytes, Span<byte> digits)
    {
        uint bits = 0;
        int held = 0;
        int written = 0;
        foreach (byte value in bytes)
        {
            bits = (bits << 8) | value;
            held += 8;
            while (held >= 6)
            {
                held -= 6;
                digits[written++] = Digit((int)(bits >> held) & 63);
            }
        }

        if (held > 0)
        {
            digits[written] = Digit((int)(bits << (6 - held)) & 63);
        }
    }

    internal static string ToText(ReadOnlySpan<byte> bytes)
    {
        byte[] digits = new byte[EncodedLength(bytes.Length)];
        Encode(bytes, digits);
        return System.Text.Encoding.ASCII.GetString(digits);
    }

    /// <summary>False for a foreign character, padding, an impossible length, or bits left over that are not zero.</summary>
    /// <param name="digits">The digits; only whether they are valid shows in the time.</param>
    /// <param name="bytes">Receives <see cref="DecodedLength"/> bytes.</param>
    internal static bool TryDecode(ReadOnlySpan<byte> digits, Span<byte> bytes)
    {
        if (digits.Length % 4 == 1)
        {
            return false;
        }

        uint bits = 0;
        int held = 0;
        int written = 0;
        int foreign = 0;
        foreach (byte digit in digits)
        {
            int value = Value(digit);
            foreign |= value;
            bits = (bits << 6) | ((uint)value & 63);
            held += 6;
            if (held >= 8)
            {
                held -= 8;
                bytes[written++] = (byte)(bits >> held);
            }
        }

        return foreign >= 0 && (bits & ((1u << held) - 1)) == 0;
    }

    /// <summary>The bytes of <paramref name="digits"/> when they are exactly as many as <paramref name="bytes"/> holds.</summary>
    internal static bool TryDecodeExactly(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        digits.Length == EncodedLength(bytes.Length) && TryDecode(digits, bytes);

    private static byte Digit(int value)
    {
        int digit = value + 'A';
        digit += ((25 - value) >> 8) & ('a' - 'Z' - 1);
        digit -= ((51 - value) >> 8) & ('z' + 1 - '0');
        digit -= ((61 - value) >> 8) & ('9' + 1 - '+');
        digit += ((62 - value) >> 8) & ('/' - '+' - 1);
        return (byte)digit;
    }

    /// <summary>0 … 63, or −1 for what is no digit.</summary>
    private static int Value(int digit)
    {
        int value = -1;
        value += Within('A', 'Z') & (digit - 'A' + 1);
        value += Within('a', 'z') & (digit - 'a' + 27);
        value += Within('0', '9') & (digit - '0' + 53);
        value += Within('+', '+') & 63;
        value += Within('/', '/') & 64;
        return value;

        int Within(int first, int last) => ((first - 1 - digit) & (digit - last - 1)) >> 8;
    }
}
