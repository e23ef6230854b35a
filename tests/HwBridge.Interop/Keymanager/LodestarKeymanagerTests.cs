using System.Text.Json;
using HwBridge.Cli;

namespace HwBridge.Interop.Keymanager;

/// <summary>A backup opened into Lodestar's Keymanager API: its routes, its client, its keystores and its slashing protection.</summary>
public sealed class LodestarKeymanagerTests
{
    private const string HoodiRoot = "0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly string Fixtures = Path.Combine(Path.GetDirectoryName(NodePeer.Root)!, "HwBridge.EndToEnd", "Fixtures");

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("hwbridge-test-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task BackupOpen_IntoLodestar_GivesItTheKeysAndWhatTheyHaveSigned()
    {
        string token = await WriteAsync("api-token.txt", "0x5f3c77b1e0a94d2286f1");
        string password = await WriteAsync("password.txt", "correct horse battery staple");
        string backup = Path.Combine(_folder, "backup.age");
        string history = Path.Combine(Fixtures, "slashing_protection.json");
        await HwBridgeAsync(
            0, "backup", "create", "--from", Path.Combine(Fixtures, "validator_keys"), "--password-file", password, "--slashing-protection", history, "--to", "emulator:ledger", "--out", backup);
        IReadOnlyList<string> lines = await NodePeer.ServeAsync(
            "Keymanager/lodestar.mjs",
            async url =>
            {
                string[] open = ["backup", "open", "--backup", backup, "--device", "emulator:ledger", "--keymanager", url, "--kdf", "pbkdf2", "--network", "hoodi"];
                string wrong = await WriteAsync("wrong-token.txt", "0x00");
                JsonElement refused = await HwBridgeAsync(6, [.. open, "--token-file", wrong, "--slashing-protection", "backup"]);
                Assert.That(refused.GetProperty("error").GetProperty("message").GetString(), Does.Contain("403: the token is invalid"));

                JsonElement first = await HwBridgeAsync(0, [.. open, "--token-file", token, "--slashing-protection", "backup"]);
                Assert.That(Statuses(first), Has.Length.EqualTo(3).And.All.EqualTo("imported"));
                Assert.That(first.GetProperty("network").GetString(), Is.EqualTo("hoodi"));
                JsonElement again = await HwBridgeAsync(0, [.. open, "--token-file", token, "--slashing-protection", history]);
                Assert.That(Statuses(again), Has.Length.EqualTo(3).And.All.EqualTo("duplicate"));
            },
            Deadline,
            token,
            HoodiRoot);

        using JsonDocument has = JsonDocument.Parse(lines.Single());
        string[] expected = [.. Directory.GetFiles(Path.Combine(Fixtures, "validator_keys"), "keystore*").Select(static file =>
        {
            using JsonDocument keystore = JsonDocument.Parse(File.ReadAllBytes(file));
            return $"0x{keystore.RootElement.GetProperty("pubkey").GetString()} {keystore.RootElement.GetProperty("path").GetString()}";
        })];
        Assert.That(
            has.RootElement.GetProperty("keys").EnumerateArray().Select(static key => $"{key.GetProperty("validatingPubkey").GetString()} {key.GetProperty("derivationPath").GetString()}"),
            Is.EquivalentTo(expected));
        Assert.That(
            has.RootElement.GetProperty("forbidden").EnumerateArray().Select(static one => one.GetBoolean()),
            Has.Exactly(3).Items.And.All.True,
            "a block before the history's is refused");
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(4), "no keystore touches the disk");
    }

    [Test]
    public async Task BackupOpen_OfAHistoryThatLodestarRefuses_ReportsItsWordsAndThatNoKeyIsThere()
    {
        string token = await WriteAsync("api-token.txt", "0x5f3c77b1e0a94d2286f1");
        string password = await WriteAsync("password.txt", "correct horse battery staple");
        string backup = Path.Combine(_folder, "backup.age");
        await HwBridgeAsync(0, "backup", "create", "--from", Path.Combine(Fixtures, "validator_keys"), "--password-file", password, "--to", "emulator:ledger", "--out", backup);
        IReadOnlyList<string> lines = await NodePeer.ServeAsync(
            "Keymanager/lodestar.mjs",
            async url =>
            {
                JsonElement answer = await HwBridgeAsync(
                    1, "backup", "open", "--backup", backup, "--device", "emulator:ledger", "--keymanager", url, "--token-file", token, "--kdf", "pbkdf2", "--slashing-protection", Path.Combine(Fixtures, "slashing_protection.json"), "--network", "hoodi");
                Assert.That(Statuses(answer), Has.Length.EqualTo(3).And.All.EqualTo("error"));
                Assert.That(answer.GetProperty("trouble").GetProperty("message").GetString(), Does.Contain("500").And.Contain("genesis").IgnoreCase);
            },
            Deadline,
            token,
            "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95");
        using JsonDocument has = JsonDocument.Parse(lines.Single());
        Assert.That(has.RootElement.GetProperty("keys").GetArrayLength(), Is.Zero);
    }

    private static string[] Statuses(JsonElement answer) =>
        [.. answer.GetProperty("keys").EnumerateArray().Select(static key => key.GetProperty("status").GetString()!)];

    private static async Task<JsonElement> HwBridgeAsync(int exit, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int actual = await CommandLine.InvokeAsync(["--json", .. arguments], output, error, CancellationToken.None);
        Assert.That(actual, Is.EqualTo(exit), $"{output}\n{error}");
        using JsonDocument document = JsonDocument.Parse(output.ToString());
        return document.RootElement.Clone();
    }

    private async Task<string> WriteAsync(string name, string line)
    {
        string file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, line + "\n");
        return file;
    }
}
