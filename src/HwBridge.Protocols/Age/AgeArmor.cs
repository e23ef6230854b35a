using System.Buffers;
using System.Buffers.Text;
using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Age;

/// <summary>ASCII armor: the strict PEM of RFC 7468 with label <c>AGE ENCRYPTED FILE</c> (age specification § ASCII armor).</summary>
public static class AgeArmor
{
    private const int Columns = 64;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN AGE ENCRYPTED FILE-----"u8;

    private static ReadOnlySpan<byte> End => "-----END AGE ENCRYPTED FILE-----"u8;

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <summary>Whether a file begins as armored files do, after any white space.</summary>
    public static bool IsArmored(ReadOnlySpan<byte> file) => file.TrimStart(WhiteSpace).StartsWith("-----BEGIN"u8);

    /// <summary>The binary file inside; lines may end with LF or CR LF, white space may stand before and after.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/> with the line that is malformed.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> armored)
    {
        int number = 1 + armored[..(armored.Length - armored.TrimStart(WhiteSpace).Length)].Count((byte)'\n');
        ReadOnlySpan<byte> rest = armored.Trim(WhiteSpace);
        if (!NextLine(ref rest).SequenceEqual(Begin))
        {
            throw Malformed("the armor does not begin with -----BEGIN AGE ENCRYPTED FILE-----");
        }

        ArrayBufferWriter<byte> binary = new(Math.Max(1, rest.Length / 4 * 3));
        bool ended = false;
        while (true)
        {
            number++;
            bool isLastLine = rest.IsEmpty || rest.IndexOf((byte)'\n') < 0;
            ReadOnlySpan<byte> line = NextLine(ref rest);
            if (line.SequenceEqual(End))
            {
                return rest.IsEmpty && isLastLine ? binary.WrittenSpan.ToArray() : throw Malformed("something follows the armor's end");
            }

            if (isLastLine)
            {
                throw Malformed("the armor does not end with -----END AGE ENCRYPTED FILE-----");
            }

            if (ended)
            {
                throw Malformed("a line after the last, shorter one");
            }

            ended = line.Length < Columns || line[^1] == '=';
            if (line.Length is 0 or > Columns || line.Length % 4 != 0 || !TryDecodeLine(line, binary))
            {
                throw Malformed($"not {Columns} characters (fewer in the last line) of canonical, padded base64");
            }
        }

        FaultException Malformed(string cause) => AgeFault.Malformed($"line {number} of the armored file: {cause}");
    }

    /// <summary>The armored text of a binary file, with LF at the end of each line.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> binary)
    {
        ArrayBufferWriter<byte> text = new();
        text.Write(Begin);
        text.Write("\n"u8);
        while (!binary.IsEmpty)
        {
            ReadOnlySpan<byte> part = binary[..Math.Min(Columns / 4 * 3, binary.Length)];
            _ = Base64.EncodeToUtf8(part, text.GetSpan(Columns), out _, out int written);
            text.Advance(written);
            text.Write("\n"u8);
            binary = binary[part.Length..];
        }

        text.Write(End);
        text.Write("\n"u8);
        return text.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return end > 0 && line[^1] == '\r' ? line[..^1] : line;
    }

    private static bool TryDecodeLine(ReadOnlySpan<byte> line, ArrayBufferWriter<byte> binary)
    {
        int padding = line.EndsWith("=="u8) ? 2 : line.EndsWith("="u8) ? 1 : 0;
        ReadOnlySpan<byte> digits = line[..^padding];
        int length = AgeBase64.DecodedLength(digits.Length);
        if (!AgeBase64.TryDecode(digits, binary.GetSpan(length + 1)))
        {
            return false;
        }

        binary.Advance(length);
        return true;
    }
}
