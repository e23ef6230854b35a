using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using HwBridge.Core.Deposits;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;

namespace HwBridge.Core.Tests.Deposits;

public sealed class DepositFileTests
{
    private static readonly byte[] Hoodi = DataFile.Read("Deposits/hoodi.json");

    [Test]
    public void Parse_LayoutOfTheDepositTool_ReadsEachMember()
    {
        DepositFile file = DepositFile.Parse(Hoodi, "hoodi.json");
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        Assert.That(file.Deposits, Has.Count.EqualTo(3));
        Assert.That(file.ForkVersion, Is.EqualTo(new ForkVersion(0x10000910)));
        Assert.That(file.ForkVersion.NetworkName, Is.EqualTo("hoodi"));
        for (int i = 0; i < 3; i++)
        {
            Deposit deposit = file.Deposits[i];
            Assert.That(deposit.PublicKey.ToString(), Is.EqualTo("0x" + json[i]!["pubkey"]!.GetValue<string>()));
            DepositMessage message = deposit.Data.Message;
            Assert.That(message.AmountGwei, Is.EqualTo(32_000_000_000));
            Assert.That(message.Credentials.ToString()[2..], Is.EqualTo(json[i]!["withdrawal_credentials"]!.GetValue<string>()));
            Assert.That(message.HashTreeRoot().ToString()[2..], Is.EqualTo(json[i]!["deposit_message_root"]!.GetValue<string>()));
            Assert.That(deposit.Data.Signature.ToString()[2..], Is.EqualTo(json[i]!["signature"]!.GetValue<string>()));
            Assert.That(deposit.Data.HashTreeRoot().ToString()[2..], Is.EqualTo(json[i]!["deposit_data_root"]!.GetValue<string>()));
            Assert.That(deposit.Line, Is.EqualTo(2 + (11 * i)));
        }
    }

    [TestCase("00000000", "mainnet", "mainnet (00000000)")]
    [TestCase("01017000", "holesky", "holesky (01017000)")]
    [TestCase("10000910", "hoodi", "hoodi (10000910)")]
    [TestCase("90000069", "sepolia", "sepolia (90000069)")]
    [TestCase("00001020", "prater", "00001020")]
    [TestCase("10000038", "my devnet", "10000038")]
    public void Parse_Network_IsNamedByItsForkVersion(string forkVersion, string name, string expected)
    {
        JsonObject entry = SignedDeposit.Create(forkVersion: new ForkVersion(Convert.ToUInt32(forkVersion, 16)));
        entry["network_name"] = name;
        Assert.That(DepositFile.Parse(Bytes(new JsonArray(entry)), "d.json").ForkVersion.ToString(), Is.EqualTo(expected));
    }

    [TestCase("10000910", "mainnet")]
    [TestCase("00000000", "hoodi")]
    [TestCase("00000000", "devnet")]
    [TestCase("10000038", "mainnet")]
    public void Parse_NameAndForkVersionDisagree_IsBadInput(string forkVersion, string name)
    {
        Assert.That(
            Refusal(With(("fork_version", forkVersion), ("network_name", name))),
            Does.Contain(name).And.Contain(forkVersion).And.Contain("$[0]"));
    }

