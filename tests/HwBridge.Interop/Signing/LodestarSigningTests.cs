using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Interop.Signing;

/// <summary>Deposits, exits and BLS-to-execution changes that go between this program, Lodestar's packages and @chainsafe/blst.</summary>
public sealed class LodestarSigningTests
{
    private const int Runs = 25;
    private const long SafeInteger = 1L << 53;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly (string Secret, Network Network)[] Cases =
    [
        .. from network in Network.Known
           from _ in Enumerable.Range(0, Runs)
           select (RandomSecret(), network),
    ];

    [Test]
    public async Task Known_EachNetwork_HasTheirForkVersionsAndRoot()
    {
        IReadOnlyList<JsonNode> answers = await AskAsync(
            Network.Known.Select(static network => (object)new { ask = "network", network = network.Name }));
        foreach ((Network network, JsonNode answer) in Network.Known.Zip(answers))
        {
            Assert.That($"0x{network.GenesisForkVersion.Value:x8}", Is.EqualTo(Text(answer, "genesisForkVersion")), network.Name);
            Assert.That($"0x{network.CapellaForkVersion.Value:x8}", Is.EqualTo(Text(answer, "capellaForkVersion")), network.Name);
            Assert.That(network.GenesisValidatorsRoot.ToString(), Is.EqualTo(Text(answer, "genesisValidatorsRoot")), network.Name);
        }
    }

    [Test]
    public async Task Parse_DepositFilesOfTheirs_VerifiesThemWhole()
    {
        List<(string Credentials, long Amount)> values =
            [.. Cases.Select(static _ => (RandomCredentials(), RandomNumberGenerator.GetInt32(1, 2049) * 1_000_000_000L))];
        IReadOnlyList<JsonNode> answers = await AskAsync(
            Cases.Zip(values, static (one, value) => Deposit(one.Secret, value.Credentials, value.Amount, one.Network)));
        foreach ((Network network, int first) in Network.Known.Select(static (network, i) => (network, i * Runs)))
        {
            JsonNode[] entries = [.. answers.Skip(first).Take(Runs).Select(static answer => answer["entry"]!)];
            string json = $"[{string.Join(',', entries.Select(static entry => entry.ToJsonString()))}]";
            DepositFile file = DepositFile.Parse(Encoding.UTF8.GetBytes(json), "d.json");
            Assert.That(file.ForkVersion, Is.EqualTo(network.GenesisForkVersion));
            for (int i = 0; i < Runs; i++)
            {
                DepositMessage message = file.Deposits[i].Data.Message;
                Assert.That(message.Credentials.ToString()[2..], Is.EqualTo(values[first + i].Credentials));
                Assert.That(message.AmountGwei, Is.EqualTo(values[first + i].Amount));
                Assert.That(message.HashTreeRoot().ToString()[2..], Is.EqualTo(Text(entries[i], "deposit_message_root")));
                Assert.That(file.Deposits[i].Data.HashTreeRoot().ToString()[2..], Is.EqualTo(Text(entries[i], "deposit_data_root")));
                Assert.That(message.SigningRoot(file.ForkVersion).ToString(), Is.EqualTo(Text(answers[first + i], "signingRoot")));
            }
        }
    }

