using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;

namespace HwBridge.Core.Tests.Signing;

/// <summary>Files of exits and changes that are not what they should be.</summary>
public sealed class SigningFileTests
{
    private static readonly JsonNode[] Answers =
        [.. JsonNode.Parse(DataFile.Read("Signing/lodestar.json"))!.AsArray().Select(static vector => vector!["answer"]!)];

    private static readonly byte[] Exit = Bytes(Answers[4]["json"]!);
    private static readonly byte[] Change = Bytes(new JsonArray(Answers[8]["json"]!.DeepClone()));

    [TestCase("message", "5", "$.message")]
    [TestCase("message", "{\"epoch\":\"1\"}", "validator_index")]
    [TestCase("message", "{\"validator_index\":\"1\"}", "epoch")]
    [TestCase("message", "{\"epoch\":1,\"validator_index\":\"1\"}", "$.message.epoch")]
    [TestCase("message", "{\"epoch\":\"1\",\"validator_index\":\"18446744073709551616\"}", "$.message.validator_index")]
    [TestCase("signature", "\"0x12\"", "$.signature")]
    [TestCase("signature", "null", "$.signature")]
    public void Parse_MalformedExit_IsBadInputThatNamesTheMember(string member, string value, string said)
    {
        JsonNode json = JsonNode.Parse(Exit)!;
        json[member] = "@@";
        string text = json.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);
        string refusal = Refusal(() => SignedVoluntaryExit.Parse(Encoding.UTF8.GetBytes(text), "e.json"));
        Assert.That(refusal, Does.StartWith("e.json: ").And.Contain(said));
        json.AsObject().Remove(member);
        Assert.That(Refusal(() => SignedVoluntaryExit.Parse(Bytes(json), "e.json")), Does.Contain(member));
    }

    [TestCase("[]", "no changes")]
    [TestCase("{}", "array")]
    [TestCase("[{}]", "$[0]")]
    [TestCase("[{\"message\":{\"validator_index\":\"1\"}}]", "from_bls_pubkey")]
    [TestCase("[{\"message\":{\"to_execution_address\":\"0x12\"}}]", "40 hex digits")]
    [TestCase("[{\"metadata\":{\"network_name\":\"hoodi\"}}]", "not mainnet")]
    [TestCase(
        "[{\"metadata\":{\"genesis_validators_root\":\"0000000000000000000000000000000000000000000000000000000000000000\"}}]",
        "that of mainnet")]
    public void Parse_MalformedChange_IsBadInputThatNamesTheMember(string text, string said)
    {
        byte[] json = Encoding.UTF8.GetBytes(text);
        string refusal = Refusal(() => BlsToExecutionChangeFile.Parse(json, "c.json", Network.Mainnet));
        Assert.That(refusal, Does.StartWith("c.json: ").And.Contain(said));
    }

    [TestCase("validator_index", "5")]
    [TestCase("to_execution_address", "0x0000000000000000000000000000000000000000")]
    [TestCase("from_bls_pubkey", "0xa572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e")]
    public void Parse_ChangeThatWasChanged_IsBadInputThatNamesTheKey(string member, string value)
    {
        JsonArray json = JsonNode.Parse(Change)!.AsArray();
        json[0]!["message"]![member] = value;
        string refusal = Refusal(() => BlsToExecutionChangeFile.Parse(Bytes(json), "c.json", Network.Mainnet));
        Assert.That(refusal, Does.StartWith("c.json: $[0]").And.Contain("mainnet"));
        Assert.That(refusal, Does.Contain(json[0]!["message"]!["from_bls_pubkey"]!.GetValue<string>()));
    }

    [Test]
    public void Sign_WithAnotherKey_IsRefused()
    {
        byte[] secret = new byte[BlsSecretKey.Size];
        secret[^1] = 2;
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? other), Is.True);
        using (other)
        {
            BlsToExecutionChange change = BlsToExecutionChangeFile.Parse(Change, "c.json", Network.Mainnet).Changes[0].Message;
            Assert.That(() => change.Sign(other!, Network.Mainnet), Throws.ArgumentException);
            DepositMessage deposit = new(change.FromBlsPublicKey, WithdrawalCredentials.Of(change.FromBlsPublicKey), 1_000_000_000);
            Assert.That(() => deposit.Sign(other!, Network.Mainnet.GenesisForkVersion), Throws.ArgumentException);
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 5000)]
    public Property Parse_MutatedExit_GivesAnExitOrAFault() =>
        ParserFuzz.Survives([Exit], static bytes => SignedVoluntaryExit.Parse(bytes, "e.json"));

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Parse_MutatedChange_GivesChangesOrAFault() =>
        ParserFuzz.Survives([Change], static bytes => BlsToExecutionChangeFile.Parse(bytes, "c.json", Network.Mainnet));

    private static string Refusal(Action parse)
    {
        FaultException fault = Assert.Throws<FaultException>(() => parse())!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        return fault.Message;
    }

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
