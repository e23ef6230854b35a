using System.Numerics;
using System.Text;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Devices.Tests;

/// <summary>What the execution layer's accounts are asked to sign in tests, each longer than one part of any protocol but the transfer.</summary>
internal static class SigningCases
{
    /// <summary>Typed data with arrays in arrays, which a Trezor does not take.</summary>
    internal const string Nested = "nested data";

    internal static readonly Bip32Path Account =
        Bip32Path.TryParse("m/44'/60'/0'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();

    internal static readonly EthereumTransaction Transfer = Transaction(TransactionKind.FeeMarket, []);
    internal static readonly EthereumTransaction Call = Transaction(TransactionKind.FeeMarket, Enumerable.Range(0, 2500).Select(i => (byte)i).ToArray());
    internal static readonly EthereumTransaction Legacy = Transaction(TransactionKind.Legacy, new byte[300]);
    internal static readonly byte[] Message = Encoding.ASCII.GetBytes(new string('a', 600));
    internal static readonly TypedData NestedData = Order("Item[2][]", """[[{"owner": "0x0000000000000000000000000000000000000001", "raw": "0x"}, {"owner": "0x0000000000000000000000000000000000000002", "raw": "0x01"}]]""");
    internal static readonly TypedData FlatData = Order("Item[]", """[{"owner": "0x0000000000000000000000000000000000000001", "raw": "0x"}]""");

    /// <summary>What every device signs.</summary>
    internal static IReadOnlyList<string> Kinds { get; } = ["transfer", "call", "legacy", "message", "typed data"];

    internal static ValueTask<EthereumSignature> SignAsync(string kind, IExecutionSigning signing, CancellationToken cancellationToken) => kind switch
    {
        "transfer" => signing.SignTransactionAsync(Account, Transfer, cancellationToken),
        "call" => signing.SignTransactionAsync(Account, Call, cancellationToken),
        "legacy" => signing.SignTransactionAsync(Account, Legacy, cancellationToken),
        "message" => signing.SignMessageAsync(Account, Message, cancellationToken),
        "typed data" => signing.SignTypedDataAsync(Account, FlatData, cancellationToken),
        _ => signing.SignTypedDataAsync(Account, NestedData, cancellationToken),
    };

    internal static Bytes32 DigestOf(string kind) => kind switch
    {
        "transfer" => Transfer.SigningHash(),
        "call" => Call.SigningHash(),
        "legacy" => Legacy.SigningHash(),
        "message" => PersonalMessage.SigningHash(Message),
        "typed data" => FlatData.SigningHash(),
        _ => NestedData.SigningHash(),
    };

    private static TypedData Order(string items, string values) => TypedData.Parse(
        Encoding.UTF8.GetBytes($$"""
            {
              "types": {
                "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
                "Order": [
                  {"name": "items", "type": "{{items}}"}, {"name": "delta", "type": "int24"}, {"name": "note", "type": "string"},
                  {"name": "tags", "type": "bytes4[]"}, {"name": "first", "type": "Item"}, {"name": "paid", "type": "bool"}
                ],
                "Item": [{"name": "owner", "type": "address"}, {"name": "raw", "type": "bytes"}]
              },
              "primaryType": "Order",
              "domain": {"name": "Shop", "chainId": 560048},
              "message": {
                "items": {{values}},
                "delta": -5, "note": "{{new string('n', 700)}}", "tags": ["0x01020304", "0x00000000"],
                "first": {"owner": "0x0000000000000000000000000000000000000003", "raw": "0xff"}, "paid": true
              }
            }
            """),
        "order.json");

    private static EthereumTransaction Transaction(TransactionKind kind, byte[] data) => new()
    {
        Kind = kind,
        ChainId = 560048,
        Nonce = 3,
        MaxFeePerGas = 20_000_000_000,
        MaxPriorityFeePerGas = kind == TransactionKind.Legacy ? 0 : 1_000_000_000,
        GasLimit = 100_000,
        To = default(ExecutionAddress),
        Value = BigInteger.Pow(10, 18),
        Data = data,
        AccessList = kind == TransactionKind.Legacy ? [] : [new AccessListEntry(default, [default])],
    };
}