    [Test]
    public void Parse_TwoNetworks_IsBadInputThatNamesBoth()
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        json[1]!["fork_version"] = "00000000";
        json[1]!["network_name"] = "mainnet";
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[1]").And.Contain("mainnet (00000000)").And.Contain("hoodi (10000910)"));
    }

    [Test]
    public void Parse_KeyTwice_IsBadInputThatNamesBothLines()
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        json.Add(json[0]!.DeepClone());
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[3]").And.Contain("line 2 again"));
    }

    [TestCase("pubkey", "\"b3\"", "null", "5")]
    [TestCase("withdrawal_credentials", "\"01\"", "null", "5")]
    [TestCase("amount", "999999999", "\"32000000000\"", "32.5")]
    [TestCase("amount", "2048000000001", "-1", "null")]
    [TestCase("signature", "\"zz\"", "null", "[]")]
    [TestCase("deposit_message_root", "\"00\"", "null", "{}")]
    [TestCase("deposit_data_root", "\"00\"", "null", "true")]
    [TestCase("fork_version", "\"0000\"", "null", "0")]
    public void Parse_MemberMissingOrMalformed_IsBadInputThatNamesIt(string member, params string[] wrong)
    {
        JsonArray missing = JsonNode.Parse(Hoodi)!.AsArray();
        missing[1]!.AsObject().Remove(member);
        Assert.That(Refusal(Bytes(missing)), Does.Contain("$[1]").And.Contain(member));
        foreach (string value in wrong)
        {
            JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
            json[1]![member] = "@@";
            string text = json.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);
            Assert.That(Refusal(Encoding.UTF8.GetBytes(text)), Does.Contain("$[1]." + member), value);
        }
    }

    [TestCase(WithdrawalKind.BlsKey, 32_000_000_000UL, null)]
    [TestCase(WithdrawalKind.Address, 1_000_000_000UL, "0x7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b")]
    [TestCase(WithdrawalKind.Compounding, 2_048_000_000_000UL, "0x7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b")]
    public void Parse_EachKindOfCredentials_TellsKindAddressAndAmount(WithdrawalKind kind, ulong amount, string? address)
    {
        byte[] file = Bytes(new JsonArray(SignedDeposit.Create(SignedDeposit.Credentials(kind), amount)));
        DepositMessage message = DepositFile.Parse(file, "d.json").Deposits.Single().Data.Message;
        Assert.That(message.Credentials.Kind, Is.EqualTo(kind));
        Assert.That(message.Credentials.Address?.ToString(), Is.EqualTo(address));
        Assert.That(message.AmountGwei, Is.EqualTo(amount));
    }

    [TestCase("03", 0, "01 or 02")]
    [TestCase("b0", 0, "01 or 02")]
    [TestCase("01", 1, "eleven zero bytes")]
    [TestCase("02", 11, "eleven zero bytes")]
    public void Parse_CredentialsOfNoKind_IsBadInputThatShowsThem(string kind, int dirty, string said)
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        byte[] credentials = new byte[32];
        credentials[dirty] = 0x55;
        credentials[0] = Convert.FromHexString(kind)[0];
        string hex = Convert.ToHexStringLower(credentials);
        json[1]!["withdrawal_credentials"] = hex;
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[1].withdrawal_credentials").And.Contain(said).And.Contain(hex));
    }

    [TestCase("withdrawal_credentials", "0200000000000000000000000000000000000000000000000000000000000001", "deposit_message_root")]
    [TestCase("withdrawal_credentials", "0100000000000000000000000000000000000000000000000000000000000002", "deposit_message_root")]
    [TestCase("pubkey", SignedDeposit.PublicKey, "deposit_message_root")]
    [TestCase("deposit_message_root", "0000000000000000000000000000000000000000000000000000000000000000", "deposit_message_root")]
    [TestCase("deposit_data_root", "0000000000000000000000000000000000000000000000000000000000000000", "deposit_data_root")]
    public void Parse_MemberChanged_IsBadInputThatNamesTheRootTheKeyAndTheDanger(string member, string value, string root)
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        json[1]![member] = value;
        FaultException fault = Assert.Throws<FaultException>(() => DepositFile.Parse(Bytes(json), "d.json"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("d.json: $[1] (line ").And.Contain(root));
        Assert.That(fault.Message, Does.Contain("0x" + json[1]!["pubkey"]!.GetValue<string>()));
        Assert.That(fault.Remedy, Does.StartWith("Send no deposit with this file"));
    }

    [Test]
    public void Parse_AmountChanged_IsBadInputThatNamesTheRoot()
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        json[2]!["amount"] = 32_000_000_001;
        Assert.That(Refusal(Bytes(json)), Does.StartWith("d.json: $[2] (line ").And.Contain("deposit_message_root"));
    }

    [Test]
    public void Parse_SignatureOfAnotherDeposit_IsBadInputThatNamesTheValidatorAndTheNetwork()
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        DepositFile file = DepositFile.Parse(Hoodi, "hoodi.json");
        DepositData swapped = file.Deposits[1].Data with { Signature = file.Deposits[2].Data.Signature };
        json[1]!["signature"] = swapped.Signature.ToString()[2..];
        json[1]!["deposit_data_root"] = swapped.HashTreeRoot().ToString()[2..];
        Assert.That(
            Refusal(Bytes(json)),
            Does.StartWith("d.json: $[1] (line 13) the signature").And.Contain($"{swapped.Message.PublicKey}").And.Contain("hoodi"));
    }

    [Test]
    public void Parse_SignedForAnotherNetwork_IsBadInput()
    {
        JsonObject entry = SignedDeposit.Create(forkVersion: Network.Hoodi.GenesisForkVersion);
        entry["fork_version"] = "00000000";
        entry["network_name"] = "mainnet";
        Assert.That(Refusal(Bytes(new JsonArray(entry))), Does.Contain("the signature").And.Contain("mainnet"));
    }

    [Test]
    public void Parse_SignatureThatIsNoPoint_IsBadInputThatNamesIt()
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        string signature = json[0]!["signature"]!.GetValue<string>();
        json[0]!["signature"] = (signature[0] == '9' ? 'b' : '9') + signature[1..^1] + (signature[^1] == '0' ? '1' : '0');
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[0].signature").Or.Contain("deposit_data_root"));
        json[0]!["signature"] = "c0" + new string('0', 190);
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[0].signature").And.Contain("infinity"));
        json[0]!["signature"] = new string('f', 192);
        Assert.That(Refusal(Bytes(json)), Does.Contain("$[0].signature"));
    }

    [TestCase("[]", "no deposits")]
    [TestCase("{}", "array")]
    [TestCase("[[]]", "$[0]")]
    [TestCase("[{\"amount\":1000000000,\"amount\":1000000000}]", "twice")]
    [TestCase("[", "JSON")]
    public void Parse_OtherJson_IsBadInput(string text, string said) =>
        Assert.That(Refusal(Encoding.UTF8.GetBytes(text)), Does.Contain(said));

    [Test]
    public void Parse_TenMegabytes_StaysInTheInputsScale()
    {
        byte[] json = Encoding.ASCII.GetBytes("[" + string.Concat(Enumerable.Repeat("{\"x\":[{},{},{}]},", 600_000)) + "{}]");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(json);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(json.Length));
        Assert.That(Refusal(new byte[DepositFile.MaxFileSize + 1]), Does.Contain("limit"));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Parse_MutatedFile_GivesDepositsOrAFault() =>
        ParserFuzz.Survives([Hoodi], static bytes => DepositFile.Parse(bytes, "d.json"));

    private static byte[] With(params (string Member, string Value)[] changes)
    {
        JsonArray json = JsonNode.Parse(Hoodi)!.AsArray();
        foreach (JsonNode? deposit in json)
        {
            foreach ((string member, string value) in changes)
            {
                deposit![member] = value;
            }
        }

        return Bytes(json);
    }

    private static byte[] Bytes(JsonNode json) =>
        Encoding.UTF8.GetBytes(json.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }));

    private static string Refusal(byte[] json)
    {
        FaultException fault = Assert.Throws<FaultException>(() => DepositFile.Parse(json, "d.json"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("d.json: "));
        return fault.Message;
    }
}
