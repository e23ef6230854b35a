using System.Text.Json;
using HwBridge.Core.Networks;
using HwBridge.Shared.SigningBridge;

namespace HwBridge.Interop.Bridge;

/// <summary>Real clients of the signing bridge: ethers, viem, Lodestar, and a browser that shows its page and attacks it.</summary>
public sealed class BridgePeerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [TestCase(false)]
    [TestCase(true)]
    public async Task EthersAndViem_ThroughTheBridge_GetTheAccountsSignatures(bool isTrezor)
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: static options => options with { ChainId = Network.Hoodi.ChainId }, isTrezor: isTrezor);
        if (bridge.Settings is { } settings)
        {
            // Without these a Ledger signs no call that it can't show in words.
            (settings.BlindSigning, settings.DebugContracts) = (true, true);
        }

        string account = (await bridge.CallAsync("eth_accounts", "[]")).GetProperty("result")[0].GetString()!;
        IReadOnlyList<string> output = await NodePeer.RunAsync("Bridge/peers.mjs", [], Deadline, bridge.Url, bridge.Token, account);
        using JsonDocument document = JsonDocument.Parse(output[^1]);
        foreach (string peer in (string[])["ethers", "viem"])
        {
            string[] signers = [.. document.RootElement.GetProperty(peer).EnumerateArray().Select(static one => one.GetString()!.ToLowerInvariant())];
            Assert.That(signers, Is.EqualTo(new[] { account, account, account, account }), peer);
            TestContext.Out.WriteLine($"{peer}: deposit, withdrawal request, message and typed data signed by {account}");
        }
    }

    /// <summary>Each type that is signed, by the client that Lodestar has for Web3Signer.</summary>
    [Test]
    public async Task LodestarsWeb3SignerClient_GetsEachSignature_AndNoDailyWork()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: static options => options with { Network = Network.Hoodi }, withBackup: true);
        IReadOnlyList<string> output = await NodePeer.RunAsync("Bridge/web3signer.mjs", [], Deadline, bridge.Url, bridge.Token);
        TestContext.Out.WriteLine(output[^1]);
        using JsonDocument document = JsonDocument.Parse(output[^1]);
        JsonElement signed = document.RootElement.GetProperty("signed");
        foreach (string type in (string[])["VOLUNTARY_EXIT", "DEPOSIT", "VALIDATOR_REGISTRATION", "BLS_TO_EXECUTION_CHANGE"])
        {
            Assert.That(signed.GetProperty(type).GetBoolean(), Is.True, type);
        }

        Assert.That(document.RootElement.GetProperty("refused").GetString(), Does.Contain("daily work"));
        Assert.That(bridge.Person.Told.Count(static text => text.Contains("root    0x", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    /// <summary>What the bridge answers has the shape that its own document promises, refusals too.</summary>
    [Test]
    public async Task OpenApiDocument_HoldsForEachAnswer()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: static options => options with { Network = Network.Hoodi }, withBackup: true);
        string document = Path.Combine(TestContext.CurrentContext.WorkDirectory, "served.openapi.json");
        await File.WriteAllTextAsync(document, await bridge.Client.GetStringAsync("/openapi.json"));
        using JsonDocument keys = JsonDocument.Parse(await bridge.Client.GetStringAsync("/api/v1/eth2/publicKeys"));
        string key = keys.RootElement[0].GetString()!;
        string sign = $"/api/v1/eth2/sign/{key}";
        string stranger = "/api/v1/eth2/sign/0x8f82597c919c056571a05dfe83e6a7d32acf9ad8931be04d11384e95468cd68b40129864ae12745f774654bbac09b057";
        string exit = "{\"type\":\"VOLUNTARY_EXIT\",\"voluntary_exit\":{\"epoch\":\"90000\",\"validator_index\":\"12\"},\"fork_info\":{"
            + $"\"genesis_validators_root\":\"{Network.Hoodi.GenesisValidatorsRoot}\","
            + "\"fork\":{\"previous_version\":\"0x50000910\",\"current_version\":\"0x60000910\",\"epoch\":\"2048\"}}}";
        string call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"METHOD\",\"params\":[]}";
        (string Method, string Path, string? Body, string? Accept, int Status)[] questions =
        [
            ("GET", "/upcheck", null, null, 200),
            ("GET", "/health", null, null, 200),
            ("GET", "/openapi.json", null, null, 200),
            ("GET", "/metrics", null, null, 200),
            ("GET", "/api/v1/eth2/publicKeys", null, null, 200),
            ("POST", "/", call.Replace("METHOD", "eth_accounts", StringComparison.Ordinal), null, 200),
            ("POST", "/", call.Replace("METHOD", "eth_sendTransaction", StringComparison.Ordinal), null, 200),
            ("POST", "/", $"[{call.Replace("METHOD", "eth_chainId", StringComparison.Ordinal)},{call}]", null, 200),
            ("POST", sign, exit, "application/json", 200),
            ("POST", sign, exit, "*/*", 200),
            ("POST", sign, exit, "text/plain", 200),
            ("POST", sign, exit.Replace("VOLUNTARY_EXIT", "ATTESTATION", StringComparison.Ordinal), null, 400),
            ("POST", sign, exit.Replace("epoch", "Epoch", StringComparison.Ordinal), null, 400),
            ("POST", stranger, exit, null, 404),
        ];
        IReadOnlyList<string> output = await AskAsync(questions.Select(Question));
        Assert.That(output, Has.Count.EqualTo(questions.Length));
        foreach (((string _, string path, string? _, string? _, int status), string line) in questions.Zip(output))
        {
            TestContext.Out.WriteLine(line);
            using JsonDocument answer = JsonDocument.Parse(line);
            Assert.That(answer.RootElement.GetProperty("status").GetInt32(), Is.EqualTo(status), line);
            Assert.That(answer.RootElement.GetProperty("errors").GetArrayLength(), Is.Zero, $"{path}: {line}");
        }

        // The check can fail: the same answer, held against another promise.
        await File.WriteAllTextAsync(document, (await File.ReadAllTextAsync(document)).Replace("^0x[0-9a-f]{96}$", "^1x", StringComparison.Ordinal));
        Assert.That((await AskAsync([Question(("GET", "/api/v1/eth2/publicKeys", null, null, 200))]))[0], Does.Contain("must match pattern"));

        Task<IReadOnlyList<string>> AskAsync(IEnumerable<string> lines) => NodePeer.RunAsync(
            "Bridge/openapi.mjs", lines, Deadline, document, bridge.Url, bridge.Token);
        static string Question((string Method, string Path, string? Body, string? Accept, int Status) question) =>
            $"{{\"method\":\"{question.Method}\",\"path\":\"{question.Path}\"{(question.Body is { } body ? $",\"body\":{body}" : "")}"
            + $"{(question.Accept is { } accept ? $",\"accept\":\"{accept}\"" : "")}}}";
    }

    [Test]
    public async Task Chromium_ShowsThePage_AndGetsNothingThroughFromAnotherSite()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(change: static options => options with { PagePort = 0 });
        await bridge.SignMessageAsync();
        int told = bridge.Person.Told.Count;
        string link = bridge.Person.Told.Single(static text => text.Contains("/#", StringComparison.Ordinal)).Split(' ').Single(static word => word.Contains("/#", StringComparison.Ordinal));
        string picture = Path.Combine(TestContext.CurrentContext.WorkDirectory, "bridge-page.png");
        IReadOnlyList<string> output = await NodePeer.RunAsync("Bridge/browser.mjs", [], Deadline, link, $"{bridge.Port}", picture);
        TestContext.Out.WriteLine(output[^1]);
        using JsonDocument document = JsonDocument.Parse(output[^1]);
        JsonElement seen = document.RootElement;
        JsonElement attempts = seen.GetProperty("attempts");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.GetProperty("shown").GetString(), Does.Contain("sign a message").And.Contain("\"hello\"").And.Contain("signed"));
            Assert.That(seen.GetProperty("hash").GetString(), Is.Empty, "the link's token leaves the address bar");
            Assert.That(seen.GetProperty("controls").GetInt32(), Is.Zero, "nothing on the page can be pressed");
            foreach (string fetch in (string[])["fetch JSON", "fetch JSON with a token", "fetch text", "fetch without CORS", "fetch the link"])
            {
                Assert.That(attempts.GetProperty(fetch).GetString(), Is.EqualTo("TypeError"), fetch);
            }

            Assert.That(attempts.GetProperty("simple form").GetInt32(), Is.EqualTo(403));
            Assert.That(attempts.GetProperty("rebinding").GetInt32(), Is.EqualTo(403));
            Assert.That(attempts.GetProperty("rebinding the page").GetInt32(), Is.EqualTo(403));
            Assert.That(new FileInfo(picture).Length, Is.InRange(1_000, 100_000));
        }

        // The link was renewed once, and nothing else came of it: no request reached the board.
        Assert.That(bridge.Person.Told, Has.Count.EqualTo(told + 1));
    }
}
