using System.Text;
using FsCheck;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2334;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Tests.Deposits;

namespace HwBridge.Core.Tests.ExpectedKeys;

public sealed class ExpectedKeyTests
{
    private static readonly byte[] Hoodi = DataFile.Read("Deposits/hoodi.json");
    private static readonly BlsPublicKey[] Keys = [.. DepositFile.Parse(Hoodi, "d").Deposits.Select(static deposit => deposit.PublicKey)];

    [Test]
    public void Parse_EachFormat_IsRecognised()
    {
        Assert.That(ExpectedKeyFile.Parse(Hoodi, "d").Format, Is.EqualTo(ExpectedKeyFormat.DepositFile));
        Assert.That(ExpectedKeyFile.Parse(DataFile.Read("Eip2335/scrypt.json"), "k").Format, Is.EqualTo(ExpectedKeyFormat.Keystore));
        Assert.That(Parse(PublicKeysJson((0, Keys[0]))).Format, Is.EqualTo(ExpectedKeyFormat.PublicKeys));
        Assert.That(Parse($"{Keys[0]}").Format, Is.EqualTo(ExpectedKeyFormat.List));
    }

    [Test]
    public void Parse_DepositFile_HasItsKeysLinesAndNetwork()
    {
        ExpectedKeyFile file = ExpectedKeyFile.Parse(Hoodi, "d");
        Assert.That(file.Keys.Select(static key => key.PublicKey), Is.EqualTo(Keys));
        Assert.That(file.Keys.Select(static key => key.Sources.Single().ToString()), Is.EqualTo((string[])["d:2", "d:13", "d:24"]));
        Assert.That(file.Deposits!.ForkVersion, Is.EqualTo(new ForkVersion(0x10000910)));
    }

    [Test]
    public void Parse_Keystore_HasItsKey()
    {
        ExpectedKey key = ExpectedKeyFile.Parse(DataFile.Read("Eip2335/scrypt.json"), "k").Keys.Single();
        Assert.That(key.PublicKey.ToString(), Does.StartWith("0x9612d7a727c9"));
        Assert.That(key.Path, Is.Null, "m/12381/60/… is not a validator's path");
        Assert.That(key.Sources.Single(), Is.EqualTo(new KeySource("k", null)));
    }

    [Test]
    public void Parse_KeystoreWithoutPublicKey_IsBadInput()
    {
        string text = Encoding.UTF8.GetString(DataFile.Read("Eip2335/scrypt.json"));
        text = text.Replace("\"pubkey\"", "\"name\"", StringComparison.Ordinal);
        Assert.That(Refusal(text), Does.Contain("$.pubkey"));
    }

    [Test]
    public void Parse_PublicKeysJson_HasPathsAndLines()
    {
        ExpectedKeyFile file = Parse(PublicKeysJson((0, Keys[0]), (7, Keys[1])));
        Assert.That(
            file.Keys.Select(static key => key.Path),
            Is.EqualTo((ValidatorKeyPath[])[ValidatorKeyPath.Signing(0), ValidatorKeyPath.Signing(7)]));
        Assert.That(file.Keys.Select(static key => key.PublicKey), Is.EqualTo(Keys[..2]));
        Assert.That(file.Keys[1].Sources.Single(), Is.EqualTo(new KeySource("f", 3)));
        Assert.That(file.Deposits, Is.Null);
    }

    [Test]
    public void Parse_List_TakesCommentsBlankLinesCrLfAndEitherForm()
    {
        string upper = Keys[2].ToString()[2..].ToUpperInvariant();
        ExpectedKeyFile file = Parse($"\ufeff# my keys\r\n\r\n{Keys[0]} # first\r\n \t{Keys[1].ToString()[2..]}\t\r\n0X{upper}");
        Assert.That(file.Keys.Select(static key => key.PublicKey), Is.EqualTo(Keys));
        Assert.That(file.Keys.Select(static key => key.Sources.Single().Line), Is.EqualTo((int?[])[3, 4, 5]));
        Assert.That(file.Keys, Has.All.Matches<ExpectedKey>(static key => key.Path is null));
    }

    [TestCase("", "is empty")]
    [TestCase(" \r\n\t", "is empty")]
    [TestCase("# nothing\n\n", "no public key")]
    [TestCase("[]", "no public key")]
    [TestCase("[5]", "$[0]")]
    [TestCase("[{}]", "$[0]")]
    [TestCase("[{\"pubkey\":5}]", "$[0].pubkey")]
    [TestCase("{}", "crypto")]
    [TestCase("one\ntwo", "line 1")]
    [TestCase("# a\n0x12", "line 2")]
    [TestCase("# a\n0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", "line 2")]
    [TestCase("\ud83d\udd11", "line 1")]
    public void Parse_Malformed_IsBadInputThatSaysWhere(string text, string said) => Assert.That(Refusal(text), Does.Contain(said));

