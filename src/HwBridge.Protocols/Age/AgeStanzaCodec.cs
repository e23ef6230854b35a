using System.Buffers;
using System.Text;

namespace HwBridge.Protocols.Age;

/// <summary>
/// The lines of a stanza, in a file's header and on the pipes of a plugin alike (age specification § Recipient stanza):
/// <c>-&gt; TYPE ARGUMENT…</c>, then base64 in lines of 64, the last one shorter, empty where nothing is left.
/// </summary>
internal static class AgeStanzaCodec
{
    private const int Columns = 64;
    private const int BytesPerLine = 48;

    /// <summary>Reads the first line.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="arguments">The type and the arguments.</param>
    /// <returns>Null, or why it is malformed.</returns>
    internal static string? ReadArguments(ReadOnlySpan<byte> line, out string[] arguments)
    {
        arguments = [];
        if (!line.StartsWith("-> "u8))
        {
            return "a recipient stanza must begin with `-> `";
        }

        if (line[3..].ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
        {
            return "a stanza's arguments must be printable ASCII";
        }

        arguments = Encoding.ASCII.GetString(line[3..]).Split(' ');
        return arguments.Contains(string.Empty) ? "a stanza has an empty argument" : null;
    }

    /// <summary>Reads a line of the body.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="body">Receives the bytes.</param>
    /// <param name="last">True for the line that ends the body.</param>
    /// <returns>Null, or why it is malformed.</returns>
    internal static string? ReadBodyLine(ReadOnlySpan<byte> line, IBufferWriter<byte> body, out bool last)
    {
        last = line.Length < Columns;
        if (line.Length > Columns)
        {
            return $"a line of a stanza's body is longer than {Columns} characters";
        }

        int length = AgeBase64.DecodedLength(line.Length);
        if (!AgeBase64.TryDecode(line, body.GetSpan(length + 1)))
        {
            return "a stanza's body is not canonical base64 without padding, or its last, shorter line is missing";
        }

        body.Advance(length);
        return null;
    }

    /// <summary>Writes a stanza whose arguments are known to be well-formed.</summary>
    internal static void Write(IBufferWriter<byte> text, string type, IEnumerable<string> arguments, ReadOnlySpan<byte> body)
    {
        text.Write(Encoding.ASCII.GetBytes($"-> {string.Join(' ', arguments.Prepend(type))}\n"));
        bool last;
        do
        {
            last = body.Length < BytesPerLine;
            ReadOnlySpan<byte> bytes = last ? body : body[..BytesPerLine];
            int digits = AgeBase64.EncodedLength(bytes.Length);
            Span<byte> line = text.GetSpan(digits + 1);
            AgeBase64.Encode(bytes, line);
            line[digits] = (byte)'\n';
            text.Advance(digits + 1);
            body = body[bytes.Length..];
        }
        while (!last);
    }
}
