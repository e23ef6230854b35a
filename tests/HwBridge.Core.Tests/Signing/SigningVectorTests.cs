using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Tests.Signing;

/// <summary>Roots and signatures of a consensus client, as data (Data/Signing/README.md).</summary>
public sealed class SigningVectorTests
{
    public static IEnumerable<TestCaseData> Deposits => Vectors("deposit");

    public static IEnumerable<TestCaseData> Exits => Vectors("exit");

    public static IEnumerable<TestCaseData> Changes => Vectors("change");

    [TestCaseSource(nameof(Deposits))]
    public void HashTreeRoot_Deposit_IsTheirs(JsonNode vector)
    {
        JsonNode entry = vector["answer"]!["entry"]!;
        Bytes32 value = Hash(Text(vector["question"]!, "withdrawalCredentials"));
        Assert.That(WithdrawalCredentials.TryDecode(value, out WithdrawalCredentials credentials), Is.True);
        using BlsSecretKey key = Key(vector);
        DepositMessage message = new(key.GetPublicKey(), credentials, entry["amount"]!.GetValue<ulong>());
        Assert.That(message.HashTreeRoot(), Is.EqualTo(Hash(Text(entry, "deposit_message_root"))));
        SigningRoot signed = message.SigningRoot(NetworkOf(vector).GenesisForkVersion);
        Assert.That(signed.Value, Is.EqualTo(Hash(Text(vector["answer"]!, "signingRoot"))));
    }

    [TestCaseSource(nameof(Deposits))]
    public void Sign_Deposit_GivesTheirSignatureAndDataRoot(JsonNode vector)
    {
        JsonNode entry = vector["answer"]!["entry"]!;
        Deposit deposit = DepositFile.Parse(Encoding.UTF8.GetBytes($"[{entry.ToJsonString()}]"), "d").Deposits.Single();
        using BlsSecretKey key = Key(vector);
        DepositData data = deposit.Data.Message.Sign(key, NetworkOf(vector).GenesisForkVersion);
        Assert.That(data, Is.EqualTo(deposit.Data));
        Assert.That(data.Signature.ToString(), Is.EqualTo("0x" + Text(entry, "signature")));
        Assert.That(data.HashTreeRoot(), Is.EqualTo(Hash(Text(entry, "deposit_data_root"))));
    }

    [TestCaseSource(nameof(Exits))]
    public void SigningRoot_Exit_IsTheirs(JsonNode vector)
    {
        VoluntaryExit exit = ExitOf(vector);
        Assert.That(exit.HashTreeRoot(), Is.EqualTo(Hash(Text(vector["answer"]!, "messageRoot"))));
        Assert.That(exit.SigningRoot(NetworkOf(vector)).Value, Is.EqualTo(Hash(Text(vector["answer"]!, "signingRoot"))));
    }

    [TestCaseSource(nameof(Exits))]
    public void Sign_Exit_WritesTheirJson(JsonNode vector)
    {
        using BlsSecretKey key = Key(vector);
        SignedVoluntaryExit signed = ExitOf(vector).Sign(key, NetworkOf(vector));
        ArrayBufferWriter<byte> json = new();
        signed.WriteTo(json);
        Assert.That(Encoding.UTF8.GetString(json.WrittenSpan), Is.EqualTo(vector["answer"]!["json"]!.ToJsonString()));
        Assert.That(SignedVoluntaryExit.Parse(json.WrittenSpan, "e"), Is.EqualTo(signed));
        Assert.That(signed.HashTreeRoot(), Is.EqualTo(Hash(Text(vector["answer"]!, "signedRoot"))));
        Assert.That(signed.IsSignedBy(key.GetPublicKey(), NetworkOf(vector)), Is.True);
    }

    [TestCaseSource(nameof(Changes))]
    public void SigningRoot_Change_IsTheirs(JsonNode vector)
    {
        BlsToExecutionChange change = ChangeOf(vector);
        Assert.That(change.HashTreeRoot(), Is.EqualTo(Hash(Text(vector["answer"]!, "messageRoot"))));
        Assert.That(change.SigningRoot(NetworkOf(vector)).Value, Is.EqualTo(Hash(Text(vector["answer"]!, "signingRoot"))));
    }

    [TestCaseSource(nameof(Changes))]
    public void Sign_Change_WritesTheirJsonAndTheMetadata(JsonNode vector)
    {
        using BlsSecretKey key = Key(vector);
        Network network = NetworkOf(vector);
        SignedBlsToExecutionChange signed = ChangeOf(vector).Sign(key, network);
        ArrayBufferWriter<byte> json = new();
        new BlsToExecutionChangeFile(network, [signed]).WriteTo(json);
        JsonNode written = JsonNode.Parse(json.WrittenSpan)!.AsArray().Single()!;
        Assert.That(written["message"]!.ToJsonString(), Is.EqualTo(vector["answer"]!["json"]!["message"]!.ToJsonString()).IgnoreCase);
        Assert.That(Text(written, "signature"), Is.EqualTo(Text(vector["answer"]!["json"]!, "signature")));
        Assert.That(Text(written["metadata"]!, "network_name"), Is.EqualTo(network.Name));
        Assert.That(Text(written["metadata"]!, "genesis_validators_root"), Is.EqualTo(network.GenesisValidatorsRoot.ToString()));
        Assert.That(BlsToExecutionChangeFile.Parse(json.WrittenSpan, "c", network).Changes.Single(), Is.EqualTo(signed));
        Assert.That(signed.HashTreeRoot(), Is.EqualTo(Hash(Text(vector["answer"]!, "signedRoot"))));
    }

    private static IEnumerable<TestCaseData> Vectors(string ask) => JsonNode.Parse(DataFile.Read("Signing/lodestar.json"))!.AsArray()
        .Where(vector => Text(vector!["question"]!, "ask") == ask)
        .Select(static vector => new TestCaseData(vector).SetArgDisplayNames(Text(vector!["question"]!, "network")));

    private static VoluntaryExit ExitOf(JsonNode vector)
    {
        JsonNode message = vector["question"]!["message"]!;
        return new VoluntaryExit(Number(message, "epoch"), Number(message, "validator_index"));
    }

    private static BlsToExecutionChange ChangeOf(JsonNode vector)
    {
        JsonNode message = vector["question"]!["message"]!;
        Assert.That(BlsPublicKey.TryParse(Text(message, "from_bls_pubkey"), out BlsPublicKey from), Is.EqualTo(PointValidity.Valid));
        ExecutionAddress to = new(Convert.FromHexString(Text(message, "to_execution_address")[2..]));
        return new BlsToExecutionChange(Number(message, "validator_index"), from, to);
    }

    private static Network NetworkOf(JsonNode vector) => Network.Named(Text(vector["question"]!, "network"))!;

    private static BlsSecretKey Key(JsonNode vector)
    {
        byte[] secret = Convert.FromHexString(Text(vector["question"]!, "secretKey"));
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
        return key!;
    }

    private static Bytes32 Hash(string text)
    {
        Assert.That(Bytes32.TryParse(text, out Bytes32 value), Is.True);
        return value;
    }

    private static ulong Number(JsonNode node, string member) => ulong.Parse(Text(node, member), CultureInfo.InvariantCulture);

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
