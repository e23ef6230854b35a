using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Interop.Execution;

/// <summary>Random transactions, messages and typed data: the same bytes and hashes as by ethers and viem.</summary>
public sealed class ExecutionDifferentialTests
{
    private const int Runs = 2000;
    private const int MaxDepth = 3;

    private static readonly string[] Atoms =
        ["bool", "address", "string", "bytes", "uint8", "uint64", "uint256", "int8", "int32", "int256", "bytes1", "bytes4", "bytes32"];

    private Random _random = new(0);

    [SetUp]
    public void Begin()
    {
        int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        _random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
    }

    [Test]
    public async Task Transactions_Random_HaveTheSameBytesAndHash()
    {
        EthereumTransaction[] transactions = [.. Enumerable.Range(0, Runs).Select(_ => RandomTransaction())];
        IReadOnlyList<JsonNode> answers = await ExecutionPeer.AskAsync(transactions.Select(FieldsOf));
        for (int i = 0; i < Runs; i++)
        {
            byte[] encoded = transactions[i].Encode();
            Assert.That(Hex(encoded), Is.EqualTo($"{answers[i]["unsigned"]}"));
            Assert.That($"{transactions[i].SigningHash()}", Is.EqualTo($"{answers[i]["hash"]}"));
            Assert.That(EthereumTransaction.Decode(encoded, "tx").Encode(), Is.EqualTo(encoded));
        }

        TestContext.Out.WriteLine($"{Runs} transactions");
    }

    [Test]
    public async Task Messages_Random_HaveTheSameHash()
    {
        byte[][] messages = [.. Enumerable.Range(0, Runs).Select(i => Bytes(i % 300))];
        IReadOnlyList<JsonNode> answers = await ExecutionPeer.AskAsync(messages.Select(static message => new { ask = "message", message = Hex(message) }));
        Assert.That(messages.Select(message => $"{PersonalMessage.SigningHash(message)}"), Is.EqualTo(answers.Select(answer => $"{answer}")));
    }

    [Test]
    public async Task TypedData_Random_HasTheSameHash()
    {
        JsonObject[] documents = [.. Enumerable.Range(0, Runs).Select(_ => RandomDocument())];
        IReadOnlyList<JsonNode> answers = await ExecutionPeer.AskAsync(documents.Select(static data => new { ask = "typedData", data }));
        for (int i = 0; i < Runs; i++)
        {
            string json = documents[i].ToJsonString();
            Assert.That($"{TypedData.Parse(Encoding.UTF8.GetBytes(json), "data").SigningHash()}", Is.EqualTo($"{answers[i]}"), json);
        }

        TestContext.Out.WriteLine($"{Runs} documents, {documents.Sum(document => document["types"]!.AsObject().Count)} structs");
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexStringLower(bytes)}";

    private static object FieldsOf(EthereumTransaction transaction) => new
    {
        ask = "transaction",
        fields = new
        {
            type = (int)transaction.Kind,
            chainId = $"{transaction.ChainId}",
            nonce = $"{transaction.Nonce}",
            maxFeePerGas = $"{transaction.MaxFeePerGas}",
            maxPriorityFeePerGas = $"{transaction.MaxPriorityFeePerGas}",
            gasLimit = $"{transaction.GasLimit}",
            to = transaction.To?.ToChecksumString(),
            value = $"{transaction.Value}",
            data = Hex(transaction.Data.Span),
            accessList = transaction.AccessList.Select(static entry => new
            {
                address = entry.Address.ToChecksumString(),
                storageKeys = entry.StorageKeys.Select(static key => $"{key}"),
            }),
        },
    };

