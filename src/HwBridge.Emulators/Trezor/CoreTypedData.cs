using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// Typed data (EIP-712) as core firmware hashes it: it asks the host for each struct, then for each value by its place, and shows each.
/// </summary>
/// <remarks>Written from the newest source; no recording is at hand.</remarks>
internal sealed class CoreTypedData(
    Func<MessageType, IMessage, MessageType, MessageParser, Task<IMessage>> ask, Func<ButtonPrompt, string, ScreenField[], Task> confirm)
{
    private const int MaxStructs = 64;
    private const int MaxDepth = 16;

    private readonly Dictionary<string, TypedDataStruct> _structs = [];
    private readonly HashSet<string> _open = [];

    /// <summary>What is signed; null where the host sent what is no typed data.</summary>
    internal async Task<Bytes32?> HashAsync(string primaryType)
    {
        if (!await CollectAsync(TypedData.DomainType).ConfigureAwait(false) || !await CollectAsync(primaryType).ConfigureAwait(false))
        {
            return null;
        }

        await confirm(ButtonPrompt.TypedDataDomain, "Confirm domain", []).ConfigureAwait(false);
        byte[]? domain = await HashStructAsync(TypedData.DomainType, [0]).ConfigureAwait(false);
        byte[]? message = [];
        if (primaryType != TypedData.DomainType)
        {
            await ShowStructAsync(primaryType).ConfigureAwait(false);
            message = await HashStructAsync(primaryType, [1]).ConfigureAwait(false);
        }

        return domain is null || message is null ? null : Keccak256.Hash((ReadOnlySpan<byte>)[0x19, 0x01, .. domain, .. message]);
    }

    private async Task<bool> CollectAsync(string name)
    {
        if (_structs.ContainsKey(name))
        {
            return true;
        }

        EthereumTypedDataStructAck answer = (EthereumTypedDataStructAck)await ask(
            MessageType.EthereumTypedDataStructRequest,
            new EthereumTypedDataStructRequest { Name = name },
            MessageType.EthereumTypedDataStructAck,
            EthereumTypedDataStructAck.Parser).ConfigureAwait(false);
        List<TypedDataField> fields = [];
        foreach (EthereumStructMember member in answer.Members)
        {
            if (NameOf(member.Type, MaxDepth) is not { } text || !TypedDataType.TryParse(text, out TypedDataType? type))
            {
                return false;
            }

            fields.Add(new TypedDataField(member.Name, type));
        }

        _structs.Add(name, new TypedDataStruct(name, fields));
        foreach (TypedDataField field in fields)
        {
            bool isStruct = field.Type.Base.Kind == TypedDataKind.Struct;
            if (isStruct && (_structs.Count == MaxStructs || !await CollectAsync(field.Type.Base.Name).ConfigureAwait(false)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The type as EIP-712 writes it; null for a size or a name that does not belong to it.</summary>
    private static string? NameOf(EthereumFieldType type, int depth) => type switch
    {
        { DataType: EthereumDataType.Array, EntryType: { } entry } when depth > 0 && NameOf(entry, depth - 1) is { } element =>
            type.HasSize ? $"{element}[{type.Size}]" : $"{element}[]",
        { EntryType: not null } => null,
        { DataType: EthereumDataType.Struct, HasStructName: true, HasSize: true } => type.StructName,
        { HasStructName: true } => null,
        { DataType: EthereumDataType.Uint, Size: >= 1 and <= 32 } => $"uint{8 * type.Size}",
        { DataType: EthereumDataType.Int, Size: >= 1 and <= 32 } => $"int{8 * type.Size}",
        { DataType: EthereumDataType.Bytes } => type.HasSize ? $"bytes{type.Size}" : "bytes",
        { DataType: EthereumDataType.String, HasSize: false } => "string",
        { DataType: EthereumDataType.Bool, HasSize: false } => "bool",
        { DataType: EthereumDataType.Address, HasSize: false } => "address",
        _ => null,
    };

    private Task ShowStructAsync(string name) => confirm(
        ButtonPrompt.TypedDataStruct,
        $"Confirm struct {name}",
        [new ScreenField("Contains", string.Join(", ", _structs[name].Fields.Select(field => field.Name)))]);

    private async Task<byte[]?> HashStructAsync(string name, uint[] place)
    {
        if (place.Length > MaxDepth || !_open.Add(name))
        {
            return null;
        }

        List<byte> hashed = [.. Keccak256.Hash(Encoding.UTF8.GetBytes(TypedDataStruct.EncodeType(name, _structs))).ToArray()];
        for (int i = 0; i < _structs[name].Fields.Count; i++)
        {
            TypedDataField field = _structs[name].Fields[i];
            if (await EncodeAsync(field.Type, field.Name, [.. place, (uint)i]).ConfigureAwait(false) is not { } word)
            {
                return null;
            }

            hashed.AddRange(word);
        }

        _open.Remove(name);
        return Keccak256.Hash([.. hashed]).ToArray();
    }

    private async Task<byte[]?> EncodeAsync(TypedDataType type, string name, uint[] place)
    {
        switch (type.Kind)
        {
            case TypedDataKind.Struct:
                await ShowStructAsync(type.Name).ConfigureAwait(false);
                return await HashStructAsync(type.Name, place).ConfigureAwait(false);
            case TypedDataKind.Array:
                return await EncodeArrayAsync(type, name, place).ConfigureAwait(false);
            default:
                byte[] value = await ValueAsync(place).ConfigureAwait(false);
                if (Word(type, value) is not { } word)
                {
                    return null;
                }

                string text = type.Kind == TypedDataKind.Text ? Encoding.UTF8.GetString(value) : Convert.ToHexStringLower(value);
                await confirm(ButtonPrompt.TypedDataValue, $"{name} ({type.Name})", [new ScreenField(name, text)]).ConfigureAwait(false);
                return word;
        }
    }

    private async Task<byte[]?> EncodeArrayAsync(TypedDataType type, string name, uint[] place)
    {
        int? length = type.Length;
        if (length is null)
        {
            byte[] count = await ValueAsync(place).ConfigureAwait(false);
            length = count.Length == sizeof(ushort) ? BinaryPrimitives.ReadUInt16BigEndian(count) : null;
        }

        // Arrays of arrays are not supported.
        if (length is null || type.Element!.Kind == TypedDataKind.Array)
        {
            return null;
        }

        await confirm(ButtonPrompt.TypedDataArray, name, [new ScreenField("Array of", $"{length} {type.Element.Name}")]).ConfigureAwait(false);
        List<byte> hashed = [];
        for (uint i = 0; i < length; i++)
        {
            if (await EncodeAsync(type.Element, $"{name}[{i}]", [.. place, i]).ConfigureAwait(false) is not { } word)
            {
                return null;
            }

            hashed.AddRange(word);
        }

        return Keccak256.Hash([.. hashed]).ToArray();
    }

    private async Task<byte[]> ValueAsync(uint[] place)
    {
        EthereumTypedDataValueRequest question = new();
        question.MemberPath.Add(place);
        return ((EthereumTypedDataValueAck)await ask(
            MessageType.EthereumTypedDataValueRequest,
            question,
            MessageType.EthereumTypedDataValueAck,
            EthereumTypedDataValueAck.Parser).ConfigureAwait(false)).Value.ToByteArray();
    }

    private static byte[]? Word(TypedDataType type, byte[] value)
    {
        bool fits = type.Kind switch
        {
            TypedDataKind.Bytes or TypedDataKind.Text => true,
            TypedDataKind.Boolean => value is [0 or 1],
            TypedDataKind.Address => value.Length == ExecutionAddress.Size,
            _ => value.Length == type.Size,
        };
        return fits ? type.EncodeData(value).ToArray() : null;
    }
}
