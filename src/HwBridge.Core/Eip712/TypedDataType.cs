using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Eip712;

/// <summary>The type of a member, such as <c>uint256</c>, <c>Person</c> or <c>bytes32[2][]</c>.</summary>
public sealed record TypedDataType
{
    /// <summary>The most dimensions of an array.</summary>
    public const int MaxDimensions = 4;

    private const int MaxLength = 1 << 16;

    private TypedDataType(string name, TypedDataKind kind) => (Name, Kind) = (name, kind);

    /// <summary>As the data has it.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public TypedDataKind Kind { get; }

    /// <summary>The bytes of a number or of fixed bytes, 1 to 32; else 0.</summary>
    public int Size { get; private init; }

    /// <summary>The type of an array's elements.</summary>
    public TypedDataType? Element { get; private init; }

    /// <summary>How many elements an array has, where its type says so.</summary>
    public int? Length { get; private init; }

    /// <summary>The type that is left when all dimensions of an array are taken away.</summary>
    public TypedDataType Base => Element?.Base ?? this;

    /// <summary>Reads a type; whether a struct of that name exists is not looked at.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TypedDataType? type) => TryParse(text, MaxDimensions, out type);

    /// <summary>The 32 bytes that a value of an atomic or dynamic type is in its struct or array.</summary>
    /// <param name="value">See <see cref="TypedDataValue.Bytes"/>; a number may have fewer bytes than its type, and is not negative then.</param>
    public Bytes32 EncodeData(ReadOnlySpan<byte> value)
    {
        if (Kind is TypedDataKind.Text or TypedDataKind.Bytes)
        {
            return Keccak256.Hash(value);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, Bytes32.Size, nameof(value));
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Fill(Kind == TypedDataKind.SignedInteger && value.Length == Size && value[0] >= 0x80 ? (byte)0xff : (byte)0);
        value.CopyTo(Kind == TypedDataKind.FixedBytes ? word : word[^value.Length..]);
        return new Bytes32(word);
    }

    /// <summary>A letter, _ or $, then those and digits: what Solidity takes for a name.</summary>
    internal static bool IsName(string text) => text.Length is > 0 and <= TypedData.MaxName && !char.IsAsciiDigit(text[0])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private static bool TryParse(string text, int dimensions, [NotNullWhen(true)] out TypedDataType? type)
    {
        type = null;
        if (!text.EndsWith(']'))
        {
            type = Atomic(text) ?? (IsName(text) ? new TypedDataType(text, TypedDataKind.Struct) : null);
            return type is not null;
        }

        int open = text.LastIndexOf('[');
        string length = open < 0 ? "" : text[(open + 1)..^1];
        if (open < 1 || dimensions == 0 || !TryParse(text[..open], dimensions - 1, out TypedDataType? element))
        {
            return false;
        }

        if (length.Length == 0)
        {
            type = new TypedDataType(text, TypedDataKind.Array) { Element = element };
        }
        else if (TryNumber(length, MaxLength - 1, out int count))
        {
            type = new TypedDataType(text, TypedDataKind.Array) { Element = element, Length = count };
        }

        return type is not null;
    }

    private static TypedDataType? Atomic(string text)
    {
        switch (text)
        {
            case "bool":
                return new TypedDataType(text, TypedDataKind.Boolean);
            case "address":
                return new TypedDataType(text, TypedDataKind.Address);
            case "string":
                return new TypedDataType(text, TypedDataKind.Text);
            case "bytes":
                return new TypedDataType(text, TypedDataKind.Bytes);
        }

        (TypedDataKind kind, string prefix, int unit) = text switch
        {
            ['u', 'i', 'n', 't', ..] => (TypedDataKind.UnsignedInteger, "uint", 8),
            ['i', 'n', 't', ..] => (TypedDataKind.SignedInteger, "int", 8),
            ['b', 'y', 't', 'e', 's', ..] => (TypedDataKind.FixedBytes, "bytes", 1),
            _ => default,
        };
        return prefix is not null && TryNumber(text[prefix.Length..], 32 * unit, out int size) && size > 0 && size % unit == 0
            ? new TypedDataType(text, kind) { Size = size / unit }
            : null;
    }

    /// <summary>Digits without leading zeros: another way of writing the same type would give it another hash.</summary>
    private static bool TryNumber(string text, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= max && !(text is ['0', _, ..]);
}