    private EthereumTransaction RandomTransaction()
    {
        var kind = (TransactionKind)_random.Next(3);
        bool isLegacy = kind == TransactionKind.Legacy;
        BigInteger fee = Number(_random.Next(1, 12));
        return new EthereumTransaction
        {
            Kind = kind,
            ChainId = (ulong)_random.NextInt64(1, 1L << _random.Next(1, 50)),
            Nonce = (ulong)_random.NextInt64(1L << _random.Next(50)),
            MaxFeePerGas = fee,
            MaxPriorityFeePerGas = kind != TransactionKind.FeeMarket ? 0 : fee / (1 + _random.Next(4)),
            GasLimit = (ulong)_random.NextInt64(1L << _random.Next(1, 40)),
            To = _random.Next(10) == 0 ? null : new ExecutionAddress(Bytes(20)),
            Value = Number(_random.Next(33)),
            Data = Bytes(_random.Next(4) == 0 ? _random.Next(70_000) : _random.Next(120)),
            AccessList = isLegacy
                ? []
                :
                [
                    .. Enumerable.Range(0, _random.Next(4)).Select(_ => new AccessListEntry(
                        new ExecutionAddress(Bytes(20)), [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new Bytes32(Bytes(32)))])),
                ],
        };
    }

    private JsonObject RandomDocument()
    {
        // Structs refer to later ones only, so that none contains itself.
        int count = _random.Next(1, 5);
        Dictionary<string, (string Name, string Type)[]> structs = [];
        for (int i = 0; i < count; i++)
        {
            int own = i;
            structs[NameOf(i)] = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(field => ($"f{field}", RandomType(own, count, field == 0)))];
        }

        (string Name, string Type, JsonNode Value)[] domain =
        [
            .. ((string Name, string Type, JsonNode Value)[])
            [
                ("name", "string", Text()), ("version", "string", Text()), ("chainId", "uint256", _random.Next()),
                ("verifyingContract", "address", Address()), ("salt", "bytes32", Hex(Bytes(32))),
            ],
        ];
        domain = [.. domain.Where(_ => _random.Next(3) > 0)];
        JsonObject types = new() { ["EIP712Domain"] = Fields(domain.Select(member => (member.Name, member.Type))) };
        foreach ((string name, (string Name, string Type)[] fields) in structs)
        {
            types[name] = Fields(fields);
        }

        return new JsonObject
        {
            ["types"] = types,
            ["primaryType"] = NameOf(0),
            ["domain"] = new JsonObject(domain.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))),
            ["message"] = Value(NameOf(0), structs),
        };
    }

    private static string NameOf(int index) => $"S{(char)('Z' - index)}{index}";

    /// <summary>The first member uses the next struct: ethers takes no struct that none uses but the primary one.</summary>
    private string RandomType(int own, int count, bool isFirst)
    {
        string type = own + 1 < count && (isFirst || _random.Next(3) == 0)
            ? NameOf(isFirst ? own + 1 : _random.Next(own + 1, count))
            : Atoms[_random.Next(Atoms.Length)];
        for (int depth = _random.Next(MaxDepth + 2) - MaxDepth; depth > 0; depth--)
        {
            type += _random.Next(2) == 0 ? "[]" : $"[{_random.Next(1, 4)}]";
        }

        return type;
    }

    private static JsonArray Fields(IEnumerable<(string Name, string Type)> fields) =>
        [.. fields.Select(field => (JsonNode)new JsonObject { ["name"] = field.Name, ["type"] = field.Type })];

    private JsonNode Value(string type, Dictionary<string, (string Name, string Type)[]> structs)
    {
        if (type.EndsWith(']'))
        {
            int open = type.LastIndexOf('[');
            int length = open == type.Length - 2 ? _random.Next(4) : int.Parse(type.AsSpan()[(open + 1)..^1], CultureInfo.InvariantCulture);
            return new JsonArray([.. Enumerable.Range(0, length).Select(_ => Value(type[..open], structs))]);
        }

        if (structs.TryGetValue(type, out (string Name, string Type)[]? fields))
        {
            return new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Value(field.Type, structs))));
        }

        return type switch
        {
            "bool" => _random.Next(2) == 0,
            "address" => Address(),
            "string" => Text(),
            "bytes" => Hex(Bytes(_random.Next(100))),
            ['b', ..] => Hex(Bytes(int.Parse(type.AsSpan(5), CultureInfo.InvariantCulture))),
            ['u', ..] => $"{Number(int.Parse(type.AsSpan(4), CultureInfo.InvariantCulture) / 8)}",
            _ => $"{new BigInteger(Bytes(int.Parse(type.AsSpan(3), CultureInfo.InvariantCulture) / 8))}",
        };
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(40)).Select(_ => char.ConvertFromUtf32(_random.Next(0x20, 0x2fff))));

    private string Address() => new ExecutionAddress(Bytes(20)).ToChecksumString();

    private BigInteger Number(int bytes) => new(Bytes(bytes), isUnsigned: true);

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