    [Test]
    public void Parse_ListWithAnotherSecret_NeverQuotesIt()
    {
        const string secret = "3f3e0a69a6a66aeaec606a2ccb47c703afb2e8ae64f70a1650c03343b06e8f0c";
        Assert.That(Refusal(secret), Does.Contain("secret key").And.Not.Contain("3f3e0a"));
        Assert.That(Refusal("abandon abandon about"), Does.Not.Contain("abandon"));
    }

    [Test]
    public void Parse_PathOutsideTheTree_IsBadInput()
    {
        Assert.That(
            Refusal(PublicKeysJson((0, Keys[0])).Replace("m/12381/3600", "m/44/60", StringComparison.Ordinal)),
            Does.Contain("$[0].path (line 2, byte 20) must have the purpose 12381 (part 1 after m/)"));
    }

    [Test]
    public void Parse_KeyTwiceInOneFile_IsBadInputThatNamesBothLines()
    {
        Assert.That(Refusal($"{Keys[0]}\n{Keys[1]}\n{Keys[0].ToString()[2..]}"), Does.Contain("line 3").And.Contain("line 1 again"));
        Assert.That(Refusal(PublicKeysJson((0, Keys[0]), (1, Keys[0]))), Does.Contain("line 3").And.Contain("line 2 again"));
    }

    [Test]
    public void Merge_SameKeyInSeveralFiles_KeepsAllSourcesAndThePath()
    {
        ExpectedKeyFile[] files = [ExpectedKeyFile.Parse(Hoodi, "d"), Parse($"{Keys[1]}"), Parse(PublicKeysJson((1, Keys[1])))];
        ExpectedKeySet set = ExpectedKeySet.Merge(files);
        Assert.That(set.Keys.Select(static key => key.PublicKey), Is.EqualTo(Keys));
        Assert.That(set.Keys[1].Path, Is.EqualTo(ValidatorKeyPath.Signing(1)));
        Assert.That(set.Keys[1].Sources.Select(static source => source.ToString()), Is.EqualTo((string[])["d:13", "f:1", "f:2"]));
        Assert.That(set.DepositFiles.Single().ForkVersion, Is.EqualTo(new ForkVersion(0x10000910)));
    }

    [Test]
    public void Merge_ContradictoryPaths_IsBadInputThatNamesBoth()
    {
        FaultException fault = Assert.Throws<FaultException>(
            () => ExpectedKeySet.Merge([Parse(PublicKeysJson((0, Keys[0]))), Parse(PublicKeysJson((4, Keys[0])))]))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("m/12381/3600/0/0/0").And.Contain("m/12381/3600/4/0/0").And.Contain("f:2"));
    }

    [Test]
    public void Merge_TwoNetworks_IsBadInputThatNamesBoth()
    {
        string mainnet = $"[{SignedDeposit.Create(forkVersion: Network.Mainnet.GenesisForkVersion).ToJsonString()}]";
        FaultException fault = Assert.Throws<FaultException>(
            () => ExpectedKeySet.Merge([ExpectedKeyFile.Parse(Hoodi, "d"), Parse(mainnet)]))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("hoodi (10000910)").And.Contain("mainnet (00000000)"));
    }

    [FsCheck.NUnit.Property(MaxTest = 5000)]
    public Property Parse_MutatedFile_GivesKeysOrAFault() => ParserFuzz.Survives(
        [
            Hoodi,
            DataFile.Read("Eip2335/scrypt.json"),
            Encoding.UTF8.GetBytes(PublicKeysJson((0, Keys[0]), (1, Keys[1]))),
            Encoding.UTF8.GetBytes($"# keys\n{Keys[0]}\r\n{Keys[1]}\n"),
        ],
        static bytes => ExpectedKeyFile.Parse(bytes, "f"));

    private static string PublicKeysJson(params (uint Index, BlsPublicKey Key)[] keys)
    {
        static string Entry((uint Index, BlsPublicKey Key) key) =>
            $"{{\"index\":{key.Index},\"path\":\"{ValidatorKeyPath.Signing(key.Index)}\",\"pubkey\":\"{key.Key}\","
            + "\"origin\":\"device\",\"confirmedOnDevice\":false}";
        return "[\n" + string.Join(",\n", keys.Select(Entry)) + "\n]\n";
    }

    private static ExpectedKeyFile Parse(string text) => ExpectedKeyFile.Parse(Encoding.UTF8.GetBytes(text), "f");

    private static string Refusal(string text)
    {
        FaultException fault = Assert.Throws<FaultException>(() => Parse(text))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("f: "));
        return fault.Message;
    }
}
