using System.Diagnostics;
using System.Text.RegularExpressions;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Backups of several devices and people, with a device, the program or a share in the way.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed partial class ShareTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Points = 12;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    /// <summary>The Ledger is unplugged at any byte: with the Trezor alone that is the reason, with a friend beside it opens all the same.</summary>
    [Test]
    public async Task Devices_OneUnpluggedAtAnyByte_TheOthersDoOrItIsTheReason()
    {
        string backup = await MakeAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        int whole;
        await using (TcpRelay relay = new(device.Port))
        {
            Outcome opened = await CheckAsync(backup, relay.Uri).ConfigureAwait(false);
            Assert.That(opened.ExitCode, Is.Zero, $"{opened}");
            whole = relay.Answers.Length;
        }

        int[] points = [.. Enumerable.Range(0, Points).Select(i => (whole - 1) * i / (Points - 1)).Distinct()];
        foreach (int point in points)
        {
            await using (TcpRelay cut = new(device.Port, point))
            {
                Outcome alone = await CheckAsync(backup, cut.Uri).ConfigureAwait(false);
                Assert.That(alone.Failure(3, 9), Does.Contain("1 more share is needed, of: share 1 (tag "), $"{alone}");
            }

            await using (TcpRelay cut = new(device.Port, point))
            {
                Outcome together = await CheckAsync(backup, cut.Uri, "--identity", Friend).ConfigureAwait(false);
                Assert.That(together.ExitCode, Is.Zero, $"{together}");
            }
        }

        await TestContext.Out.WriteLineAsync($"the Ledger unplugged after {points.Length} of {whole} bytes, with and without somebody else").ConfigureAwait(false);
    }

    [TestCase("create", Interrupt)]
    [TestCase("create", Kill)]
    [TestCase("share", Interrupt)]
    [TestCase("share", Kill)]
    public async Task Program_StoppedAtEachMoment_LeavesAWholeFileOrNone(string command, int signal)
    {
        string backup = await MakeAsync().ConfigureAwait(false);
        string[] arguments = ["hwbridge", "--json", .. command == "create" ? Create("new.age") : Share(backup, "new.age")];
        TimeSpan whole = TimeSpan.MaxValue;
        for (int i = 0; i < 2; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            Outcome done = await _workplace.RunAsync(arguments).ConfigureAwait(false);
            Assert.That(done.ExitCode, Is.Zero, $"{done}");
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            whole = took < whole ? took : whole;
            File.Delete(_workplace["new.age"]);
        }

        int stopped = 0;
        for (int point = 0; point < Points; point++)
        {
            using RunningCommand running = _workplace.Start(arguments);
            await Task.Delay(whole * (0.3 + (0.75 * point / Points))).ConfigureAwait(false);
            running.Signal(signal);
            Outcome outcome = await Workplace.EndAsync(running, Soon, arguments).ConfigureAwait(false);
            stopped += outcome.ExitCode == 0 ? 0 : 1;
            if (File.Exists(_workplace["new.age"]))
            {
                Outcome verified = await _workplace.HwBridgeAsync("backup", "verify", "new.age").ConfigureAwait(false);
                Assert.That(verified.ExitCode, Is.Zero, $"{verified}");
            }

            // Beside it, after a kill only, the unfinished file under another name.
            Assert.That(_workplace.Names.Count(name => name != "new.age"), Is.LessThanOrEqualTo(signal == Kill ? 1 : 0), $"{outcome}");
            foreach (string name in _workplace.Names)
            {
                File.Delete(_workplace[name]);
            }
        }

        Assert.That(stopped, Is.GreaterThan(0), "every signal came after the end: nothing was proven");
        await TestContext.Out.WriteLineAsync(
            $"{command}, signal {signal}: {Points} moments within {whole.TotalMilliseconds:0} ms, {stopped} stopped").ConfigureAwait(false);
    }

    [TestCase(Interrupt)]
    [TestCase(Kill)]
    public async Task Combine_StoppedWhileItWaits_LeavesNothingAndTheShareIsWorthless(int signal)
    {
        string backup = await MakeAsync().ConfigureAwait(false);
        string[] arguments = Combine(backup);
        using (RunningCommand running = RunningCommand.Program(_workplace.Folder, holdsInput: true, arguments))
        {
            string key = await KeyAsync(running).ConfigureAwait(false);
            Outcome shared = await _workplace.HwBridgeAsync(Share(backup, "../share.txt", key)).ConfigureAwait(false);
            Assert.That(shared.ExitCode, Is.Zero, $"{shared}");
            running.Signal(signal);
            Outcome stopped = await Workplace.EndAsync(running, Soon, arguments).ConfigureAwait(false);
            Assert.That(stopped.ExitCode, Is.EqualTo(signal == Interrupt ? 130 : 128 + Kill), $"{stopped}");
        }

        Assert.That(_workplace.Names, Is.Empty);
        using RunningCommand next = RunningCommand.Program(_workplace.Folder, holdsInput: true, arguments);
        string fresh = await KeyAsync(next).ConfigureAwait(false);
        next.Type("../share.txt");
        await next.WaitForAsync(() => next.Error.Any(line => line.StartsWith("Not opened", StringComparison.Ordinal)), Soon, "combine").ConfigureAwait(false);
        Assert.That(next.Error, Has.One.Contains("encrypted to another key"));
        Outcome again = await _workplace.HwBridgeAsync(Share(backup, "right.txt", fresh)).ConfigureAwait(false);
        Assert.That(again.ExitCode, Is.Zero, $"{again}");
        next.Type("right.txt");
        Outcome opened = await Workplace.EndAsync(next, Soon, arguments).ConfigureAwait(false);
        Assert.That(opened.ExitCode, Is.Zero, $"{opened}");
        Assert.That(Directory.GetFiles(_workplace["restored"], "keystore*"), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task Combine_InputThatEnds_NamesWhoIsMissing()
    {
        string backup = await MakeAsync().ConfigureAwait(false);
        Outcome outcome = await _workplace.RunAsync(Combine(backup)).ConfigureAwait(false);
        Assert.That(outcome.Failure(7), Does.Contain("no more shares came").And.Contain("1 more share is needed, of: share 1 (tag "));
        Assert.That(_workplace.Names, Is.Empty);
    }

    [TestCase("threshold above the recipients", "3 of 2", "--threshold", "3", "--to", "emulator:ledger", "emulator:trezor")]
    [TestCase("threshold 0", "0 of 1", "--threshold", "0", "--to", "emulator:ledger")]
    [TestCase("an empty group", "empty", "--to", "2()")]
    [TestCase("a group in a group's group", "within another", "--to", "1(1(1(emulator:ledger)))")]
    [TestCase("the same twice", "twice", "--threshold", "2", "--to", "emulator:ledger", "1(emulator:ledger)")]
    [TestCase("a passphrase and nobody to ask", "nobody can be asked", "--threshold", "2", "--to", "emulator:ledger", "passphrase")]
    public async Task Create_ImpossiblePolicy_IsUsage(string name, string cause, params string[] recipients)
    {
        Outcome outcome = await _workplace.HwBridgeAsync(
            ["backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--allow-emulator", "--no-device-test", .. recipients, "--out", "new.age"])
            .ConfigureAwait(false);
        Assert.That(outcome.Failure(2), Does.Contain(cause), name);
        Assert.That(_workplace.Names, Is.Empty);
    }

    [GeneratedRegex("^One-time key.*: (age1[a-z0-9]+)$")]
    private static partial Regex OneTimeKey();

    private string Friend => Path.Combine(_workplace.Home, "friend.txt");

    private string FriendsKey { get; set; } = string.Empty;

    private static async Task<string> KeyAsync(RunningCommand combine)
    {
        await combine.WaitForAsync(() => combine.Error.Any(line => line.StartsWith("Then paste", StringComparison.Ordinal)), Soon, "combine").ConfigureAwait(false);
        return combine.Error.Select(line => OneTimeKey().Match(line)).Single(match => match.Success).Groups[1].Value;
    }

    /// <summary>A backup for any two of both published seeds and a friend.</summary>
    private async Task<string> MakeAsync()
    {
        Outcome generated = await _workplace.RunAsync("age-keygen", "-o", Friend).ConfigureAwait(false);
        Assert.That(generated.ExitCode, Is.Zero, $"{generated}");
        FriendsKey = (await _workplace.RunAsync("age-keygen", "-y", Friend).ConfigureAwait(false)).Output.Trim();
        string file = Path.Combine(_workplace.Home, "shared.age");
        Outcome made = await _workplace.HwBridgeAsync(Create(file)).ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        return file;
    }

    private string[] Create(string file) =>
    [
        "backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--allow-emulator",
        "--threshold", "2", "--to", "emulator:ledger", "emulator:trezor", FriendsKey, "--out", file,
    ];

    private string[] Share(string backup, string file, string? key = null) =>
        ["backup", "share", "--backup", backup, "--device", "emulator:ledger", "--for", key ?? FriendsKey, "--out", file];

    private string[] Combine(string backup) =>
    [
        "hwbridge", "--json", "backup", "combine", "--backup", backup, "--device", "emulator:trezor", "--out", "restored", "--kdf", "pbkdf2",
        "--password-file", _workplace.PasswordFile,
    ];

    private Task<Outcome> CheckAsync(string backup, string ledger, params string[] more) => _workplace.HwBridgeAsync(
        ["check", "--backup", backup, "--expect", Workplace.Keystores, "--device", ledger, "--device", "emulator:trezor", .. more]);
}
