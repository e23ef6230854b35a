using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Signs typed data (EIP-712) on core firmware, which asks for each struct and each value, and hashes them itself.</summary>
public sealed class SignTypedDataCommand : ITrezorCommand<EthereumSignature>
{
    private readonly Bip32Path _path;
    private readonly TypedData _data;

    /// <summary>Signs <paramref name="data"/> with the key at <paramref name="path"/>.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Unsupported"/>: an array in an array, or more elements than 16 bits count.</exception>
    public SignTypedDataCommand(Bip32Path path, TypedData data)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(data);
        (_path, _data) = (path, data);
        if (data.Structs.SelectMany(defined => defined.Fields).Any(field => field.Type.Element?.Kind == TypedDataKind.Array))
        {
            throw new FaultException(
                Fault.Unsupported, "a Trezor signs no typed data with arrays of arrays", "Sign it with another device.");
        }

        MaxQuestions = 64 + (4 * (data.Structs.Count + Count(data.Domain) + Count(data.Message)));
    }

    /// <inheritdoc/>
    public MessageType Request => MessageType.EthereumSignTypedData;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EthereumTypedDataSignature;

    /// <inheritdoc/>
    public int MaxQuestions { get; }

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        EthereumSignTypedData message = new() { PrimaryType = _data.PrimaryType, MetamaskV4Compat = true };
        message.AddressN.AddRange(_path.Indices.ToArray());
        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public MessageType? Reply(MessageType type, ReadOnlySpan<byte> payload, IBufferWriter<byte> reply)
    {
        switch (type)
        {
            case MessageType.EthereumTypedDataStructRequest:
                string name = TrezorMessage.Decode(EthereumTypedDataStructRequest.Parser, payload).Name;
                TypedDataStruct defined = _data.Structs.FirstOrDefault(one => one.Name == name)
                    ?? throw TrezorFault.Protocol("a question for a struct that there is not");
                EthereumTypedDataStructAck members = new();
                members.Members.Add(defined.Fields.Select(
                    field => new EthereumStructMember { Name = field.Name, Type = TypeOf(field.Type) }));
                members.WriteTo(reply);
                return MessageType.EthereumTypedDataStructAck;
            case MessageType.EthereumTypedDataValueRequest:
                TypedDataValue value = Find([.. TrezorMessage.Decode(EthereumTypedDataValueRequest.Parser, payload).MemberPath]);
                new EthereumTypedDataValueAck { Value = ByteString.CopyFrom(Bytes(value)) }.WriteTo(reply);
                return MessageType.EthereumTypedDataValueAck;
            default:
                return null;
        }
    }

    /// <inheritdoc/>
    public EthereumSignature Decode(ReadOnlySpan<byte> payload) =>
        SignEthereumMessageCommand.ReadSignature(TrezorMessage.Decode(EthereumTypedDataSignature.Parser, payload).Signature);

    private static int Count(TypedDataValue value) => 1 + value.Items.Sum(Count);

    /// <summary>A value, or how many elements an array has, in 16 bits.</summary>
    private static byte[] Bytes(TypedDataValue value)
    {
        if (value.Type.Kind == TypedDataKind.Struct)
        {
            throw TrezorFault.Protocol("a question for the value of a struct");
        }

        if (value.Type.Kind != TypedDataKind.Array)
        {
            return value.Bytes.ToArray();
        }

        byte[] count = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(count, checked((ushort)value.Items.Count));
        return count;
    }

    private TypedDataValue Find(uint[] path)
    {
        TypedDataValue? value = path is [0 or 1, ..] ? (path[0] == 0 ? _data.Domain : _data.Message) : null;
        foreach (uint index in path.Skip(1))
        {
            value = value is not null && index < value.Items.Count ? value.Items[(int)index] : null;
        }

        return value ?? throw TrezorFault.Protocol("a question for a value that there is not");
    }

    private EthereumFieldType TypeOf(TypedDataType type)
    {
        EthereumFieldType field = new()
        {
            DataType = type.Kind switch
            {
                TypedDataKind.UnsignedInteger => EthereumDataType.Uint,
                TypedDataKind.SignedInteger => EthereumDataType.Int,
                TypedDataKind.FixedBytes or TypedDataKind.Bytes => EthereumDataType.Bytes,
                TypedDataKind.Text => EthereumDataType.String,
                TypedDataKind.Boolean => EthereumDataType.Bool,
                TypedDataKind.Address => EthereumDataType.Address,
                TypedDataKind.Array => EthereumDataType.Array,
                _ => EthereumDataType.Struct,
            },
        };
        if (type.Size > 0 || type.Length is not null)
        {
            field.Size = (uint)(type.Length ?? type.Size);
        }

        if (type.Kind == TypedDataKind.Struct)
        {
            field.StructName = type.Name;
            field.Size = (uint)_data.Struct(type.Name).Fields.Count;
        }
        else if (type.Element is { } element)
        {
            field.EntryType = TypeOf(element);
        }

        return field;
    }
}
