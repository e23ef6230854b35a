using System.Globalization;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Json;

/// <summary>
/// A strict walk over the JSON of one file: a bounded depth, no comments, no trailing commas, no member twice, and each
/// fault names the file, the JSON path, the line and the byte (both of the file; lines from 1, bytes from 0).
/// </summary>
/// <remarks>Of the values of a file, which may be secrets given by mistake, faults quote only short names and numbers.</remarks>
internal ref struct JsonCursor
{
    private const int MaxDepth = 16;
    private const int MaxQuoted = 40;

    private readonly ReadOnlySpan<byte> _file;
    private readonly int _start;
    private readonly string _source;
    private readonly string _remedy;
    private readonly List<Frame> _frames;
    private Utf8JsonReader _reader;

    // The line of a place in the file that the cursor has passed.
    private int _lineOffset;
    private int _line = 1;

    /// <summary>Stands on the first token of <paramref name="file"/>.</summary>
    /// <param name="file">UTF-8, with or without a byte order mark.</param>
    /// <param name="source">What to call the file in faults.</param>
    /// <param name="maxSize">In bytes.</param>
    /// <param name="remedy">What to do when the file can't be read.</param>
    internal JsonCursor(ReadOnlySpan<byte> file, string source, int maxSize, string remedy)
    {
        if (file.Length > maxSize)
        {
            FormattableString cause = $"{source}: {file.Length:N0} bytes are more than such a file ever has (limit {maxSize:N0})";
            throw new FaultException(Faults.Fault.BadInput, cause.ToString(CultureInfo.InvariantCulture), remedy);
        }

        _file = file;
        _start = file.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        _source = source;
        _remedy = remedy;
        _frames = [];
        _reader = new Utf8JsonReader(file[_start..], new JsonReaderOptions { MaxDepth = MaxDepth });
        Read();
    }

    /// <summary>The kind of the value under the cursor.</summary>
    internal readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Enters the object under the cursor.</summary>
    internal void BeginObject()
    {
        Expect(JsonTokenType.StartObject, "must be an object");
        _frames.Add(new Frame { Names = [] });
    }

    /// <summary>Moves to the next member's value; false, and out of the object, when there is none.</summary>
    internal bool NextMember(out string name)
    {
        Frame frame = _frames[^1];
        frame.Name = null;
        Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            _frames.RemoveAt(_frames.Count - 1);
            name = string.Empty;
            return false;
        }

        name = Text();
        frame.Name = name;
        if (!frame.Names!.Add(name))
        {
            throw Fault("appears twice in the same object");
        }

        Read();
        return true;
    }

    /// <summary>Enters the array under the cursor.</summary>
    internal void BeginArray()
    {
        Expect(JsonTokenType.StartArray, "must be an array");
        _frames.Add(new Frame());
    }

    /// <summary>Moves to the next element; false, and out of the array, when there is none.</summary>
    internal bool NextElement()
    {
        Read();
        if (_reader.TokenType == JsonTokenType.EndArray)
        {
            _frames.RemoveAt(_frames.Count - 1);
            return false;
        }

        _frames[^1].Index++;
        return true;
    }

    /// <summary>The elements of the array under the cursor, which is then left.</summary>
    internal List<T> GetArray<T>(JsonElementReader<T> read)
    {
        List<T> elements = [];
        BeginArray();
        while (NextElement())
        {
            elements.Add(read(ref this));
        }

        return elements;
    }

    /// <summary>Passes over the value under the cursor, whatever it is.</summary>
    internal void Skip()
    {
        try
        {
            _reader.Skip();
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
        }
    }

    /// <summary>Nothing may follow the value just read.</summary>
    internal void End()
    {
        bool more;
        try
        {
            more = _reader.Read();
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
        }

        if (more)
        {
            throw Fault("has more after its end");
        }
    }

    /// <summary>The string under the cursor.</summary>
    internal string GetString(int maxLength)
    {
        Expect(JsonTokenType.String, "must be a string");
        if (_reader.ValueSpan.Length > maxLength)
        {
            throw Fault($"is longer than {maxLength} bytes");
        }

        return Text();
    }

    /// <summary>The string under the cursor, which must be one of these.</summary>
    internal string GetOneOf(params ReadOnlySpan<string> known)
    {
        string text = GetString(maxLength: 256);
        foreach (string candidate in known)
        {
            if (text == candidate)
            {
                return candidate;
            }
        }

        throw Fault($"must be {string.Join(" or ", known!)}, is {Quote(text)}");
    }

    /// <summary>The whole number under the cursor.</summary>
    internal long GetInteger(long min, long max)
    {
        Expect(JsonTokenType.Number, "must be a number");
        if (!_reader.TryGetInt64(out long value))
        {
            throw Fault("must be a whole number that fits 64 bits");
        }

        return value >= min && value <= max
            ? value
            : throw Fault(string.Create(CultureInfo.InvariantCulture, $"must be {min} to {max}, is {value}"));
    }

    /// <summary>The 64-bit number in the string under the cursor: decimal digits, as the JSON of the consensus layer has numbers.</summary>
    internal ulong GetQuotedNumber()
    {
        Expect(JsonTokenType.String, "must be a number in quotes");
        return ulong.TryParse(GetString(maxLength: 20), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw Fault("must be decimal digits in quotes, a number of at most 64 bits");
    }

    /// <summary>The bytes of the hex string under the cursor, with or without 0x.</summary>
    internal byte[] GetHex(int minBytes, int maxBytes)
    {
        string text = GetString(maxLength: 2 + (2 * maxBytes));
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        if (digits.Length % 2 != 0 || digits.Length < 2 * minBytes || digits.Length > 2 * maxBytes)
        {
            string wanted = minBytes == maxBytes ? $"{2 * minBytes}" : $"an even number, {2 * minBytes} to {2 * maxBytes},";
            throw Fault($"must have {wanted} hex digits, has {digits.Length}");
        }

        byte[] bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw Fault("has a character that is no hex digit");
    }

    /// <summary>
    /// The secret bytes of the string under the cursor, 0x and two hex digits a byte, without a managed copy and in constant time.
    /// </summary>
    internal void GetSecretHex(Span<byte> secret)
    {
        Expect(JsonTokenType.String, "must be a string");
        ReadOnlySpan<byte> text = _reader.ValueSpan;
        if (!text.StartsWith("0x"u8) || !SecretHex.TryDecode(text[2..], secret))
        {
            throw Fault($"must be 0x and {2 * secret.Length} hex digits");
        }
    }

    /// <summary>Passes over the value under the cursor and gives its bytes as they stand in the file.</summary>
    internal ReadOnlySpan<byte> GetRaw()
    {
        int start = _start + (int)_reader.TokenStartIndex;
        Skip();
        return _file[start..(_start + (int)_reader.BytesConsumed)];
    }

    /// <summary>The public key under the cursor: 96 hex digits with or without 0x, a point that is checked.</summary>
    internal BlsPublicKey GetPublicKey()
    {
        PointValidity validity = BlsPublicKey.TryParse(GetString(maxLength: 256), out BlsPublicKey key);
        return validity == PointValidity.Valid ? key : throw Fault(validity.Describe());
    }

    /// <summary>The signature under the cursor: 192 hex digits with or without 0x, a point that is checked.</summary>
    internal BlsSignature GetSignature()
    {
        PointValidity validity = BlsSignature.TryDecode(GetHex(BlsSignature.Size, BlsSignature.Size), out BlsSignature signature);
        return validity == PointValidity.Valid ? signature : throw Fault(validity.DescribeSignature());
    }

    /// <summary>A fault for a member that the object just left (or the value under the cursor) should have.</summary>
    internal readonly FaultException Missing(string member) => Fault($"has no member \"{member}\"");

    /// <summary>The line of the token under the cursor, from 1.</summary>
    /// <remarks>Counted on from where it was last asked: asking at each element reads the file once, not once an element.</remarks>
    internal int Line
    {
        get
        {
            int offset = _start + (int)_reader.TokenStartIndex;
            _line += _file[_lineOffset..offset].Count((byte)'\n');
            _lineOffset = offset;
            return _line;
        }
    }

    /// <summary>A fault about the value under the cursor.</summary>
    /// <param name="what">The end of the sentence that begins with the value's path.</param>
    internal readonly FaultException Fault(string what) => Fault(what, _start + (int)_reader.TokenStartIndex, null);

    /// <summary>A short text of the file, safe to show on a terminal.</summary>
    internal static string Quote(string text)
    {
        StringBuilder safe = new("\"");
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, MaxQuoted)))
        {
            safe.Append(character is >= ' ' and < '\x7f' and not '"' ? character : '?');
        }

        return safe.Append(text.Length > MaxQuoted ? "…\"" : "\"").ToString();
    }

    private readonly FaultException Fault(string what, int offset, Exception? inner) => new(
        Faults.Fault.BadInput,
        string.Create(CultureInfo.InvariantCulture, $"{_source}: {Path()} (line {LineAt(offset)}, byte {offset}) {what}"),
        _remedy,
        inner);

    private readonly FaultException NotJson(JsonException exception) =>
        Fault("is not well-formed JSON", _start + (int)_reader.BytesConsumed, exception);

    private readonly int LineAt(int offset) => 1 + _file[..Math.Min(offset, _file.Length)].Count((byte)'\n');

    private readonly string Path()
    {
        StringBuilder path = new("$");
        foreach (Frame frame in _frames)
        {
            if (frame.Names is null)
            {
                _ = frame.Index < 0 ? path : path.Append(CultureInfo.InvariantCulture, $"[{frame.Index}]");
            }
            else if (frame.Name is { } name)
            {
                bool plain = name.Length is > 0 and <= MaxQuoted && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
                _ = plain ? path.Append('.').Append(name) : path.Append('[').Append(Quote(name)).Append(']');
            }
        }

        return path.ToString();
    }

    private readonly void Expect(JsonTokenType type, string what)
    {
        if (_reader.TokenType != type)
        {
            throw Fault(what);
        }
    }

    private readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw Fault("is not valid UTF-8 text", _start + (int)_reader.TokenStartIndex, exception);
        }
    }

    /// <summary>Never at the end: an open object or array, or an empty file, makes that an exception.</summary>
    private void Read()
    {
        try
        {
            _reader.Read();
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
        }
    }

    /// <summary>An object (with its names) or an array (with its index) that the cursor is in.</summary>
    private sealed class Frame
    {
        internal HashSet<string>? Names { get; init; }

        internal string? Name { get; set; }

        internal int Index { get; set; } = -1;
    }
}
