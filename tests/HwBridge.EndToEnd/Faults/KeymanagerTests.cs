using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using HwBridge.Core.Networks;
using HwBridge.Shared.Keymanager;

namespace HwBridge.EndToEnd.Faults;

/// <summary>A backup opened into a validator client, with bad arguments, other servers in between, and an end at any moment.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeymanagerTests : IAsyncDisposable
{
    private const string Token = "0x5f3c77b1e0a94d2286f1";
    private const int Interrupt = 2;
    private const int Kill = 9;

    private readonly Workplace _workplace = new();
    private KeymanagerServer _server = null!;

    private string TokenFile => Path.Combine(_workplace.Home, "token.txt");

    [SetUp]
    public async Task SetUp()
    {
        await File.WriteAllTextAsync(TokenFile, Token + "\n").ConfigureAwait(false);
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _server = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _workplace.Dispose();
    }

    [Test]
    public async Task Arguments_ThatDoNotFit_AreRefusedBeforeTheDeviceIsAsked()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        string mainnet = _workplace["mainnet.json"];
        await File.WriteAllTextAsync(mainnet, $$"""{"metadata":{"interchange_format_version":"5","genesis_validators_root":"{{Network.Mainnet.GenesisValidatorsRoot}}"},"data":[]}""").ConfigureAwait(false);
        string[] history = ["--slashing-protection", Path.Combine(Workplace.Fixtures, "slashing_protection.json")];
        (string[] Arguments, int Exit, string Words)[] cases =
        [
            ([], 2, "where the keys go"),
            (["--keymanager", _server.Url, "--out", "restored"], 2, "--out and --keymanager exclude each other"),
            (["--keymanager", _server.Url, "--password-file", _workplace.PasswordFile], 2, "--password-file and --keymanager exclude"),
            (["--keymanager", _server.Url], 2, "bearer token"),
            (["--keymanager", _server.Url, "--token-file", TokenFile], 2, "must be given, or left out on purpose"),
            (["--keymanager", _server.Url, "--token-file", TokenFile, "--without-slashing-history", .. history], 2, "must be given, or left out on purpose"),
            (["--keymanager", _server.Url, "--token-file", "missing.txt", .. history], 6, "missing.txt"),
            (["--keymanager", _server.Url, "--token-file", TokenFile, "--slashing-protection", "missing.json"], 6, "missing.json"),
            (["--keymanager", _server.Url, "--token-file", TokenFile, "--slashing-protection", backup], 6, "made.age"),
            (["--keymanager", _server.Url, "--token-file", TokenFile, "--ca", TokenFile, .. history], 6, "certificate"),
            (["--keymanager", _server.Url, "--token-file", TokenFile, "--network", "moon", .. history], 2, "--network moon"),
            (["--keymanager", "http://10.0.0.1:5062", "--token-file", TokenFile, .. history], 2, "in the clear"),
        ];
        foreach ((string[] arguments, int exit, string words) in cases)
        {
            Outcome refused = await OpenAsync(device.Uri, backup, arguments).ConfigureAwait(false);
            Assert.That(refused.Failure(exit), Does.Contain(words));
        }

        Assert.That(device.Screen, Does.Not.Contain("secret"), "the device was asked for nothing");
        string[] to = ["--keymanager", _server.Url, "--token-file", TokenFile];
        foreach ((string[] arguments, int exit, string words) in ((string[], int, string)[])[
            ([.. to, .. history], 2, "does not tell which network"),
            ([.. to, .. history, "--network", "mainnet"], 6, "is of hoodi, and the client is to validate on mainnet"),
            ([.. to, "--slashing-protection", mainnet, "--network", "hoodi"], 6, "is of mainnet, and the client is to validate on hoodi"),
            ([.. to, "--slashing-protection", mainnet, history[1], "--network", "hoodi"], 6, "is the history of"),
            ([.. to, "--slashing-protection", "backup", "--network", "hoodi"], 6, "no slashing-protection history in this backup"),
        ])
        {
            Outcome refused = await OpenAsync(device.Uri, backup, arguments).ConfigureAwait(false);
            Assert.That(refused.Failure(exit), Does.Contain(words));
        }

        Assert.That(_server.Requests, Is.Empty);
        Assert.That(_workplace.Names, Is.EqualTo(["mainnet.json"]));
        await TestContext.Out.WriteLineAsync($"{cases.Length + 5} refusals, and not a request").ConfigureAwait(false);
    }

    [Test]
    public async Task Proxy_OfTheEnvironment_AndRedirects_NeverSeeAnything()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using TcpListener trap = new(IPAddress.Loopback, 0);
        trap.Start();
        string proxy = $"http://{trap.LocalEndpoint}";
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Outcome done = await _workplace.RunAsync(
            ["env", $"http_proxy={proxy}", $"HTTP_PROXY={proxy}", $"ALL_PROXY={proxy}", $"HTTPS_PROXY={proxy}", "hwbridge", "--json", "backup", "open", "--backup", backup, "--device", "emulator:ledger", "--keymanager", _server.Url, "--token-file", TokenFile, "--without-slashing-history", "--kdf", "pbkdf2"]).ConfigureAwait(false);
        Assert.That(done.ExitCode, Is.Zero, $"{done}");
        Assert.That(done.Document().GetProperty("withoutHistory").GetArrayLength(), Is.EqualTo(3));
        Assert.That(done.Error, Does.Contain("other users may read").And.Contain("stopped for good"));
        Assert.That(trap.Pending(), Is.False, "the proxy saw nothing");
        Assert.That(_server.Keys, Has.Count.EqualTo(3));

        KeymanagerServer other = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot).ConfigureAwait(false);
        await using (other.ConfigureAwait(false))
        {
            foreach (string method in (string[])["GET", "POST"])
            {
                KeymanagerServer redirecting = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot).ConfigureAwait(false);
                await using (redirecting.ConfigureAwait(false))
                {
                    redirecting.Interfere = context =>
                    {
                        context.Response.StatusCode = 307;
                        context.Response.Headers.Location = $"{other.Url}/eth/v1/keystores";
                        return Task.FromResult(context.Request.Method == method);
                    };
                    Outcome sent = await OpenAsync("emulator:ledger", backup, "--keymanager", redirecting.Url, "--token-file", TokenFile, "--without-slashing-history").ConfigureAwait(false);
                    Assert.That(sent.ExitCode, Is.EqualTo(method == "GET" ? 9 : 1), $"{sent}");
                    Assert.That(sent.Output, Does.Contain("307"));
                }
            }

            Assert.That(other.Requests, Is.Empty, "nothing is sent where another server says");
        }
    }

    [TestCase(Interrupt)]
    [TestCase(Kill)]
    public async Task Program_StoppedAtEachRequest_IsRunAgainAndSendsNoKeyTwice(int signal)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        int stopped = 0;
        foreach ((string method, bool isTaken) in ((string, bool)[])[("GET", false), ("POST", false), ("POST", true)])
        {
            KeymanagerServer server = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                using RunningCommand running = _workplace.Start(["hwbridge", "--json", .. Arguments("emulator:ledger", backup, "--keymanager", server.Url, "--token-file", TokenFile, "--without-slashing-history")]);
                TaskCompletionSource ended = new();
                int posts = 0;
                server.Interfere = async context =>
                {
                    posts += context.Request.Method == "POST" ? 1 : 0;
                    if (context.Request.Method != method || ended.Task.IsCompleted)
                    {
                        return false;
                    }

                    running.Signal(signal);
                    await ended.Task.ConfigureAwait(false);
                    return !isTaken;
                };
                int exit = await running.ExitAsync(Workplace.Deadline).ConfigureAwait(false);
                Assert.That(exit, Is.EqualTo(signal == Kill ? 137 : 130), string.Join('\n', running.Error));
                Assert.That(string.Join('\n', running.Output), signal == Kill || method == "GET" ? Does.Not.Contain("may have") : Does.Contain("may have taken them"));
                ended.SetResult();
                stopped++;

                Outcome again = await OpenAsync("emulator:ledger", backup, "--keymanager", server.Url, "--token-file", TokenFile, "--without-slashing-history").ConfigureAwait(false);
                Assert.That(again.ExitCode, Is.Zero, $"{again}");
                Assert.That(server.Keys, Has.Count.EqualTo(3));
                JsonElement[] keys = [.. again.Document().GetProperty("keys").EnumerateArray()];
                Assert.That(keys.Select(key => key.GetProperty("status").GetString()), Has.All.EqualTo("imported").Or.All.EqualTo("duplicate"));
                Assert.That(posts, Is.LessThanOrEqualTo(2));
            }
        }

        Assert.That(_workplace.Names, Is.Empty, "nothing is left on the disk");
        await TestContext.Out.WriteLineAsync($"signal {signal}: stopped at {stopped} requests, each run again to its end").ConfigureAwait(false);
    }

    private static string[] Arguments(string device, string backup, params string[] arguments) =>
        ["backup", "open", "--backup", backup, "--device", device, "--kdf", "pbkdf2", .. arguments];

    private Task<Outcome> OpenAsync(string device, string backup, params string[] arguments) =>
        _workplace.HwBridgeAsync(Arguments(device, backup, arguments));
}
