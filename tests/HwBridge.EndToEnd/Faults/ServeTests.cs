using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;

namespace HwBridge.EndToEnd.Faults;

/// <summary>The bridge as a program: what it signs from a backup, and how it starts and ends.</summary>
internal sealed class ServeTests
{
    private const int Interrupt = 2;

    [Test]
    public async Task Serve_WithABackup_SignsAnExitAndNothingElse()
    {
        using Workplace workplace = new();
        string backup = await workplace.MakeBackupAsync();
        using RunningCommand bridge = workplace.Start(
            "hwbridge", "serve", "--device", "emulator:ledger", "--port", "0", "--token-file", workplace["token"], "--allow-consensus", "--backup", backup);
        using HttpClient client = await ConnectAsync(workplace, bridge);
        using JsonDocument keys = JsonDocument.Parse(await client.GetStringAsync("/api/v1/eth2/publicKeys"));
        string key = keys.RootElement[0].GetString()!;
        VoluntaryExit exit = new(300_000, 12);
        string request = $$$"""
            {"type":"VOLUNTARY_EXIT","signingRoot":"{{{exit.SigningRoot(Network.Hoodi)}}}","voluntary_exit":{"epoch":"300000","validator_index":"12"},
             "fork_info":{"genesis_validators_root":"{{{Network.Hoodi.GenesisValidatorsRoot}}}",
              "fork":{"previous_version":"0x50000910","current_version":"0x60000910","epoch":"2048"}
             }
            }
            """;
        (HttpStatusCode status, string answer) = await PostAsync(client, key, request);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer);
        BlsPublicKey.TryParse(key, out BlsPublicKey signer);
        Assert.That(BlsSignature.TryDecode(Convert.FromHexString(answer[2..]), out BlsSignature signature), Is.EqualTo(PointValidity.Valid));
        Assert.That(new SignedVoluntaryExit(exit, signature).IsSignedBy(signer, Network.Hoodi), Is.True);

        string other = request.Replace("\"12\"", "\"13\"", StringComparison.Ordinal);
        Assert.That((await PostAsync(client, key, other)).Status, Is.EqualTo(HttpStatusCode.BadRequest), "another root than the one that was named");
        foreach (string type in (string[])["ATTESTATION", "BLOCK_V2", "RANDAO_REVEAL"])
        {
            (status, answer) = await PostAsync(client, key, request.Replace("VOLUNTARY_EXIT", type, StringComparison.Ordinal));
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), type);
            Assert.That(answer, Does.Contain("daily work"), type);
        }

        const string Stranger = "0x8f82597c919c056571a05dfe83e6a7d32acf9ad8931be04d11384e95468cd68b40129864ae12745f774654bbac09b057";
        Assert.That((await PostAsync(client, Stranger, request)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(bridge.Error, Has.Some.Contains("end a validator for good on hoodi"));
    }

    [Test]
    public async Task Serve_OnCtrlC_LeavesNoSocket()
    {
        using Workplace workplace = new();
        Directory.CreateDirectory(workplace["run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string socket = Path.Combine(workplace["run"], "bridge.sock");
        using RunningCommand bridge = workplace.Start(
            "hwbridge", "--json", "serve", "--device", "emulator:ledger", "--socket", socket, "--token-file", workplace["token"]);
        await bridge.WaitForAsync(() => bridge.Output.Contains("}"), Workplace.Deadline, "serve");
        Assert.That(File.GetUnixFileMode(socket), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(workplace["token"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        bridge.Signal(Interrupt);
        Assert.That(await bridge.ExitAsync(Workplace.Deadline), Is.EqualTo(130));
        Assert.That(File.Exists(socket), Is.False);
    }

    [Test]
    public async Task Serve_InAFolderOfOthers_IsRefused()
    {
        using Workplace workplace = new();
        UnixFileMode open = (UnixFileMode)0x1ff;
        Directory.CreateDirectory(workplace["run"]);
        File.SetUnixFileMode(workplace["run"], open);
        Outcome outcome = await workplace.HwBridgeAsync(
            "serve", "--device", "emulator:ledger", "--socket", Path.Combine(workplace["run"], "bridge.sock"), "--token-file", workplace["token"]);
        Assert.That(outcome.Failure(6), Does.Contain("other users can get into this folder"));
    }

    [Test]
    public async Task Serve_FromStartToFirstAnswer_IsMeasured()
    {
        using Workplace workplace = new();
        List<double> times = [];
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using RunningCommand bridge = workplace.Start(
                "hwbridge", "serve", "--device", "emulator:ledger", "--port", "0", "--token-file", workplace["token"]);
            using HttpClient client = await ConnectAsync(workplace, bridge);
            Assert.That(await client.GetStringAsync("/upcheck"), Is.EqualTo("OK"));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        TestContext.Out.WriteLine($"from the start to the first answer: {string.Join(", ", times.Order().Select(static time => $"{time:0}"))} ms");
        Assert.That(times.Min(), Is.LessThan(5000));
    }

    private static async Task<HttpClient> ConnectAsync(Workplace workplace, RunningCommand bridge)
    {
        await bridge.WaitForAsync(() => bridge.Output.Any(static line => line.StartsWith("serving", StringComparison.Ordinal)), Workplace.Deadline, "serve");
        string url = bridge.Output[0].Split(' ', ',').Single(static word => word.StartsWith("http://", StringComparison.Ordinal));
        HttpClient client = new() { BaseAddress = new Uri(url), Timeout = Workplace.Deadline };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(workplace["token"])).Trim());
        return client;
    }

    private static async Task<(HttpStatusCode Status, string Answer)> PostAsync(HttpClient client, string key, string request)
    {
        using StringContent content = new(request, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync($"/api/v1/eth2/sign/{key}", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
