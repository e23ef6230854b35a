using System.Text.Json;
using HwBridge.Core.Networks;
using HwBridge.Shared.SigningBridge;

namespace HwBridge.Interop.Bridge;

/// <summary>Real clients of the signing bridge: ethers, viem, and a browser that shows its page and attacks it.</summary>
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