    [Test]
    public async Task Parse_OneDepositOfAThousandWithAnothersSignature_NamesIt()
    {
        const int count = 1000;
        const int wrong = 777;
        IReadOnlyList<JsonNode> answers = await AskAsync(
            Enumerable.Range(0, count).Select(static _ => Deposit(RandomSecret(), RandomCredentials(), 32_000_000_000, Network.Mainnet)));
        string[] entries = [.. answers.Select(static answer => answer["entry"]!.ToJsonString())];
        DepositFile file = DepositFile.Parse(File(entries), "d.json");
        Assert.That(file.Deposits, Has.Count.EqualTo(count));

        // The roots are made to fit, so that only the signature is wrong.
        BlsSignature other = file.Deposits[wrong + 1].Data.Signature;
        DepositData swapped = file.Deposits[wrong].Data with { Signature = other };
        JsonNode entry = JsonNode.Parse(entries[wrong])!;
        entry["signature"] = other.ToString()[2..];
        entry["deposit_data_root"] = swapped.HashTreeRoot().ToString()[2..];
        entries[wrong] = entry.ToJsonString();
        FaultException fault = Assert.Throws<FaultException>(() => DepositFile.Parse(File(entries), "d.json"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith($"d.json: $[{wrong}] (line {wrong + 2}) the signature"));
        Assert.That(fault.Message, Does.Contain($"{swapped.Message.PublicKey}"));

        static byte[] File(string[] entries) => Encoding.UTF8.GetBytes($"[\n{string.Join(",\n", entries)}\n]");
    }

    [Test]
    public async Task Sign_Deposits_AreVerifiedByThem()
    {
        List<object> questions = [];
        foreach ((string secret, Network network) in Cases)
        {
            using BlsSecretKey key = SecretKey(secret);
            Bytes32 value = new(Convert.FromHexString(RandomCredentials()));
            Assert.That(WithdrawalCredentials.TryDecode(value, out WithdrawalCredentials credentials), Is.True);
            DepositData data = new DepositMessage(key.GetPublicKey(), credentials, 32_000_000_000).Sign(key, network.GenesisForkVersion);
            Assert.That(data.IsSigned(network.GenesisForkVersion), Is.True);
            object Question(long eth, Network where) => new
            {
                ask = "depositIsSigned",
                pubkey = $"{data.Message.PublicKey}",
                withdrawalCredentials = $"{credentials}",
                amount = eth * 1_000_000_000,
                signature = $"{data.Signature}",
                network = where.Name,
            };
            questions.AddRange([Question(32, network), Question(31, network), Question(32, Other(network))]);
        }

        await AssertTrueFalseFalseAsync(questions);
    }

    [Test]
    public async Task Parse_ExitsOfTheirs_AreSignedAndHaveTheirRoots()
    {
        List<VoluntaryExit> exits = [.. Cases.Select(static _ => RandomExit())];
        IReadOnlyList<JsonNode> answers = await AskAsync(Cases.Zip(exits, static (one, exit) => (object)new
        {
            ask = "exit",
            secretKey = one.Secret,
            network = one.Network.Name,
            message = new { epoch = $"{exit.Epoch}", validator_index = $"{exit.ValidatorIndex}" },
        }));
        for (int i = 0; i < Cases.Length; i++)
        {
            SignedVoluntaryExit exit = SignedVoluntaryExit.Parse(Encoding.UTF8.GetBytes(answers[i]["json"]!.ToJsonString()), "exit.json");
            Assert.That(exit.Message, Is.EqualTo(exits[i]));
            Assert.That(exit.Message.HashTreeRoot().ToString(), Is.EqualTo(Text(answers[i], "messageRoot")));
            Assert.That(exit.Message.SigningRoot(Cases[i].Network).ToString(), Is.EqualTo(Text(answers[i], "signingRoot")));
            Assert.That(exit.HashTreeRoot().ToString(), Is.EqualTo(Text(answers[i], "signedRoot")));
            using BlsSecretKey key = SecretKey(Cases[i].Secret);
            Assert.That(exit.IsSignedBy(key.GetPublicKey(), Cases[i].Network), Is.True);
            Assert.That(exit.IsSignedBy(key.GetPublicKey(), Other(Cases[i].Network)), Is.False);
            SignedVoluntaryExit later = exit with { Message = exit.Message with { Epoch = exit.Message.Epoch + 1 } };
            Assert.That(later.IsSignedBy(key.GetPublicKey(), Cases[i].Network), Is.False);
            Assert.That(exits[i].Sign(key, Cases[i].Network), Is.EqualTo(exit), "a BLS signature is the same whoever makes it");
        }
    }

    [Test]
    public async Task WriteTo_Exits_AreReadAndVerifiedByThem()
    {
        List<object> questions = [];
        foreach ((string secret, Network network) in Cases)
        {
            using BlsSecretKey key = SecretKey(secret);
            ArrayBufferWriter<byte> json = new();
            RandomExit().Sign(key, network).WriteTo(json);
            JsonNode written = JsonNode.Parse(json.WrittenSpan)!;
            JsonNode changed = written.DeepClone();
            changed["message"]!["validator_index"] = "12345";
            object Question(JsonNode exit, Network where) =>
                new { ask = "exitIsSigned", json = exit, pubkey = $"{key.GetPublicKey()}", network = where.Name };
            questions.AddRange([Question(written, network), Question(changed, network), Question(written, Other(network))]);
        }

        await AssertTrueFalseFalseAsync(questions);
    }

    [Test]
    public async Task Parse_ChangesOfTheirs_AreSignedAndHaveTheirRoots()
    {
        List<BlsToExecutionChange> changes = [.. Cases.Select(static one => RandomChange(one.Secret))];
        IReadOnlyList<JsonNode> answers = await AskAsync(Cases.Zip(changes, static (one, change) => (object)new
        {
            ask = "change",
            secretKey = one.Secret,
            network = one.Network.Name,
            message = new
            {
                validator_index = $"{change.ValidatorIndex}",
                from_bls_pubkey = $"{change.FromBlsPublicKey}",
                to_execution_address = $"{change.ToExecutionAddress}",
            },
        }));
        for (int i = 0; i < Cases.Length; i++)
        {
            byte[] json = Encoding.UTF8.GetBytes($"[{answers[i]["json"]!.ToJsonString()}]");
            SignedBlsToExecutionChange change = BlsToExecutionChangeFile.Parse(json, "changes.json", Cases[i].Network).Changes.Single();
            Assert.That(change.Message, Is.EqualTo(changes[i]));
            Assert.That(change.Message.HashTreeRoot().ToString(), Is.EqualTo(Text(answers[i], "messageRoot")));
            Assert.That(change.Message.SigningRoot(Cases[i].Network).ToString(), Is.EqualTo(Text(answers[i], "signingRoot")));
            Assert.That(change.HashTreeRoot().ToString(), Is.EqualTo(Text(answers[i], "signedRoot")));
            Network other = Other(Cases[i].Network);
            FaultException fault = Assert.Throws<FaultException>(() => BlsToExecutionChangeFile.Parse(json, "changes.json", other))!;
            Assert.That(fault.Message, Does.StartWith("changes.json: $[0]").And.Contain($"{changes[i].FromBlsPublicKey}"));
        }
    }

    [Test]
    public async Task WriteTo_Changes_AreReadAndVerifiedByThem()
    {
        List<object> questions = [];
        foreach ((string secret, Network network) in Cases)
        {
            using BlsSecretKey key = SecretKey(secret);
            ArrayBufferWriter<byte> json = new();
            new BlsToExecutionChangeFile(network, [RandomChange(secret).Sign(key, network)]).WriteTo(json);
            JsonNode written = JsonNode.Parse(json.WrittenSpan)!.AsArray().Single()!;
            Assert.That(Text(written["metadata"]!, "genesis_validators_root"), Is.EqualTo(network.GenesisValidatorsRoot.ToString()));
            JsonNode changed = written.DeepClone();
            changed["message"]!["to_execution_address"] = $"0x{new string('9', 40)}";
            object Question(JsonNode change, Network where) => new { ask = "changeIsSigned", json = change, network = where.Name };
            questions.AddRange([Question(written, network), Question(changed, network), Question(written, Other(network))]);
        }

        await AssertTrueFalseFalseAsync(questions);
    }

    private static async Task AssertTrueFalseFalseAsync(List<object> questions)
    {
        IReadOnlyList<JsonNode> answers = await AskAsync(questions);
        Assert.That(
            answers.Select(static answer => answer.GetValue<bool>()),
            Is.EqualTo(Enumerable.Range(0, questions.Count).Select(static i => i % 3 == 0)));
    }

    private static async Task<IReadOnlyList<JsonNode>> AskAsync(IEnumerable<object> questions)
    {
        string[] lines = [.. questions.Select(static question => JsonSerializer.Serialize(question))];
        IReadOnlyList<string> answers = await NodePeer.RunAsync("Signing/lodestar.mjs", lines, Deadline);
        Assert.That(answers, Has.Count.EqualTo(lines.Length));
        return [.. answers.Select(static answer => JsonNode.Parse(answer)!)];
    }

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();

    private static Network Other(Network network) => network == Network.Mainnet ? Network.Hoodi : Network.Mainnet;

    private static object Deposit(string secretKey, string withdrawalCredentials, long amount, Network network) =>
        new { ask = "deposit", secretKey, withdrawalCredentials, amount, network = network.Name };

    private static VoluntaryExit RandomExit() =>
        new((ulong)Random.Shared.NextInt64(SafeInteger), (ulong)Random.Shared.NextInt64(SafeInteger));

    private static BlsToExecutionChange RandomChange(string secret)
    {
        using BlsSecretKey key = SecretKey(secret);
        ExecutionAddress address = new(RandomNumberGenerator.GetBytes(ExecutionAddress.Size));
        return new BlsToExecutionChange((ulong)Random.Shared.NextInt64(SafeInteger), key.GetPublicKey(), address);
    }

    private static string RandomCredentials()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(Bytes32.Size);
        bytes[0] %= 3;
        bytes.AsSpan(1, bytes[0] == 0 ? 0 : 11).Clear();
        return Convert.ToHexStringLower(bytes);
    }

    private static string RandomSecret()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(BlsSecretKey.Size);
        secret[0] &= 0x3f;
        return Convert.ToHexStringLower(secret);
    }

    private static BlsSecretKey SecretKey(string secret)
    {
        Assert.That(BlsSecretKey.TryFromBytes(Convert.FromHexString(secret), out BlsSecretKey? key), Is.True);
        return key!;
    }
}
