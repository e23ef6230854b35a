namespace HwBridge.Protocols.Age;

/// <summary>The base64 of age headers: standard alphabet, no padding, canonical (age specification § Conventions, RFC 4648 § 4).</summary>
internal static class AgeBase64
{
    private const byte NoDigit = 0xff;
    private static readonly byte[] Values = CreateValues();

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

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
                digits[written++] = Alphabet[(int)(bits >> held) & 63];
            }
        }

        if (held > 0)
        {
            digits[written] = Alphabet[(int)(bits << (6 - held)) & 63];
        }
    }

    internal static string ToText(ReadOnlySpan<byte> bytes)
    {
        byte[] digits = new byte[EncodedLength(bytes.Length)];
        Encode(bytes, digits);
        return System.Text.Encoding.ASCII.GetString(digits);
    }

    /// <summary>False for a foreign character, padding, an impossible length, or bits left over that are not zero.</summary>
    /// <param name="digits">Public text: the table is indexed by it.</param>
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
        foreach (byte digit in digits)
        {
            byte value = Values[digit];
            if (value == NoDigit)
            {
                return false;
            }

            bits = (bits << 6) | value;
            held += 6;
            if (held >= 8)
            {
                held -= 8;
                bytes[written++] = (byte)(bits >> held);
            }
        }

        return (bits & ((1u << held) - 1)) == 0;
    }

    /// <summary>The bytes of <paramref name="digits"/> when they are exactly as many as <paramref name="bytes"/> holds.</summary>
    internal static bool TryDecodeExactly(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        digits.Length == EncodedLength(bytes.Length) && TryDecode(digits, bytes);

    private static byte[] CreateValues()
    {
        byte[] values = new byte[256];
        Array.Fill(values, NoDigit);
        for (int i = 0; i < Alphabet.Length; i++)
        {
            values[Alphabet[i]] = (byte)i;
        }

        return values;
    }
}
