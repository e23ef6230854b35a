using System.Text;

namespace HwBridge.Protocols.Age;

/// <summary>Bech32 (BIP-173) as age uses it: without the limit of 90 characters.</summary>
internal static class Bech32
{
    /// <summary>The longest text that is looked at: age's own limit for a line of a recipients file.</summary>
    internal const int MaxLength = 8192;

    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;

    /// <summary>Lower-case text of <paramref name="data"/> under <paramref name="prefix"/>.</summary>
    /// <param name="prefix">The human-readable part, lower case.</param>
    /// <param name="data">Public bytes: the alphabet is indexed by them.</param>
    internal static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        StringBuilder text = new(prefix + "1");
        uint checksum = Start(prefix);
        uint bits = 0;
        int held = 0;
        foreach (byte value in data)
        {
            bits = (bits << 8) | value;
            held += 8;
            while (held >= 5)
            {
                held -= 5;
                Append((bits >> held) & 31);
            }
        }

        if (held > 0)
        {
            Append((bits << (5 - held)) & 31);
        }

        uint end = checksum;
        for (int i = 0; i < ChecksumLength; i++)
        {
            end = Step(end, 0);
        }

        end ^= 1;
        for (int i = ChecksumLength - 1; i >= 0; i--)
        {
            text.Append(Alphabet[(int)(end >> (5 * i)) & 31]);
        }

        return text.ToString();

        void Append(uint value)
        {
            checksum = Step(checksum, value);
            text.Append(Alphabet[(int)value]);
        }
    }

    /// <summary>Reads text of one case.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="prefix">The human-readable part, lower-cased.</param>
    /// <param name="data">The bytes.</param>
    /// <returns>Null, or why it is no Bech32.</returns>
    internal static string? Decode(string text, out string prefix, out byte[] data)
    {
        prefix = string.Empty;
        data = [];
        if (text.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }

        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return "is not Bech32: it has characters that are not printable ASCII, or a space";
        }

        if (text.AsSpan().ContainsAnyInRange('A', 'Z') && text.AsSpan().ContainsAnyInRange('a', 'z'))
        {
            return "mixes upper and lower case";
        }

        string lower = text.ToLowerInvariant();
        int separator = lower.LastIndexOf('1');
        if (separator < 1 || lower.Length - separator - 1 < ChecksumLength)
        {
            return "is not Bech32: a separator '1' and a checksum of 6 characters are missing";
        }

        prefix = lower[..separator];
        List<byte> bytes = new((lower.Length - separator) * 5 / 8);
        uint checksum = Start(prefix);
        uint bits = 0;
        int held = 0;
        for (int i = separator + 1; i < lower.Length; i++)
        {
            int value = Alphabet.IndexOf(lower[i], StringComparison.Ordinal);
            if (value < 0)
            {
                return $"is not Bech32: character {i + 1} can't occur in it";
            }

            checksum = Step(checksum, (uint)value);
            if (i >= lower.Length - ChecksumLength)
            {
                continue;
            }

            bits = (bits << 5) | (uint)value;
            held += 5;
            if (held >= 8)
            {
                held -= 8;
                bytes.Add((byte)(bits >> held));
            }
        }

        if (checksum != 1)
        {
            return "has a wrong checksum: a character is mistyped or missing";
        }

        if (held >= 5 || (bits & ((1u << held) - 1)) != 0)
        {
            return "is not Bech32: the bits left over at its end are not zero";
        }

        data = [.. bytes];
        return null;
    }

    /// <summary>
    /// Reads the upper-case text of a secret by arithmetic, without a branch or an index that depends on it; false when it is mistyped.
    /// </summary>
    /// <param name="text">All of the text.</param>
    /// <param name="prefix">The human-readable part that it must have, lower case.</param>
    /// <param name="data">Receives the bytes, of which there must be as many: guarded memory.</param>
    internal static bool TryDecodeSecret(ReadOnlySpan<byte> text, string prefix, Span<byte> data)
    {
        int start = prefix.Length + 1;
        if (text.Length != start + (((8 * data.Length) + 4) / 5) + ChecksumLength
            || !Encoding.ASCII.GetString(text[..start]).Equals($"{prefix}1", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        uint checksum = Start(prefix);
        uint bits = 0;
        int held = 0;
        int written = 0;
        int foreign = 0;
        for (int i = start; i < text.Length; i++)
        {
            int value = SecretValue(text[i]);
            foreign |= value;
            checksum = Step(checksum, (uint)value & 31);
            if (i < text.Length - ChecksumLength)
            {
                bits = (bits << 5) | ((uint)value & 31);
                held += 5;
                if (held >= 8)
                {
                    held -= 8;
                    data[written++] = (byte)(bits >> held);
                }
            }
        }

        return foreign >= 0 && checksum == 1 && (bits & ((1u << held) - 1)) == 0;
    }

    /// <summary>0 … 31, or −1 for what is no character of upper-case Bech32; all of the alphabet is compared.</summary>
    private static int SecretValue(byte character)
    {
        int value = -1;
        for (int i = 0; i < Alphabet.Length; i++)
        {
            int equal = ((character ^ char.ToUpperInvariant(Alphabet[i])) - 1) >> 31;
            value += equal & (i + 1);
        }

        return value;
    }

    private static uint Start(string prefix)
    {
        uint checksum = 1;
        foreach (char character in prefix)
        {
            checksum = Step(checksum, (uint)character >> 5);
        }

        checksum = Step(checksum, 0);
        foreach (char character in prefix)
        {
            checksum = Step(checksum, (uint)character & 31);
        }

        return checksum;
    }

    private static uint Step(uint checksum, uint value)
    {
        uint top = checksum >> 25;
        checksum = ((checksum & 0x1ffffff) << 5) ^ value;
        checksum ^= (top & 1) * 0x3b6a57b2;
        checksum ^= ((top >> 1) & 1) * 0x26508e6d;
        checksum ^= ((top >> 2) & 1) * 0x1ea119fa;
        checksum ^= ((top >> 3) & 1) * 0x3d4233dd;
        return checksum ^ (((top >> 4) & 1) * 0x2a1462b3);
    }
}
