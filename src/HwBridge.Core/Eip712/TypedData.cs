using System.Text;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Eip712;

/// <summary>Typed structured data that an account signs (EIP-712), as <c>eth_signTypedData_v4</c> has it.</summary>
/// <remarks>
/// Strict: each member of each struct is there, with nothing beside it, and of its type. A struct that contains itself, which the standard
/// allows through arrays, is refused, as ethers does: neither kind of device shows one.
/// </remarks>
public sealed class TypedData
{
    /// <summary>The largest document that is read, in bytes.</summary>
    public const int MaxFileSize = 256 * 1024;

    /// <summary>The name of the struct that says for which contract the data is.</summary>
    public const string DomainType = "EIP712Domain";

    internal const int MaxName = 128;

    private readonly Dictionary<string, TypedDataStruct> _structs;
    private readonly Dictionary<string, Bytes32> _typeHashes = [];

    internal TypedData(
        Dictionary<string, TypedDataStruct> structs, string primaryType, TypedDataValue domain, TypedDataValue message)
    {
        _structs = structs;
        PrimaryType = primaryType;
        Domain = domain;
        Message = message;
    }

    /// <summary>The name of the struct that the message is.</summary>
    public string PrimaryType { get; }

    /// <summary>For which contract it is.</summary>
    public TypedDataValue Domain { get; }

    /// <summary>The message; of no meaning where the primary type is <see cref="DomainType"/>.</summary>
    public TypedDataValue Message { get; }

    /// <summary>hashStruct of the domain.</summary>
    public Bytes32 DomainSeparator => HashStruct(Domain);

    /// <summary>hashStruct of the message; null where the domain is all that is signed.</summary>
    public Bytes32? MessageHash => PrimaryType == DomainType ? null : HashStruct(Message);

    /// <summary>The structs that the data uses, the domain's and the primary one first.</summary>
    public IReadOnlyList<TypedDataStruct> Structs =>

    [
        .. ((string[])[.. TypedDataStruct.Referenced(DomainType, _structs), .. TypedDataStruct.Referenced(PrimaryType, _structs)])
            .Distinct()
            .Select(name => _structs[name]),
    ];

    /// <summary>Reads JSON with <c>types</c>, <c>primaryType</c>, <c>domain</c> and <c>message</c>.</summary>
    /// <param name="json">UTF-8, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: what, where.</exception>
    public static TypedData Parse(ReadOnlySpan<byte> json, string source) => TypedDataJson.Parse(json, source);

    /// <summary>The struct of this name.</summary>
    public TypedDataStruct Struct(string name) => _structs[name];

    /// <summary>What is signed.</summary>
    public Bytes32 SigningHash() => Keccak256.Hash(
        (ReadOnlySpan<byte>)[0x19, 0x01, .. DomainSeparator.ToArray(), .. MessageHash?.ToArray() ?? []]);

    /// <summary>See <see cref="TypedDataStruct.EncodeType"/>.</summary>
    public string EncodeType(string name) => TypedDataStruct.EncodeType(name, _structs);

    private Bytes32 HashStruct(TypedDataValue value)
    {
        string name = value.Type.Name;
        if (!_typeHashes.TryGetValue(name, out Bytes32 typeHash))
        {
            typeHash = Keccak256.Hash(Encoding.UTF8.GetBytes(EncodeType(name)));
            _typeHashes.Add(name, typeHash);
        }

        return Keccak256.Hash([typeHash.ToArray(), .. value.Items.Select(item => (ReadOnlyMemory<byte>)EncodeData(item).ToArray())]);
    }

    /// <summary>The 32 bytes that a value is in its struct or array.</summary>
    private Bytes32 EncodeData(TypedDataValue value) => value.Type.Kind switch
    {
        TypedDataKind.Struct => HashStruct(value),
        TypedDataKind.Array => Keccak256.Hash([.. value.Items.Select(item => (ReadOnlyMemory<byte>)EncodeData(item).ToArray())]),
        _ => value.Type.EncodeData(value.Bytes.Span),
    };
}
