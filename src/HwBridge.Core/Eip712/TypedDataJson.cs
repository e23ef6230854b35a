using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Json;
using HwBridge.Core.Signing;

namespace HwBridge.Core.Eip712;

/// <summary>Reads typed data from JSON: its types first, wherever they stand, then its values by them.</summary>
internal ref struct TypedDataJson
{
    private const int MaxStructs = 64;
    private const int MaxFields = 64;

    // Decimal digits of 2^256 and a sign.
    private const int MaxNumber = 80;
    private const string Remedy = "Give what eth_signTypedData_v4 takes: an object with types, primaryType, domain and message.";

    private readonly Dictionary<string, TypedDataStruct> _structs;
    private JsonCursor _cursor;

    private TypedDataJson(JsonCursor cursor, Dictionary<string, TypedDataStruct> structs)
    {
        _cursor = cursor;
        _structs = structs;
    }

    internal static TypedData Parse(ReadOnlySpan<byte> json, string source)
    {
        TypedDataJson types = new(new JsonCursor(json, source, TypedData.MaxFileSize, Remedy), []);
        string primaryType = types.ReadTypes();
        TypedDataJson values = new(new JsonCursor(json, source, TypedData.MaxFileSize, Remedy), types._structs);
        return values.ReadValues(primaryType);
    }

    private string ReadTypes()
    {
        string? primaryType = null;
        bool found = false;
        _cursor.BeginObject();
        while (_cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "types":
                    found = true;
                    ReadStructs();
                    break;
                case "primaryType":
                    primaryType = _cursor.GetString(TypedData.MaxName);
                    break;
                case "domain" or "message":
                    _cursor.Skip();
                    break;
                default:
                    throw _cursor.Fault("is no member of typed data");
            }
        }

        if (!found)
        {
            throw _cursor.Missing("types");
        }

        foreach (string name in (string[])[primaryType ?? throw _cursor.Missing("primaryType"), TypedData.DomainType])
        {
            if (!_structs.ContainsKey(name))
            {
                throw _cursor.Fault($"has no type {JsonCursor.Quote(name)}");
            }
        }

        _cursor.End();
        return primaryType;
    }

    private static TypedDataType TypeOf(string name) => TypedDataType.TryParse(name, out TypedDataType? type)
        ? type
        : throw new InvalidOperationException($"{name} was taken for a struct");

    private TypedData ReadValues(string primaryType)
    {
        TypedDataValue? domain = null;
        TypedDataValue? message = null;
        _cursor.BeginObject();
        while (_cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "domain":
                    domain = ReadStruct(TypeOf(TypedData.DomainType));
                    break;

                // Nothing of it is signed then, whatever it says.
                case "message" when primaryType == TypedData.DomainType:
                    _cursor.BeginObject();
                    if (_cursor.NextMember(out _))
                    {
                        throw _cursor.Fault("would not be signed: the primary type is the domain");
                    }

                    break;
                case "message":
                    message = ReadStruct(TypeOf(primaryType));
                    break;
                default:
                    _cursor.Skip();
                    break;
            }
        }

        domain ??= ThrowMissing("domain");
        message ??= primaryType == TypedData.DomainType ? domain : ThrowMissing("message");
        return new TypedData(_structs, primaryType, domain, message);
    }

    private readonly TypedDataValue ThrowMissing(string member) => throw _cursor.Missing(member);

    private void ReadStructs()
    {
        _cursor.BeginObject();
        while (_cursor.NextMember(out string name))
        {
            bool isStruct = TypedDataType.TryParse(name, out TypedDataType? type) && type.Kind == TypedDataKind.Struct;
            if (!isStruct || _structs.Count == MaxStructs)
            {
                throw _cursor.Fault(isStruct ? $"is one type more than {MaxStructs}" : "has a name that is none of a struct");
            }

            _structs.Add(name, new TypedDataStruct(name, ReadFields()));
        }

        foreach (TypedDataStruct defined in _structs.Values)
        {
            foreach (TypedDataField field in defined.Fields)
            {
                if (field.Type.Base is { Kind: TypedDataKind.Struct, Name: string name } && !_structs.ContainsKey(name))
                {
                    throw _cursor.Fault($"has no type {JsonCursor.Quote(name)}, which {JsonCursor.Quote(defined.Name)} uses");
                }
            }
        }

        RefuseCycles();
    }

    private List<TypedDataField> ReadFields()
    {
        List<TypedDataField> fields = [];
        _cursor.BeginArray();
        while (_cursor.NextElement())
        {
            string? name = null;
            TypedDataType? type = null;
            _cursor.BeginObject();
            while (_cursor.NextMember(out string member))
            {
                switch (member)
                {
                    case "name":
                        name = _cursor.GetString(TypedData.MaxName);
                        break;
                    case "type":
                        string text = _cursor.GetString(2 * TypedData.MaxName);
                        type = TypedDataType.TryParse(text, out TypedDataType? parsed)
                            ? parsed
                            : throw _cursor.Fault($"is {JsonCursor.Quote(text)}, which is no type");
                        break;
                    default:
                        throw _cursor.Fault("is no member of a field's definition");
                }
            }

            name ??= ThrowNoName();
            if (!TypedDataType.IsName(name) || fields.Any(field => field.Name == name) || fields.Count == MaxFields)
            {
                throw _cursor.Fault($"defines {JsonCursor.Quote(name)}, which is no name, there already, or one more than {MaxFields}");
            }

            fields.Add(new TypedDataField(name, type ?? throw _cursor.Missing("type")));
        }

        return fields;
    }

    private readonly string ThrowNoName() => throw _cursor.Missing("name");

    /// <summary>Takes away structs that use none that is left, until all are gone, or only those that use each other.</summary>
    private readonly void RefuseCycles()
    {
        HashSet<string> left = [.. _structs.Keys];
        Dictionary<string, TypedDataStruct> structs = _structs;
        while (left.RemoveWhere(name => !structs[name].Fields.Any(field => left.Contains(field.Type.Base.Name))) > 0)
        {
            // Again: others may have become free.
        }

        if (left.Count > 0)
        {
            throw _cursor.Fault($"has the type {JsonCursor.Quote(left.Order(StringComparer.Ordinal).First())}, which contains itself");
        }
    }

    private TypedDataValue Read(TypedDataType type) => type.Kind switch
    {
        TypedDataKind.Struct => ReadStruct(type),
        TypedDataKind.Array => ReadArray(type),
        TypedDataKind.UnsignedInteger or TypedDataKind.SignedInteger => new TypedDataValue(type, ReadNumber(type)),
        TypedDataKind.Boolean => new TypedDataValue(type, new[] { ReadBoolean() }),
        TypedDataKind.Address => new TypedDataValue(type, ReadAddress()),
        TypedDataKind.FixedBytes => new TypedDataValue(type, ReadBytes(type.Size, type.Size)),
        TypedDataKind.Bytes => new TypedDataValue(type, ReadBytes(0, TypedData.MaxFileSize)),
        _ => new TypedDataValue(type, Encoding.UTF8.GetBytes(_cursor.GetString(TypedData.MaxFileSize))),
    };

    private TypedDataValue ReadStruct(TypedDataType type)
    {
        IReadOnlyList<TypedDataField> fields = _structs[type.Name].Fields;
        TypedDataValue?[] values = new TypedDataValue?[fields.Count];
        _cursor.BeginObject();
        while (_cursor.NextMember(out string name))
        {
            int index = 0;
            while (index < fields.Count && fields[index].Name != name)
            {
                index++;
            }

            values[index < fields.Count ? index : throw _cursor.Fault($"is no member of {JsonCursor.Quote(type.Name)}: it would not be signed")] =
                Read(fields[index].Type);
        }

        int missing = Array.IndexOf(values, null);
        return missing < 0 ? new TypedDataValue(type, values!) : throw _cursor.Missing(fields[missing].Name);
    }

    private TypedDataValue ReadArray(TypedDataType type)
    {
        List<TypedDataValue> items = [];
        _cursor.BeginArray();
        while (_cursor.NextElement())
        {
            items.Add(Read(type.Element!));
        }

        return type.Length is null || type.Length == items.Count
            ? new TypedDataValue(type, items)
            : throw _cursor.Fault($"must have {type.Length} elements, has {items.Count}");
    }

    /// <summary>A JSON number, or a string of decimal digits, or of 0x and hex digits.</summary>
    private byte[] ReadNumber(TypedDataType type)
    {
        bool isRaw = _cursor.Token == JsonTokenType.Number;
        string text = isRaw ? Encoding.ASCII.GetString(_cursor.GetRaw()) : _cursor.GetString(MaxNumber);
        bool isHex = !isRaw && text.StartsWith("0x", StringComparison.Ordinal);
        bool isNumber = isHex
            ? BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger value) && text.Length > 2
            : BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && text[0] != '+';
        if (text.Length > MaxNumber || !isNumber)
        {
            throw _cursor.Fault("must be a whole number: decimal, or 0x and hex digits in quotes");
        }

        bool isSigned = type.Kind == TypedDataKind.SignedInteger;
        BigInteger bound = BigInteger.One << ((8 * type.Size) - (isSigned ? 1 : 0));
        if (value >= bound || value < (isSigned ? -bound : 0))
        {
            throw _cursor.Fault($"does not fit {type.Name}");
        }

        byte[] bytes = new byte[type.Size];
        ReadOnlySpan<byte> number = value.ToByteArray(isUnsigned: !isSigned, isBigEndian: true);
        bytes.AsSpan().Fill(value.Sign < 0 ? (byte)0xff : (byte)0);
        number.CopyTo(bytes.AsSpan(bytes.Length - number.Length));
        return bytes;
    }

    private readonly byte ReadBoolean() => _cursor.Token switch
    {
        JsonTokenType.True => 1,
        JsonTokenType.False => 0,
        _ => throw _cursor.Fault("must be true or false"),
    };

    private byte[] ReadAddress() => ExecutionAddress.TryParse(_cursor.GetString(maxLength: 64), out ExecutionAddress address)
        ? address.ToArray()
        : throw _cursor.Fault("must be an address: 0x and 40 hex digits, with the right checksum where they have capitals and small letters");

    private byte[] ReadBytes(int min, int max)
    {
        string text = _cursor.GetString(maxLength: 2 + (2 * max));
        return !text.StartsWith("0x", StringComparison.Ordinal)
            ? throw _cursor.Fault("must begin with 0x")
            : text.Length % 2 == 0 && text.Length - 2 >= 2 * min && TryHex(text.AsSpan(2), out byte[] bytes)
                ? bytes
                : throw _cursor.Fault($"must be 0x and {(min == max ? $"{2 * min}" : "an even number of")} hex digits");
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out byte[] bytes)
    {
        bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
