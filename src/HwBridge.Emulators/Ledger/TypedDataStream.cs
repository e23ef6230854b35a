using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;

namespace HwBridge.Emulators.Ledger;

/// <summary>The values of one struct as they come, in the order of their definitions, hashed as they come (EIP-712).</summary>
internal sealed class TypedDataStream
{
    // The app's own: structs and arrays inside each other.
    private const int MaxDepth = 16;

    private readonly IReadOnlyDictionary<string, TypedDataStruct> _structs;
    private readonly Stack<Level> _levels = [];
    private readonly List<byte> _value = [];
    private readonly List<ScreenField> _shown = [];
    private int _awaited = -1;

    internal TypedDataStream(IReadOnlyDictionary<string, TypedDataStruct> structs, string name)
    {
        _structs = structs;
        IsSound = TryPush(name) && TryAdvance();
    }

    /// <summary>False when a struct has no members, or contains itself.</summary>
    internal bool IsSound { get; private set; }

    /// <summary>True when every value has come.</summary>
    internal bool IsWhole => IsSound && _levels.Count == 0;

    /// <summary>hashStruct, once it is whole.</summary>
    internal Bytes32 Hash { get; private set; }

    /// <summary>What the screen shows of the values.</summary>
    internal IReadOnlyList<ScreenField> Shown => _shown;

    /// <summary>Reads kind and flags | name of a struct | size | dimensions | name of the member.</summary>
    internal static TypedDataField? TryReadField(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return null;
        }

        byte flags = data[0];
        data = data[1..];
        string custom = "";
        if ((flags & 0x0f) == 0 && !TryReadName(ref data, out custom))
        {
            return null;
        }

        int size = 0;
        if ((flags & 0x40) != 0)
        {
            if (data.IsEmpty)
            {
                return null;
            }

            size = data[0];
            data = data[1..];
        }

        string? type = (flags & 0x0f) switch
        {
            0 => custom,
            1 => $"int{8 * size}",
            2 => $"uint{8 * size}",
            3 => "address",
            4 => "bool",
            5 => "string",
            6 => $"bytes{size}",
            7 => "bytes",
            _ => null,
        };
        if (type is null || ((flags & 0x80) != 0 && !TryReadDimensions(ref data, ref type)) || !TryReadName(ref data, out string name))
        {
            return null;
        }

        return data.IsEmpty && TypedDataType.TryParse(type, out TypedDataType? parsed) ? new TypedDataField(name, parsed) : null;
    }

    /// <summary>An array begins, of so many elements.</summary>
    internal bool TryBeginArray(byte count)
    {
        if (!IsSound || _awaited >= 0 || !_levels.TryPeek(out Level? level) || level.Next is not { Kind: TypedDataKind.Array } type
            || (type.Length is { } length && length != count) || _levels.Count == MaxDepth)
        {
            return false;
        }

        level.Take();
        _levels.Push(new Level([.. Enumerable.Repeat(type.Element!, count)]));
        return TryAdvance();
    }

    /// <summary>A value, or a part of one: two bytes of length before the first.</summary>
    internal bool TryTake(ReadOnlySpan<byte> data, bool isPartial)
    {
        if (!IsSound || !_levels.TryPeek(out Level? level) || level.Next is not { } type || type.Kind is TypedDataKind.Array)
        {
            return false;
        }

        if (_awaited < 0)
        {
            if (data.Length < sizeof(ushort))
            {
                return false;
            }

            _awaited = BinaryPrimitives.ReadUInt16BigEndian(data);
            data = data[sizeof(ushort)..];
        }

        _value.AddRange(data);
        bool isDynamic = type.Kind is TypedDataKind.Bytes or TypedDataKind.Text;
        if (_value.Count > _awaited || isPartial == (_value.Count == _awaited) || (isPartial && !isDynamic))
        {
            return false;
        }

        if (isPartial)
        {
            return true;
        }

        byte[] value = [.. _value];
        _value.Clear();
        _awaited = -1;
        if (Encode(type, value) is not { } word)
        {
            return false;
        }

        _shown.Add(new ScreenField(level.Name, Text(type, value)));
        level.Take();
        level.Hashed.AddRange(word.ToArray());
        return TryAdvance();
    }

    private static bool TryReadName(ref ReadOnlySpan<byte> data, out string name)
    {
        name = "";
        if (data.IsEmpty || data[0] == 0 || data[0] > data.Length - 1)
        {
            return false;
        }

        name = Encoding.ASCII.GetString(data.Slice(1, data[0]));
        data = data[(1 + data[0])..];
        return true;
    }

    private static bool TryReadDimensions(ref ReadOnlySpan<byte> data, ref string type)
    {
        if (data.IsEmpty)
        {
            return false;
        }

        int count = data[0];
        data = data[1..];
        for (; count > 0; count--)
        {
            if (data.IsEmpty || data[0] > 1 || data.Length < 1 + data[0])
            {
                return false;
            }

            type += data[0] == 1 ? $"[{data[1]}]" : "[]";
            data = data[(1 + data[0])..];
        }

        return true;
    }

    /// <summary>The 32 bytes of a value; null where it is none of its type.</summary>
    private static Bytes32? Encode(TypedDataType type, ReadOnlySpan<byte> value)
    {
        bool fits = type.Kind switch
        {
            TypedDataKind.Bytes or TypedDataKind.Text => true,
            TypedDataKind.Address => value.Length == ExecutionAddress.Size,
            TypedDataKind.Boolean => value.Length == 1,
            TypedDataKind.SignedInteger => value.Length is > 0 and <= Bytes32.Size,
            _ => value.Length <= Bytes32.Size,
        };
        return fits ? type.EncodeData(value) : null;
    }

    private static string Text(TypedDataType type, ReadOnlySpan<byte> value) =>
        type.Kind == TypedDataKind.Text ? Encoding.UTF8.GetString(value) : $"0x{Convert.ToHexStringLower(value)}";

    private bool TryPush(string name)
    {
        if (_levels.Count == MaxDepth || !_structs.TryGetValue(name, out TypedDataStruct? defined) || defined.Fields.Count == 0)
        {
            return false;
        }

        Level level = new([.. defined.Fields.Select(field => field.Type)], [.. defined.Fields.Select(field => field.Name)]);
        level.Hashed.AddRange(Keccak256.Hash(Encoding.ASCII.GetBytes(TypedDataStruct.EncodeType(name, _structs))).ToArray());
        _levels.Push(level);
        return true;
    }

    /// <summary>Goes down into structs, and up out of what is whole, to the next value or array.</summary>
    private bool TryAdvance()
    {
        while (_levels.TryPeek(out Level? level))
        {
            if (level.Next is { Kind: TypedDataKind.Struct } type)
            {
                level.Take();
                if (!TryPush(type.Name))
                {
                    return IsSound = false;
                }
            }
            else if (level.Next is not null)
            {
                return true;
            }
            else
            {
                _levels.Pop();
                Bytes32 hash = Keccak256.Hash([.. level.Hashed]);
                Hash = hash;
                if (_levels.TryPeek(out Level? parent))
                {
                    parent.Hashed.AddRange(hash.ToArray());
                }
            }
        }

        return true;
    }

    /// <summary>A struct's members or an array's elements, of which some have come.</summary>
    private sealed class Level(TypedDataType[] types, string[]? names = null)
    {
        private int _taken;

        internal List<byte> Hashed { get; } = [];

        internal TypedDataType? Next => _taken < types.Length ? types[_taken] : null;

        internal string Name => names?[_taken] ?? $"[{_taken}]";

        internal void Take() => _taken++;
    }
}
