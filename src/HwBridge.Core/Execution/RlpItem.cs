using System.Globalization;
using System.Numerics;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Execution;

/// <summary>Bytes, or a list of items: Recursive Length Prefix (Ethereum yellow paper, appendix B).</summary>
/// <remarks>Decoding is strict: one encoding for each value, nothing after the end, lists nested at most <see cref="MaxDepth"/> deep.</remarks>
public sealed class RlpItem
{
    /// <summary>A signed transaction has lists three deep.</summary>
    public const int MaxDepth = 8;

    /// <summary>A length up to here stands in the first byte.</summary>
    private const int MaxShort = 55;

    private const string Remedy = "Give it as the program that made it wrote it, whole.";

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly IReadOnlyList<RlpItem>? _items;

    /// <summary>Bytes.</summary>
    public RlpItem(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>A list.</summary>
    public RlpItem(IReadOnlyList<RlpItem> items) => _items = items;

    /// <summary>True for a list.</summary>
    public bool IsList => _items is not null;

    /// <summary>A number: big-endian without leading zeros.</summary>
    public static RlpItem Of(BigInteger number) =>
        new(number.IsZero ? ReadOnlyMemory<byte>.Empty : number.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>Decodes all of <paramref name="data"/>, which the item keeps.</summary>
    /// <param name="data">One item and nothing after it.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: what, at which byte.</exception>
    public static RlpItem Decode(ReadOnlyMemory<byte> data, string source)
    {
        int offset = 0;
        RlpItem item = Take(data, ref offset, data.Length, depth: 0, source);
        return offset == data.Length ? item : throw Bad(source, offset, $"has {data.Length - offset} bytes after its end");
    }

    /// <summary>The encoding.</summary>
    public byte[] Encode()
    {
        using MemoryStream output = new(EncodedSize);
        Write(output);
        return output.ToArray();
    }

    /// <summary>The items of a list of as many.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: not a list, or of another number.</exception>
    internal IReadOnlyList<RlpItem> List(string source, string what, params ReadOnlySpan<int> counts) =>
        _items is { } items && (counts.IsEmpty || counts.Contains(items.Count))
            ? items
            : throw Bad(source, $"{what} must be a list{(counts.IsEmpty ? "" : $" of {string.Join(" or ", counts.ToArray())}")}");

    /// <summary>The bytes, where there are no more than <paramref name="max"/>.</summary>
    internal ReadOnlyMemory<byte> Bytes(string source, string what, int min, int max) =>
        _items is null && _bytes.Length >= min && _bytes.Length <= max
            ? _bytes
            : throw Bad(source, $"{what} must be {(min == max ? $"{min}" : $"{min} to {max}")} bytes");

    /// <summary>A number without leading zeros, of at most <paramref name="maxBytes"/> bytes.</summary>
    internal BigInteger Number(string source, string what, int maxBytes)
    {
        ReadOnlySpan<byte> bytes = Bytes(source, what, 0, maxBytes).Span;
        return bytes is [0, ..] ? throw Bad(source, $"{what} has leading zeros") : new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    private static RlpItem Take(ReadOnlyMemory<byte> data, ref int offset, int end, int depth, string source)
    {
        if (offset >= end)
        {
            throw Bad(source, offset, "ends too early");
        }

        int start = offset;
        byte first = data.Span[offset++];
        if (first < 0x80)
        {
            return new RlpItem(data.Slice(start, 1));
        }

        bool isList = first >= 0xc0;
        int length = first - (isList ? 0xc0 : 0x80);
        if (length > MaxShort)
        {
            length = TakeLength(data.Span, ref offset, end, length - MaxShort, source);
        }

        if (length > end - offset)
        {
            throw Bad(source, start, $"announces {length} bytes, and {end - offset} are left");
        }

        int last = offset + length;
        if (!isList)
        {
            ReadOnlyMemory<byte> bytes = data[offset..last];
            offset = last;
            return length == 1 && bytes.Span[0] < 0x80 ? throw Bad(source, start, "has a length before a single small byte") : new RlpItem(bytes);
        }

        if (depth == MaxDepth)
        {
            throw Bad(source, start, $"has lists nested more than {MaxDepth} deep");
        }

        List<RlpItem> items = [];
        while (offset < last)
        {
            items.Add(Take(data, ref offset, last, depth + 1, source));
        }

        return new RlpItem(items);
    }

    private static int TakeLength(ReadOnlySpan<byte> data, ref int offset, int end, int size, string source)
    {
        int start = offset;
        if (size > sizeof(int) || size > end - offset)
        {
            throw Bad(source, start, "announces more bytes than there are");
        }

        long length = 0;
        for (int i = 0; i < size; i++)
        {
            length = (length << 8) | data[offset++];
        }

        return data[start] != 0 && length is > MaxShort and <= int.MaxValue
            ? (int)length
            : throw Bad(source, start, "has a length that is not written in the shortest way");
    }

    private int ContentSize => _items is null ? _bytes.Length : _items.Sum(item => item.EncodedSize);

    private int EncodedSize => IsOwnEncoding ? 1 : 1 + (ContentSize > MaxShort ? LengthSize(ContentSize) : 0) + ContentSize;

    private bool IsOwnEncoding => _items is null && _bytes is { Length: 1, Span: [< 0x80] };

    private static int LengthSize(int length) => (39 - BitOperations.LeadingZeroCount((uint)length)) / 8;

    private void Write(Stream output)
    {
        if (!IsOwnEncoding)
        {
            int length = ContentSize;
            int offset = _items is null ? 0x80 : 0xc0;
            if (length <= MaxShort)
            {
                output.WriteByte((byte)(offset + length));
            }
            else
            {
                int size = LengthSize(length);
                output.WriteByte((byte)(offset + MaxShort + size));
                for (int i = size - 1; i >= 0; i--)
                {
                    output.WriteByte((byte)(length >> (8 * i)));
                }
            }
        }

        output.Write(_bytes.Span);
        foreach (RlpItem item in _items ?? [])
        {
            item.Write(output);
        }
    }

    private static FaultException Bad(string source, int offset, string what) =>
        Bad(source, string.Create(CultureInfo.InvariantCulture, $"the item at byte {offset} {what}"));

    private static FaultException Bad(string source, string what) => new(Fault.BadInput, $"{source}: {what}", Remedy);
}
