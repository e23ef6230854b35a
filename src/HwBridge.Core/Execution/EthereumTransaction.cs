using System.Numerics;
using HwBridge.Core.Faults;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Execution;

/// <summary>A transaction of the execution layer that is to be signed: EIP-1559, EIP-2930, or legacy with a chain id (EIP-155).</summary>
public sealed class EthereumTransaction
{
    /// <summary>The most bytes of data; nodes pass on no transaction that is larger.</summary>
    public const int MaxData = 128 * 1024;

    private const int MaxSize = MaxData + (64 * 1024);
    private const int NumberSize = 32;
    private const int LegacyFields = 9;
    private const string Remedy = "Give an EIP-1559 transaction, or a legacy one with a chain id (EIP-155).";

    /// <summary>The form.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>The chain, from 1.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>How many transactions the sender has sent.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The most that a unit of gas may cost, in wei: maxFeePerGas, or the gasPrice of the other forms.</summary>
    public required BigInteger MaxFeePerGas { get; init; }

    /// <summary>What of it goes to the block's proposer, in wei; only of an EIP-1559 transaction.</summary>
    public BigInteger MaxPriorityFeePerGas { get; init; }

    /// <summary>The most gas that it may use.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>To whom; null makes a contract.</summary>
    public required ExecutionAddress? To { get; init; }

    /// <summary>How much is sent, in wei.</summary>
    public BigInteger Value { get; init; }

    /// <summary>What is called with what; at most <see cref="MaxData"/> bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>What will be read; not of a legacy transaction.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>The most that it can cost beside <see cref="Value"/>, in wei.</summary>
    public BigInteger MaxFee => MaxFeePerGas * GasLimit;

    /// <summary>The bytes whose hash is signed.</summary>
    public byte[] Encode() => Kind == TransactionKind.Legacy
        ? new RlpItem([.. LegacyItems(), RlpItem.Of(ChainId), RlpItem.Of(0), RlpItem.Of(0)]).Encode()
        : [(byte)Kind, .. new RlpItem([.. TypedItems()]).Encode()];

    /// <summary>What is signed.</summary>
    public Bytes32 SigningHash() => Keccak256.Hash(Encode());

    /// <summary>The bytes that a node takes (eth_sendRawTransaction).</summary>
    public byte[] EncodeSigned(EthereumSignature signature)
    {
        RlpItem r = RlpItem.Of(Number(signature.R));
        RlpItem s = RlpItem.Of(Number(signature.S));
        return Kind == TransactionKind.Legacy
            ? new RlpItem([.. LegacyItems(), RlpItem.Of((2 * (BigInteger)ChainId) + 35 + (signature.IsOdd ? 1 : 0)), r, s]).Encode()
            : [(byte)Kind, .. new RlpItem([.. TypedItems(), RlpItem.Of(signature.IsOdd ? 1 : 0), r, s]).Encode()];
    }

    /// <summary>Reads a transaction that is to be signed.</summary>
    /// <param name="encoded">See <see cref="Encode"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: what, where.</exception>
    public static EthereumTransaction Decode(ReadOnlyMemory<byte> encoded, string source)
    {
        (EthereumTransaction transaction, EthereumSignature? signature) = DecodeAny(encoded, source);
        return signature is null
            ? transaction
            : throw new FaultException(Fault.BadInput, $"{source}: the transaction is signed already", "Give it as it was before.");
    }

    /// <summary>Reads a signed transaction.</summary>
    /// <param name="encoded">See <see cref="EncodeSigned"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: what, where.</exception>
    public static (EthereumTransaction Transaction, EthereumSignature Signature) DecodeSigned(ReadOnlyMemory<byte> encoded, string source)
    {
        (EthereumTransaction transaction, EthereumSignature? signature) = DecodeAny(encoded, source);
        return (transaction, signature ?? throw new FaultException(Fault.BadInput, $"{source}: the transaction is not signed", "Sign it first."));
    }

    private static (EthereumTransaction Transaction, EthereumSignature? Signature) DecodeAny(ReadOnlyMemory<byte> encoded, string source)
    {
        if (encoded.Length is 0 or > MaxSize)
        {
            throw new FaultException(Fault.BadInput, $"{source}: a transaction has 1 to {MaxSize} bytes, not {encoded.Length}", Remedy);
        }

        return encoded.Span[0] switch
        {
            1 or 2 => DecodeTyped((TransactionKind)encoded.Span[0], RlpItem.Decode(encoded[1..], source), source),
            >= 0xc0 => DecodeLegacy(RlpItem.Decode(encoded, source).List(source, "the transaction", LegacyFields), source),
            byte other => throw new FaultException(Fault.BadInput, $"{source}: transactions of type {other} are not known here", Remedy),
        };
    }

