namespace HwBridge.Core.Eip712;

/// <summary>A value of typed data: bytes, or the values of a struct's members or of an array's elements.</summary>
public sealed class TypedDataValue
{
    internal TypedDataValue(TypedDataType type, ReadOnlyMemory<byte> bytes) => (Type, Bytes, Items) = (type, bytes, []);

    internal TypedDataValue(TypedDataType type, IReadOnlyList<TypedDataValue> items) => (Type, Items) = (type, items);

    /// <summary>Its type.</summary>
    public TypedDataType Type { get; }

    /// <summary>
    /// A number big-endian in as many bytes as its type has (two's complement), a bool as one byte, an address as 20, a text in UTF-8.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The members of a struct in the order of its definition, or the elements of an array.</summary>
    public IReadOnlyList<TypedDataValue> Items { get; }
}
