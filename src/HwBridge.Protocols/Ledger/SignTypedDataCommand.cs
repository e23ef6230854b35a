using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Ledger;

/// <summary>
/// E01A, E01C, then E00C with P2=01: streams typed data (EIP-712), which the app hashes itself, and signs it.
/// </summary>
/// <remarks>
/// <code>
///   E01A 00 00 name, E01A 00 FF type | name …        each struct and its members
///   E01C 00 00 EIP712Domain, E01C 00 FF length | value …, E01C 00 0F number of elements
///   E01C 00 00 primary type, …
///   E00C 00 01 path
/// </code>
/// Without descriptors that the maker has signed (E01E) the app shows the domain, and by its settings the members or the message's hash.
/// </remarks>
public sealed class SignTypedDataCommand : ILedgerCommand<EthereumSignature>
{
    private const int MaxElements = byte.MaxValue;
    private const int MaxValue = ushort.MaxValue;
    private const byte IsArray = 0x80;
    private const byte HasSize = 0x40;
    private const byte PartFollows = 0x01;

    private readonly Bip32Path _path;
    private readonly List<byte[]> _apdus = [];

    /// <summary>Signs <paramref name="data"/> with the key at <paramref name="path"/>.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Unsupported"/>: the app can't take it.</exception>
    public SignTypedDataCommand(Bip32Path path, TypedData data)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(data);
        _path = path;
        if (data.PrimaryType == TypedData.DomainType || data.Domain.Items.Count == 0 || data.Message.Items.Count == 0)
        {
            throw Unsupported("a domain or a message without members");
        }

        foreach (TypedDataStruct defined in data.Structs)
        {
            Add(EthereumApp.DefineStruct, 0, EthereumApp.StructName, Encoding.ASCII.GetBytes(defined.Name));
            foreach (TypedDataField field in defined.Fields)
            {
                Add(EthereumApp.DefineStruct, 0, EthereumApp.StructField, Definition(field));
            }
        }

        foreach (TypedDataValue root in (TypedDataValue[])[data.Domain, data.Message])
        {
            Add(EthereumApp.ImplementStruct, 0, EthereumApp.StructName, Encoding.ASCII.GetBytes(root.Type.Name));
            AddItems(root);
        }

        Add(EthereumApp.SignTypedData, 0, EthereumApp.TypedStream, PathCodec.Before(path, []));
    }

    /// <inheritdoc/>
    public string Name => "SIGN_EIP_712_MESSAGE (E00C)";

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Links => _apdus.Count;

    /// <summary>Writes the first definition.</summary>
    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => EncodeLink(0, apdu);

    /// <inheritdoc/>
    public int EncodeLink(int link, Span<byte> apdu)
    {
        _apdus[link].CopyTo(apdu);
        return _apdus[link].Length;
    }

    /// <inheritdoc/>
    public int EncodeAbandon(Span<byte> apdu) => new GetPublicKeyCommand(_path).Encode(apdu);

    /// <inheritdoc/>
    public EthereumSignature Parse(ReadOnlySpan<byte> data) => SignatureAnswer.OfMessage(Name, data);

    /// <summary>Kind and flags | name of a struct | size | dimensions, from the innermost | name of the member.</summary>
    private static byte[] Definition(TypedDataField field)
    {
        TypedDataType type = field.Type.Base;
        bool hasSize = type.Size > 0;
        byte kind = type.Kind switch
        {
            TypedDataKind.Struct => 0,
            TypedDataKind.SignedInteger => 1,
            TypedDataKind.UnsignedInteger => 2,
            TypedDataKind.Address => 3,
            TypedDataKind.Boolean => 4,
            TypedDataKind.Text => 5,
            TypedDataKind.FixedBytes => 6,
            _ => 7,
        };
        byte[] name = type.Kind == TypedDataKind.Struct ? WithLength(type.Name) : [];
        List<byte> dimensions = [];
        int count = 0;
        for (TypedDataType array = field.Type; array.Element is { } element; array = element, count++)
        {
            dimensions.InsertRange(0, array.Length is { } length ? [1, checked((byte)Math.Min(length, MaxElements))] : [0]);
        }

        return
        [
            (byte)(kind | (count > 0 ? IsArray : 0) | (hasSize ? HasSize : 0)), .. name, .. hasSize ? (byte[])[(byte)type.Size] : [],
            .. count > 0 ? (byte[])[(byte)count, .. dimensions] : [], .. WithLength(field.Name),
        ];
    }

    private static byte[] WithLength(string name) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static FaultException Unsupported(string what) => new(
        Fault.Unsupported, $"the Ledger's Ethereum app does not take {what} in typed data", "Sign it with another device.");

    private void AddItems(TypedDataValue value)
    {
        foreach (TypedDataValue item in value.Items)
        {
            switch (item.Type.Kind)
            {
                case TypedDataKind.Struct when item.Items.Count == 0:
                    throw Unsupported("a struct without members");
                case TypedDataKind.Array when item.Items.Count > MaxElements || item.Type.Length > MaxElements:
                    throw Unsupported($"an array of more than {MaxElements} elements");
                case TypedDataKind.Array:
                    Add(EthereumApp.ImplementStruct, 0, EthereumApp.ArrayLength, [(byte)item.Items.Count]);
                    AddItems(item);
                    break;
                case TypedDataKind.Struct:
                    AddItems(item);
                    break;
                default:
                    AddValue(item.Bytes.Span);
                    break;
            }
        }
    }

    private void AddValue(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxValue)
        {
            throw Unsupported($"a value of more than {MaxValue} bytes");
        }

        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)value.Length);
        ReadOnlySpan<byte> rest = [.. length, .. value];
        while (rest.Length > ApduLimits.MaxData)
        {
            Add(EthereumApp.ImplementStruct, PartFollows, EthereumApp.StructField, rest[..ApduLimits.MaxData]);
            rest = rest[ApduLimits.MaxData..];
        }

        Add(EthereumApp.ImplementStruct, 0, EthereumApp.StructField, rest);
    }

    private void Add(byte instruction, byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        Span<byte> apdu = stackalloc byte[ApduLimits.MaxCommand];
        _apdus.Add(apdu[..new CommandApdu(EthereumApp.Cla, instruction, p1, p2, data).Encode(apdu)].ToArray());
    }
}