    private static (EthereumTransaction Transaction, EthereumSignature? Signature) DecodeLegacy(IReadOnlyList<RlpItem> items, string source)
    {
        BigInteger v = items[6].Number(source, "v", sizeof(ulong) + 1);
        bool isUnsigned = items[7].Number(source, "r", NumberSize).IsZero && items[8].Number(source, "s", NumberSize).IsZero;
        BigInteger chainId = isUnsigned ? v : (v - 35) / 2;
        if (chainId.Sign <= 0 || chainId > ulong.MaxValue)
        {
            throw new FaultException(Fault.BadInput, $"{source}: the transaction names no chain, so that it would be good on every one", Remedy);
        }

        return (
            new EthereumTransaction
            {
                Kind = TransactionKind.Legacy,
                ChainId = (ulong)chainId,
                Nonce = (ulong)items[0].Number(source, "nonce", sizeof(ulong)),
                MaxFeePerGas = items[1].Number(source, "gasPrice", NumberSize),
                GasLimit = (ulong)items[2].Number(source, "gasLimit", sizeof(ulong)),
                To = ReadAddress(items[3], source),
                Value = items[4].Number(source, "value", NumberSize),
                Data = items[5].Bytes(source, "data", 0, MaxData),
            },
            isUnsigned ? null : new EthereumSignature(Word(items[7], source), Word(items[8], source), v.IsEven));
    }

    private static (EthereumTransaction Transaction, EthereumSignature? Signature) DecodeTyped(TransactionKind kind, RlpItem item, string source)
    {
        int fees = kind == TransactionKind.FeeMarket ? 2 : 1;
        int fields = 7 + fees;
        IReadOnlyList<RlpItem> items = item.List(source, "the transaction", fields, fields + 3);
        EthereumTransaction transaction = new()
        {
            Kind = kind,
            ChainId = (ulong)items[0].Number(source, "chainId", sizeof(ulong)),
            Nonce = (ulong)items[1].Number(source, "nonce", sizeof(ulong)),
            MaxPriorityFeePerGas = fees == 2 ? items[2].Number(source, "maxPriorityFeePerGas", NumberSize) : 0,
            MaxFeePerGas = items[1 + fees].Number(source, fees == 2 ? "maxFeePerGas" : "gasPrice", NumberSize),
            GasLimit = (ulong)items[2 + fees].Number(source, "gasLimit", sizeof(ulong)),
            To = ReadAddress(items[3 + fees], source),
            Value = items[4 + fees].Number(source, "value", NumberSize),
            Data = items[5 + fees].Bytes(source, "data", 0, MaxData),
            AccessList = [.. items[6 + fees].List(source, "accessList").Select(entry => ReadEntry(entry, source))],
        };
        if (items.Count == fields)
        {
            return (transaction, null);
        }

        BigInteger parity = items[fields].Number(source, "yParity", 1);
        return parity <= 1
            ? (transaction, new EthereumSignature(Word(items[fields + 1], source), Word(items[fields + 2], source), parity.IsOne))
            : throw new FaultException(Fault.BadInput, $"{source}: yParity is {parity}, and can be 0 or 1", Remedy);
    }

    private static ExecutionAddress? ReadAddress(RlpItem item, string source) =>
        item.Bytes(source, "to", 0, ExecutionAddress.Size) is { IsEmpty: false }
            ? new ExecutionAddress(item.Bytes(source, "to", ExecutionAddress.Size, ExecutionAddress.Size).Span)
            : null;

    private static AccessListEntry ReadEntry(RlpItem item, string source)
    {
        IReadOnlyList<RlpItem> entry = item.List(source, "an entry of accessList", 2);
        return new AccessListEntry(
            new ExecutionAddress(entry[0].Bytes(source, "an address of accessList", ExecutionAddress.Size, ExecutionAddress.Size).Span),
            [
                .. entry[1].List(source, "storage keys").Select(
                    key => new Bytes32(key.Bytes(source, "a storage key", Bytes32.Size, Bytes32.Size).Span)),
            ]);
    }

    private static Bytes32 Word(RlpItem item, string source)
    {
        ReadOnlySpan<byte> number = item.Number(source, "r or s", NumberSize).ToByteArray(isUnsigned: true, isBigEndian: true);
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Clear();
        number.CopyTo(word[(Bytes32.Size - number.Length)..]);
        return new Bytes32(word);
    }

    private static BigInteger Number(Bytes32 word) => new(word.ToArray(), isUnsigned: true, isBigEndian: true);

    private IEnumerable<RlpItem> LegacyItems() =>
        [RlpItem.Of(Nonce), RlpItem.Of(MaxFeePerGas), RlpItem.Of(GasLimit), Recipient(), RlpItem.Of(Value), new RlpItem(Data)];

    private IEnumerable<RlpItem> TypedItems() =>
    [
        RlpItem.Of(ChainId), RlpItem.Of(Nonce), .. Kind == TransactionKind.FeeMarket ? (RlpItem[])[RlpItem.Of(MaxPriorityFeePerGas)] : [],
        RlpItem.Of(MaxFeePerGas), RlpItem.Of(GasLimit), Recipient(), RlpItem.Of(Value), new RlpItem(Data),
        new RlpItem([
            .. AccessList.Select(entry => new RlpItem([
                new RlpItem(entry.Address.ToArray()), new RlpItem([.. entry.StorageKeys.Select(key => new RlpItem(key.ToArray()))]),
            ])),
        ]),
    ];

    private RlpItem Recipient() => new(To is { } to ? to.ToArray() : ReadOnlyMemory<byte>.Empty);
}
