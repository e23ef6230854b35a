using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;

namespace HwBridge.Core.Tests.Eip3076;

public sealed class SlashingHistoryTests
{
    private static readonly byte[] Complete = DataFile.Read("Eip3076/complete.json");
    private static readonly byte[] Minimal = DataFile.Read("Eip3076/minimal.json");

    [Test]
    public void Parse_CompleteHistory_ReadsEachMember()
    {
        SlashingHistory history = SlashingHistory.Parse(Complete, "complete.json");
        Assert.That(history.GenesisValidatorsRoot, Is.EqualTo(Network.Hoodi.GenesisValidatorsRoot));
        Assert.That(history.Validators.Select(static one => one.PublicKey), Is.EqualTo(RandomHistories.Keys[..2]));
        Assert.That(
            history.Validators[0].Blocks,
            Is.EqualTo((SignedBlock[])[new(81951, null), new(81952, RandomHistories.Root(0x1a))]));
        Assert.That(
            history.Validators[0].Attestations,
            Is.EqualTo((SignedAttestation[])
            [
                new(2290, 3007, RandomHistories.Root(0x2b)), new(2290, 3008, null), new(2291, 3009, RandomHistories.Root(0x3c)),
            ]));
        Assert.That(history.Validators[1].Blocks, Is.Empty);
        Assert.That(history.Validators[1].Attestations.Single(), Is.EqualTo(new SignedAttestation(0, ulong.MaxValue, null)));
        Assert.That(history.Validators[1].SlotWatermark, Is.Null);
        Assert.That(history.FindSlashable(), Is.Empty);
    }

    [Test]
    public void WriteTo_FileInOrder_GivesItBack()
    {
        foreach (byte[] file in (byte[][])[Minimal, Write(SlashingHistory.Parse(Complete, "c"))])
        {
            string text = Encoding.UTF8.GetString(file).TrimEnd('\n');
            Assert.That(Encoding.UTF8.GetString(Write(SlashingHistory.Parse(file, "f"))), Is.EqualTo(text));
        }
    }

    [Test]
    public void Merge_CompleteAndLaterMinimal_RefusesTheGapBetweenThem()
    {
        SlashingHistory merged = SlashingHistory.Parse(Complete, "c").Merge(SlashingHistory.Parse(Minimal, "m"));
        ValidatorHistory validator = SlashingHistory.Parse(Write(merged), "cm").Validators[0];
        Assert.That(validator.Blocks.Single().Slot, Is.EqualTo(81960), "81951 and 81952 are below the watermark");
        Assert.That(validator.Allows(new SignedBlock(81955, null)), Is.False, "the minimal history says nothing of it, but forbids it");
        Assert.That(validator.Allows(new SignedBlock(81961, null)), Is.True);
        Assert.That(validator.Allows(new SignedAttestation(2291, 3010, null)), Is.False);
        Assert.That(validator.Allows(new SignedAttestation(2290, 3011, null)), Is.False);
        Assert.That(validator.Allows(new SignedAttestation(2291, 3011, null)), Is.True);
        Assert.That(merged.Validators, Has.Count.EqualTo(2), "nobody is lost");
    }

