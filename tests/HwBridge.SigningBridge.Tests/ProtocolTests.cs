using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Shared.SigningBridge;
using HwBridge.SigningBridge.Callers;
using HwBridge.SigningBridge.Guards;
using HwBridge.SigningBridge.JsonRpc;
using HwBridge.SigningBridge.Requests;
using HwBridge.SigningBridge.Rules;
using HwBridge.SigningBridge.Web3Signer;

namespace HwBridge.SigningBridge.Tests;

/// <summary>What the bridge takes, and how it answers.</summary>
public sealed class ProtocolTests
{
    private const string Key = "0x8f82597c919c056571a05dfe83e6a7d32acf9ad8931be04d11384e95468cd68b40129864ae12745f774654bbac09b057";

    private const string Fork =
        "\"fork_info\":{\"fork\":{\"previous_version\":\"0x00000001\",\"current_version\":\"0x00000001\",\"epoch\":\"1\"},"
        + "\"genesis_validators_root\":\"0x04700007fabc8282644aed6d1c7c9e21d38a03a0c4ba193f3afe428824b3a673\"}";

    [TestCase("{", -32700)]
    [TestCase("", -32700)]
    [TestCase("{} {}", -32700)]
    [TestCase("[]", -32600)]
    [TestCase("1", -32600)]
    [TestCase("{\"id\":1,\"method\":\"eth_chainId\"}", -32600)]
    [TestCase("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"eth_chainId\"}", -32600)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"eth_chainId\"}", -32600)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"eth_chainId\"}", -32600)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":{}}", -32600)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_nothing\"}", -32601)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[1]}", -32602)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sendTransaction\",\"params\":[{}]}", 4200)]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sign\",\"params\":[]}", 4200)]
    public async Task Rpc_WrongRequest_GetsItsCode(string body, int code)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpResponseMessage answer = await bridge.Client.PostAsync("/", TestBridge.Json(body));
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.That(TestBridge.Code(document.RootElement), Is.EqualTo(code));
        Assert.That(document.RootElement.GetProperty("jsonrpc").GetString(), Is.EqualTo("2.0"));
    }

    [Test]
    public async Task Rpc_Batch_IsAnsweredInOrderWithoutItsNotifications()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpResponseMessage answer = await bridge.Client.PostAsync("/", TestBridge.Json(
            "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"eth_chainId\"},{\"jsonrpc\":\"2.0\",\"method\":\"eth_chainId\"},7,"
            + "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"eth_accounts\"}]"));
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.That(
            document.RootElement.EnumerateArray().Select(static one => one.GetProperty("id").ToString()), Is.EqualTo(new[] { "a", "", "" }));
        Assert.That(document.RootElement[0].GetProperty("result").GetString(), Is.EqualTo("0x1"));
        Assert.That(document.RootElement[2].GetProperty("result")[0].GetString(), Is.EqualTo(TestBridge.Account));
        using HttpResponseMessage none = await bridge.Client.PostAsync("/", TestBridge.Json("{\"jsonrpc\":\"2.0\",\"method\":\"personal_sign\"}"));
        Assert.That(none.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(bridge.Person.Told, Is.Empty, "a notification reaches no device");
    }

    [TestCase("\"gas\":\"0x5208\"", "\"gas\":\"0x05208\"")]
    [TestCase("\"gas\":\"0x5208\"", "\"gas\":21000")]
    [TestCase("\"gas\":\"0x5208\"", "\"gas\":\"21000\"")]
    [TestCase("\"gas\":\"0x5208\"", "\"gas\":\"0x\"")]
    [TestCase("\"gas\":\"0x5208\"", "\"gas\":\"0x10000000000000000\"")]
    [TestCase("\"gas\":\"0x5208\",", "")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x00\"")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"gasPrice\":\"0x1\"")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"type\":\"0x0\"")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"data\":\"0x1\"")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"data\":\"0x01\",\"input\":\"0x02\"")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"blobs\":[]")]
    [TestCase("\"nonce\":\"0x0\"", "\"nonce\":\"0x0\",\"chainId\":\"0x0\"")]
    [TestCase("0x00000000219ab540356cbb839cbe05303d7705fa", "0x00000000219Ab540356cbb839cbe05303d7705fa")]
    [TestCase("0xdad77910dbdfde764fc21fcd4e74d71bbaca6d8d", "0x0000000000000000000000000000000000000001")]
    public async Task Transaction_ThatIsNotExact_IsRefused(string right, string wrong)
    {
        const string Right =
            "[{\"from\":\"0xdad77910dbdfde764fc21fcd4e74d71bbaca6d8d\",\"to\":\"0x00000000219ab540356cbb839cbe05303d7705fa\",\"gas\":\"0x5208\","
            + "\"maxFeePerGas\":\"0x2\",\"maxPriorityFeePerGas\":\"0x1\",\"nonce\":\"0x0\"}]";
        await using TestBridge bridge = await TestBridge.StartAsync();
        Assert.That(TestBridge.Code(await bridge.CallAsync("eth_signTransaction", Right.Replace(right, wrong, StringComparison.Ordinal))), Is.EqualTo(-32602));
        Assert.That((await bridge.CallAsync("eth_signTransaction", Right)).TryGetProperty("result", out _), Is.True);
    }

    [Test]
    public async Task Clef_Transaction_IsRawAndShown()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string parameters =
            $"[{{\"from\":\"{TestBridge.Account}\",\"to\":\"{TestBridge.Account}\",\"gas\":\"0x5208\",\"gasPrice\":\"0x1\",\"nonce\":\"0x9\",\"value\":\"0x0\"}},\"transfer()\"]";
        JsonElement result = (await bridge.CallAsync("account_signTransaction", parameters)).GetProperty("result");
        JsonElement raw = (await bridge.CallAsync("eth_signTransaction", parameters)).GetProperty("result");
        Assert.That(result.GetProperty("raw").GetString(), Is.EqualTo(raw.GetString()));
        Assert.That(result.GetProperty("tx").GetProperty("nonce").GetString(), Is.EqualTo("0x9"));
    }

    [Test]
    public void Rpc_AnyBytes_GetAnAnswer()
    {
        RpcEndpoint endpoint = new(new EthereumMethods(null!, [], 1));
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            byte[] body = Encoding.UTF8.GetBytes(text ?? string.Empty);
            ReadOnlyMemory<byte> answer = endpoint.AnswerAsync(body, new CallingProgram("a", null), CancellationToken.None).GetAwaiter().GetResult();
            using JsonDocument document = JsonDocument.Parse(answer);
            return TestBridge.Code(document.RootElement) is -32700 or -32600;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task OpenApi_Document_HasExactlyTheRoutes()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await bridge.Client.GetStringAsync("/openapi.json"));
        string[] described =
        [
            .. document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(
                operation => $"{operation.Name.ToUpperInvariant()} {path.Name} {(operation.Value.TryGetProperty("security", out _) ? "Token" : "Open")}")),
        ];
        await using BridgeApplication application = new(
            new BridgeOptions { TokenFile = "", Accounts = [] }, AccessToken.Random(), _ => throw new InvalidOperationException(), bridge.Person);
        Assert.That(described, Is.EquivalentTo(application.Routes.Select(static route => $"{route.Method} {route.Path} {route.Access}")));
        foreach (Route route in application.Routes.Where(static route => route.Method == "GET"))
        {
            using HttpResponseMessage answer = await bridge.Client.GetAsync(new Uri(route.Path, UriKind.Relative));
            Assert.That(answer.IsSuccessStatusCode, Is.True, route.Path);
        }

        using HttpResponseMessage missing = await bridge.Client.GetAsync(new Uri("/nothing", UriKind.Relative));
        Assert.That(missing.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using HttpResponseMessage wrong = await bridge.Client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    /// <summary>The examples of Web3Signer's own document (openapi-specs/eth2/signing/paths/sign.yaml), with its roots.</summary>
    [TestCase(
        "{\"type\":\"VOLUNTARY_EXIT\",\"signingRoot\":\"0x38e9f1cfe7926ce5366b633b7fc7113129025737394002d2637faaeefc56913d\"," + Fork
        + ",\"voluntary_exit\":{\"epoch\":\"119\",\"validator_index\":\"0\"}}")]
    [TestCase(
        "{\"type\":\"VALIDATOR_REGISTRATION\",\"signingRoot\":\"0xe4d2b3dd1e23807b90af0b1768cc7de12d4353320adb486f1bdaeed6b67009ea\","
        + "\"validator_registration\":{\"fee_recipient\":\"0x6fdfab408c56b6105a76eff5c0435d09fc6ed7a9\",\"gas_limit\":\"4658411424342975020\","
        + "\"timestamp\":\"4663368873993027404\",\"pubkey\":\"" + Key + "\"}}")]
    public void Web3Signer_ItsOwnExamples_HaveItsOwnRoots(string json)
    {
        Network network = Network.Mainnet with { GenesisForkVersion = new ForkVersion(1) };
        ConsensusSignature read = Read(json, network);
        Assert.That(json, Does.Contain(read.Root.ToString()));
        int digit = json.IndexOf("Root\":\"0x", StringComparison.Ordinal) + 9;
        string other = json[..digit] + (json[digit] == '0' ? '1' : '0') + json[(digit + 1)..];
        FaultException refused = Assert.Throws<FaultException>(() => Read(other, network))!;
        Assert.That(refused.Message, Does.Contain("signingRoot"));
    }

    [TestCase("ATTESTATION", Fault.Unsupported)]
    [TestCase("BLOCK_V2", Fault.Unsupported)]
    [TestCase("RANDAO_REVEAL", Fault.Unsupported)]
    [TestCase("SYNC_COMMITTEE_MESSAGE", Fault.Unsupported)]
    [TestCase("AGGREGATE_AND_PROOF_V2", Fault.Unsupported)]
    [TestCase("ANYTHING", Fault.BadInput)]
    [TestCase("VOLUNTARY_EXIT", Fault.BadInput)]
    public void Web3Signer_OtherTypes_AreRefused(string type, Fault fault) => Assert.That(
        Assert.Throws<FaultException>(() => Read($"{{\"type\":\"{type}\"}}", Network.Mainnet))!.Fault, Is.EqualTo(fault));

    [Test]
    public async Task Web3Signer_WithoutTheSwitch_SignsNothing()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpResponseMessage answer = await bridge.Client.PostAsync($"/api/v1/eth2/sign/{Key}", TestBridge.Json(
            "{\"type\":\"VOLUNTARY_EXIT\"," + Fork + ",\"voluntary_exit\":{\"epoch\":\"119\",\"validator_index\":\"0\"}}"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("--allow-consensus"));
    }

    [TestCase("eth_signTransaction chain=1 to=0x00000000219ab540356cbb839cbe05303d7705fa per-day=1.5 # deposits", null)]
    [TestCase("\n# nothing but this\n\n", null)]
    [TestCase("personal_sign\neth_sign", "line 2")]
    [TestCase("personal_sign chain=0", "line 1")]
    [TestCase("personal_sign chain=1 chain=2", "line 1")]
    [TestCase("personal_sign to=0x1", "line 1")]
    [TestCase("personal_sign per-day=-1", "line 1")]
    [TestCase("personal_sign per-day=1.0000000000000000001", "line 1")]
    [TestCase("personal_sign anything", "line 1")]
    public void Rules_AreReadStrictly(string text, string? wrong)
    {
        byte[] file = Encoding.UTF8.GetBytes(text);
        if (wrong is null)
        {
            Assert.That(BridgeRules.Parse(file, "rules"), Is.Not.Null);
        }
        else
        {
            Assert.That(Assert.Throws<FaultException>(() => BridgeRules.Parse(file, "rules"))!.Message, Does.Contain(wrong));
        }
    }

    [Test]
    public void Rules_OfADay_CountWhatWasSigned()
    {
        FixedClock clock = new();
        BridgeRules rules = BridgeRules.Parse("eth_signTransaction chain=1 per-day=1"u8, "rules", clock);
        SignatureWish wish = new("eth_signTransaction", "", []) { ChainId = 1, Cost = 600_000_000_000_000_000 };
        rules.Admit(wish).Dispose();
        using (Spending signed = rules.Admit(wish))
        {
            Assert.Throws<RefusedException>(() => rules.Admit(wish), "set aside while it is under way");
            signed.Keep();
        }

        Assert.Throws<RefusedException>(() => rules.Admit(wish));
        Assert.Throws<RefusedException>(() => rules.Admit(wish with { Cost = 0, ChainId = 2 }));
        Assert.Throws<RefusedException>(() => rules.Admit(wish with { Cost = 0, Method = "personal_sign" }));
        clock.Now += TimeSpan.FromHours(24);
        rules.Admit(wish).Dispose();
    }

    [Test]
    public async Task Rules_ThatDoNotFit_KeepARequestFromTheDevice()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: options => options with { Rules = BridgeRules.Parse("eth_signTypedData_v4 chain=1"u8, "rules") });
        Assert.That(TestBridge.Code(await bridge.SignMessageAsync()), Is.EqualTo(4100));
        Assert.That(bridge.Person.Told, Is.Empty);
    }

    [Test]
    public async Task Request_IsShownInPlainWords()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await bridge.SignMessageAsync();
        Assert.That(bridge.Person.Told.First(), Does.Contain($"(process {Environment.ProcessId}) asks: sign a message").And.Contain("message 5 bytes: \"hello\""));
        await bridge.SignMessageAsync("0xe280ae61");
        Assert.That(bridge.Person.Told, Has.Some.Contains("0xe280ae61"), "text that would turn a line around is shown as hex");
    }

    private static ConsensusSignature Read(string json, Network network)
    {
        Assert.That(BlsPublicKey.TryParse(Key, out BlsPublicKey key), Is.EqualTo(PointValidity.Valid));
        return ConsensusSignatureReader.Read(Encoding.UTF8.GetBytes(json), key, network);
    }

    private sealed class FixedClock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
