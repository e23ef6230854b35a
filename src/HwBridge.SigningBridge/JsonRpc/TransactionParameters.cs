using System.Globalization;
using System.Numerics;
using System.Text.Json;
using HwBridge.Core.Execution;
using HwBridge.Core.Json;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>The transaction object of eth_signTransaction and of Clef's account_signTransaction.</summary>
/// <param name="From">The account that signs.</param>
/// <param name="Transaction">What it signs.</param>
internal sealed record TransactionParameters(ExecutionAddress From, EthereumTransaction Transaction)
{
    private const string FromNode = "this bridge asks no node";
    private const int MaxEntries = 256;

    /// <summary>Reads the object under the cursor. A member that is null counts as absent.</summary>
    /// <param name="cursor">On the object.</param>
    /// <param name="defaultChain">The chain where the object names none.</param>
    internal static TransactionParameters Read(ref JsonCursor cursor, ulong defaultChain)
    {
        ExecutionAddress? from = null;
        ExecutionAddress? to = null;
        BigInteger? gasPrice = null;
        BigInteger? maxFee = null;
        BigInteger? priorityFee = null;
        BigInteger value = 0;
        BigInteger? type = null;
        ulong? gas = null;
        ulong? nonce = null;
        ulong chain = defaultChain;
        byte[]? data = null;
        List<AccessListEntry>? accessList = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (cursor.Token == JsonTokenType.Null)
            {
                continue;
            }

            switch (name)
            {
                case "from":
                    from = Quantity.ReadAddress(ref cursor);
                    break;
                case "to":
                    to = Quantity.ReadAddress(ref cursor);
                    break;
                case "gas" or "gasLimit" when gas is null:
                    gas = Quantity.Read64(ref cursor);
                    break;
                case "gasPrice":
                    gasPrice = Quantity.Read(ref cursor);
                    break;
                case "maxFeePerGas":
                    maxFee = Quantity.Read(ref cursor);
                    break;
                case "maxPriorityFeePerGas":
                    priorityFee = Quantity.Read(ref cursor);
                    break;
                case "value":
                    value = Quantity.Read(ref cursor);
                    break;
                case "nonce":
                    nonce = Quantity.Read64(ref cursor);
                    break;
                case "chainId":
                    chain = Quantity.Read64(ref cursor) is > 0 and { } number ? number : throw cursor.Fault("must be a chain, from 1");
                    break;
                case "data" or "input":
                    byte[] bytes = Quantity.ReadData(ref cursor, 0, EthereumTransaction.MaxData);
                    data = data is null || data.AsSpan().SequenceEqual(bytes) ? bytes : throw cursor.Fault("differs: data and input must be the same");
                    break;
                case "accessList":
                    accessList = cursor.GetArray(ReadEntry);
                    _ = accessList.Count <= MaxEntries ? 0 : throw cursor.Fault($"has more than {MaxEntries} entries");
                    break;
                case "type":
                    type = Quantity.Read(ref cursor);
                    break;
                default:
                    throw cursor.Fault("is no member of a transaction that is signed here");
            }
        }

        TransactionKind kind = maxFee is null && priorityFee is null && gasPrice is not null ? TransactionKind.Legacy : TransactionKind.FeeMarket;
        if ((gasPrice is not null && kind == TransactionKind.FeeMarket) || (type is not null && type != (int)kind)
            || (kind == TransactionKind.Legacy && accessList is { Count: > 0 }))
        {
            throw cursor.Fault(
                "mixes kinds: give gasPrice alone (legacy, type 0x0), or maxFeePerGas and maxPriorityFeePerGas (EIP-1559, type 0x2); others are not signed");
        }

        return new TransactionParameters(
            from ?? throw cursor.Missing("from"),
            new EthereumTransaction
            {
                Kind = kind,
                ChainId = chain,
                Nonce = nonce ?? throw cursor.Fault($"has no member \"nonce\": {FromNode}"),
                GasLimit = gas ?? throw cursor.Fault($"has no member \"gas\": {FromNode}"),
                MaxFeePerGas = gasPrice ?? maxFee ?? throw cursor.Fault($"has no member \"maxFeePerGas\": {FromNode}"),
                MaxPriorityFeePerGas = kind == TransactionKind.Legacy
                    ? 0
                    : priorityFee ?? throw cursor.Fault($"has no member \"maxPriorityFeePerGas\": {FromNode}"),
                To = to,
                Value = value,
                Data = data,
                AccessList = accessList ?? [],
            });
    }

    /// <summary>The signed transaction as nodes and Clef show it.</summary>
    internal static void WriteSigned(Utf8JsonWriter json, EthereumTransaction transaction, EthereumSignature signature)
    {
        byte[] raw = transaction.EncodeSigned(signature);
        bool isLegacy = transaction.Kind == TransactionKind.Legacy;
        json.WriteStartObject();
        json.WriteString("raw"u8, Hex(raw));
        json.WriteStartObject("tx"u8);
        json.WriteString("type"u8, Quantity.Write((int)transaction.Kind));
        json.WriteString("chainId"u8, Quantity.Write(transaction.ChainId));
        json.WriteString("nonce"u8, Quantity.Write(transaction.Nonce));
        json.WriteString("gas"u8, Quantity.Write(transaction.GasLimit));
        if (isLegacy)
        {
            json.WriteString("gasPrice"u8, Quantity.Write(transaction.MaxFeePerGas));
        }
        else
        {
            json.WriteString("maxFeePerGas"u8, Quantity.Write(transaction.MaxFeePerGas));
            json.WriteString("maxPriorityFeePerGas"u8, Quantity.Write(transaction.MaxPriorityFeePerGas));
            json.WriteStartArray("accessList"u8);
            foreach (AccessListEntry entry in transaction.AccessList)
            {
                json.WriteStartObject();
                json.WriteString("address"u8, entry.Address.ToString());
                json.WriteStartArray("storageKeys"u8);
                foreach (Bytes32 key in entry.StorageKeys)
                {
                    json.WriteStringValue(key.ToString());
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteString("to"u8, transaction.To?.ToString());
        json.WriteString("value"u8, Quantity.Write(transaction.Value));
        json.WriteString("input"u8, Hex(transaction.Data.Span));
        int parity = signature.IsOdd ? 1 : 0;
        json.WriteString("v"u8, Quantity.Write(isLegacy ? (2 * (BigInteger)transaction.ChainId) + 35 + parity : parity));
        json.WriteString("r"u8, Quantity.Write(Number(signature.R)));
        json.WriteString("s"u8, Quantity.Write(Number(signature.S)));
        json.WriteString("hash"u8, Keccak256.Hash(raw).ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>0x and hex digits.</summary>
    internal static string Hex(ReadOnlySpan<byte> bytes) => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(bytes)}");

    private static BigInteger Number(Bytes32 word) => new(word.ToArray(), isUnsigned: true, isBigEndian: true);

    private static AccessListEntry ReadEntry(ref JsonCursor cursor)
    {
        ExecutionAddress? address = null;
        List<Bytes32>? keys = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "address":
                    address = Quantity.ReadAddress(ref cursor);
                    break;
                case "storageKeys":
                    keys = cursor.GetArray(static (ref JsonCursor key) => new Bytes32(Quantity.ReadData(ref key, Bytes32.Size, Bytes32.Size)));
                    break;
                default:
                    throw cursor.Fault("is no member of an entry of an access list");
            }
        }

        return new AccessListEntry(address ?? throw cursor.Missing("address"), keys ?? throw cursor.Missing("storageKeys"));
    }
}