    [Test]
    public void Merge_OfTwoChains_IsBadInputThatNamesBothFilesAndNetworks()
    {
        JsonNode other = JsonNode.Parse(Minimal)!;
        other["metadata"]!["genesis_validators_root"] = Network.Mainnet.GenesisValidatorsRoot.ToString();
        SlashingHistory mainnet = SlashingHistory.Parse(Bytes(other), "mainnet.json");
        FaultException fault = Assert.Throws<FaultException>(() => SlashingHistory.Parse(Complete, "c.json").Merge(mainnet))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("mainnet.json is the history of mainnet (").And.Contain("c.json of hoodi ("));
        Assert.That(fault.Message, Does.Contain($"{Network.Hoodi.GenesisValidatorsRoot}"));
    }

    [Test]
    public void Minify_CompleteHistory_KeepsTheHighestOfEach()
    {
        ValidatorHistory minimal = SlashingHistory.Parse(Complete, "c").Minify().Validators[0];
        Assert.That(minimal.Blocks, Is.EqualTo((SignedBlock[])[new(81952, null)]));
        Assert.That(minimal.Attestations, Is.EqualTo((SignedAttestation[])[new(2291, 3009, null)]));
    }

    [TestCase(10UL, 7UL, 10UL, 11UL, SlashableKind.SourceAfterTarget)]
    [TestCase(1UL, 10UL, 2UL, 9UL, SlashableKind.SurroundVote)]
    [TestCase(2UL, 9UL, 1UL, 10UL, SlashableKind.SurroundVote)]
    [TestCase(2UL, 9UL, 1UL, 9UL, SlashableKind.DoubleVote)]
    public void FindSlashable_TwoAttestations_NamesTheValidatorAndTheEpochs(ulong s1, ulong t1, ulong s2, ulong t2, SlashableKind kind)
    {
        ValidatorHistory validator = new(RandomHistories.Keys[0], [], [new(s1, t1, null), new(s2, t2, null)]);
        SlashableFinding finding = new SlashingHistory("h", default, [validator]).FindSlashable().Single();
        Assert.That(finding.Kind, Is.EqualTo(kind));
        Assert.That(finding.ToString(), Does.StartWith($"{RandomHistories.Keys[0]}: ").And.Contain($"{t1}").And.Contain($"{s1}"));
    }

    [Test]
    public void FindSlashable_SameSignatureWithAndWithoutRoot_IsNoFinding()
    {
        ValidatorHistory validator = new(
            RandomHistories.Keys[0],
            [new(5, null), new(5, RandomHistories.Root(1))],
            [new(1, 2, null), new(1, 2, RandomHistories.Root(1))]);
        Assert.That(new SlashingHistory("h", default, [validator]).FindSlashable(), Is.Empty);
    }

    [TestCase("{}", "metadata")]
    [TestCase("[]", "must be an object")]
    [TestCase("""{"metadata":{},"data":[]}""", "interchange_format_version")]
    [TestCase("""{"metadata":{"interchange_format_version":"5"},"data":[]}""", "genesis_validators_root")]
    [TestCase("""{"metadata":{"interchange_format_version":"4"},"data":[]}""", "$.metadata.interchange_format_version")]
    [TestCase("""{"metadata":{"interchange_format_version":5},"data":[]}""", "$.metadata.interchange_format_version")]
    [TestCase("""{"metadata":{"interchange_format_version":"5","genesis_validators_root":"0x00"},"data":[]}""", "64 hex digits")]
    [TestCase("{\"data\":[", "not well-formed JSON")]
    public void Parse_MetadataMalformed_IsBadInputThatNamesIt(string json, string said) =>
        Assert.That(Refusal(Encoding.UTF8.GetBytes(json)), Does.Contain(said));

    [TestCase("pubkey", "null", "$.data[0].pubkey")]
    [TestCase("pubkey", "\"0xab\"", "$.data[0].pubkey")]
    [TestCase("signed_blocks", "{}", "$.data[0].signed_blocks")]
    [TestCase("signed_blocks", "[{}]", "slot")]
    [TestCase("signed_blocks", "[{\"slot\":5}]", "$.data[0].signed_blocks[0].slot")]
    [TestCase("signed_blocks", "[{\"slot\":\"-1\"}]", "$.data[0].signed_blocks[0].slot")]
    [TestCase("signed_blocks", "[{\"slot\":\"1.0\"}]", "$.data[0].signed_blocks[0].slot")]
    [TestCase("signed_blocks", "[{\"slot\":\"\"}]", "$.data[0].signed_blocks[0].slot")]
    [TestCase("signed_blocks", "[{\"slot\":\"18446744073709551616\"}]", "64 bits")]
    [TestCase("signed_blocks", "[{\"slot\":\"1\",\"slot\":\"2\"}]", "twice")]
    [TestCase("signed_blocks", "[{\"slot\":\"1\",\"signing_root\":\"0x12\"}]", "$.data[0].signed_blocks[0].signing_root")]
    [TestCase("signed_attestations", "[{\"source_epoch\":\"1\"}]", "target_epoch")]
    [TestCase("signed_attestations", "[{\"target_epoch\":\"1\"}]", "source_epoch")]
    [TestCase("signed_attestations", "[{\"source_epoch\":null,\"target_epoch\":\"1\"}]", "$.data[0].signed_attestations[0].source_epoch")]
    [TestCase("signed_attestations", "[[]]", "$.data[0].signed_attestations[0]")]
    public void Parse_EntryMalformedOrMissing_IsBadInputThatNamesIt(string member, string value, string said)
    {
        JsonNode json = JsonNode.Parse(Complete)!;
        json["data"]![0]![member] = "@@";
        string text = json.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);
        Assert.That(Refusal(Encoding.UTF8.GetBytes(text)), Does.Contain(said).And.Contain("line 1"));
        json["data"]![0]!.AsObject().Remove(member);
        Assert.That(Refusal(Bytes(json)), Does.Contain("$.data[0]").And.Contain($"has no member \"{member}\""));
    }

    [Test]
    public void Parse_SeveralEntriesOfOneKey_IsOneValidator()
    {
        JsonNode json = JsonNode.Parse(Complete)!;
        json["data"]!.AsArray().Add(JsonNode.Parse(Minimal)!["data"]![0]!.DeepClone());
        SlashingHistory history = SlashingHistory.Parse(Bytes(json), "h");
        Assert.That(history.Validators, Has.Count.EqualTo(2));
        Assert.That(history.Validators[0].Blocks, Has.Length.EqualTo(3));
    }

    [Test]
    public void Parse_TwelveMegabytes_StaysInTheInputsScaleAndIsReadInSeconds()
    {
        // The worst of its size: nothing but entries of one key, and one with nothing but votes.
        IEnumerable<string> blocks = Enumerable.Range(0, 20_000).Select(static slot =>
            $$"""{"pubkey":"{{RandomHistories.Keys[0]}}","signed_blocks":[{"slot":"{{slot}}"}],"signed_attestations":[]}""");
        IEnumerable<string> votes = Enumerable.Range(0, 150_000).Select(static epoch =>
            $$"""{"source_epoch":"{{epoch}}","target_epoch":"{{epoch + 1}}"}""");
        byte[] json = Encoding.ASCII.GetBytes(
            $$"""
            {"metadata":{"interchange_format_version":"5","genesis_validators_root":"{{RandomHistories.Root(1)}}"},"data":[
            {"pubkey":"{{RandomHistories.Keys[1]}}","signed_blocks":[],"signed_attestations":[{{string.Join(',', votes)}}]},
            {{string.Join(',', blocks)}}]}
            """);
        Assert.That(json, Has.Length.GreaterThan(10 << 20));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        SlashingHistory history = SlashingHistory.Parse(json, "h");
        Assert.That(history.FindSlashable(), Is.Empty);
        Assert.That(Write(history), Is.Not.Empty);
        Assert.That(deadline.IsCancellationRequested, Is.False);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(40L * json.Length));
        Assert.That(history.Validators[0].Blocks, Has.Length.EqualTo(20_000));
        Assert.That(Refusal(new byte[SlashingHistory.MaxFileSize + 1]), Does.Contain("limit"));
    }

    [FsCheck.NUnit.Property(MaxTest = 5000)]
    public Property Parse_MutatedFile_GivesAHistoryOrAFault() => ParserFuzz.Survives([Complete, Minimal], static bytes =>
    {
        SlashingHistory history = SlashingHistory.Parse(bytes, "h.json");
        foreach (SlashableFinding finding in history.FindSlashable())
        {
            Assert.That(finding.What, Is.Not.Empty);
        }

        Assert.That(SlashingHistory.Parse(Write(history), "again").Validators, Has.Count.EqualTo(history.Validators.Count));
    });

    private static string Refusal(byte[] json)
    {
        FaultException fault = Assert.Throws<FaultException>(() => SlashingHistory.Parse(json, "h.json"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("h.json: "));
        return fault.Message;
    }

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static byte[] Write(SlashingHistory history)
    {
        ArrayBufferWriter<byte> output = new();
        history.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }
}
