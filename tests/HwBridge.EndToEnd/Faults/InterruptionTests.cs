using System.Diagnostics;
using System.Text.Json;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Ctrl-C and SIGTERM at any moment: done and whole, or exit code 130 and nothing left.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class InterruptionTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Points = 24;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase("create", "ledger")]
    [TestCase("open", "ledger")]
    [TestCase("open", "trezor")]
    [TestCase("check", "ledger")]
    [TestCase("check", "trezor")]
    [TestCase("pubkeys", "ledger")]
    [TestCase("pubkeys", "trezor")]
    public async Task Command_InterruptedAtEachMoment_IsDoneOrLeavesNothing(string command, string maker)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, maker).ConfigureAwait(false);
        string[] arguments = Arguments(command, device.Uri, backup, confirm: false);
        TimeSpan first = await RunWholeAsync(arguments, command).ConfigureAwait(false);
        TimeSpan second = await RunWholeAsync(arguments, command).ConfigureAwait(false);
        TimeSpan whole = first < second ? first : second;

        int stopped = 0;
        for (int point = 0; point < Points; point++)
        {
            using RunningCommand running = _workplace.Start(arguments);
            await Task.Delay(whole * 1.1 * point / Points).ConfigureAwait(false);
            int signal = point % 2 == 0 ? Interrupt : Terminate;
            running.Signal(signal);
            Outcome outcome = await Workplace.EndAsync(running, Soon, arguments).ConfigureAwait(false);
            if (outcome.ExitCode == 0)
            {
                await VerifyAndRemoveAsync(command).ConfigureAwait(false);
                continue;
            }

            // Until Main listens to signals, the system's own answer to SIGTERM is 143; nothing has been begun then.
            Assert.That(outcome.ExitCode, Is.EqualTo(130).Or.EqualTo(signal == Terminate && outcome.Output.Length == 0 ? 143 : 130), $"{outcome}");
            if (outcome.Output.Length > 0)
            {
                outcome.Failure(130);
            }

            Assert.That(_workplace.Names, Is.Empty, $"after {whole * 1.1 * point / Points}: {outcome}");
            stopped++;
        }

        await RunWholeAsync(arguments, command).ConfigureAwait(false);
        Assert.That(stopped, Is.GreaterThan(Points / 6), "most signals came after the end: nothing was proven");
        await TestContext.Out.WriteLineAsync($"{command} on a {maker}: {Points} moments within {whole.TotalMilliseconds:0} ms, {stopped} stopped, {Points - stopped} done").ConfigureAwait(false);
    }

    [Test]
    public async Task Command_InterruptedWhileTheScreenAsks_StopsAndClearsTheScreen(
        [Values("create", "open", "check", "pubkeys")] string command, [Values("ledger", "trezor")] string maker, [Values(Interrupt, Terminate)] int signal)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, maker, "--approve", "ask").ConfigureAwait(false);
        string[] arguments = Arguments(command, device.Uri, backup, confirm: maker == "ledger");
        int lines = device.Lines;
        using RunningCommand running = _workplace.Start(arguments);
        await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
        await Task.Delay(100).ConfigureAwait(false);
        Assert.That(running.HasExited, Is.False, "nobody has answered");

        long begun = Stopwatch.GetTimestamp();
        running.Signal(signal);
        Outcome outcome = await Workplace.EndAsync(running, Soon, arguments).ConfigureAwait(false);
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(Soon));
        outcome.Failure(130);
        Assert.That(_workplace.Names, Is.Empty, $"{outcome}");

        if (maker == "trezor")
        {
            Outcome next = await _workplace.HwBridgeAsync("devices", "--device", device.Uri).ConfigureAwait(false);
            Assert.That(next.ExitCode, Is.Zero, $"{next}");
        }
        else
        {
            // A Ledger can't be told to take its question back: the person is told to reject it.
            Assert.That(outcome.Error, Does.Contain("reject it on the device"));
        }
    }

    private string[] Arguments(string command, string device, string backup, bool confirm) =>
    [
        "hwbridge",
        "--json",
        .. command switch
        {
            "create" => (string[])["backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--to", device, "--out", "new.age", "--copies", "copy.age"],
            "open" => ["backup", "open", "--backup", backup, "--device", device, "--out", "restored", "--password-file", _workplace.PasswordFile, "--kdf", "pbkdf2"],
            "check" => ["check", "--device", device, "--expect", Workplace.Keystores, "--backup", backup],
            "pubkeys" => ["pubkeys", "--device", device, "--index", "0-9", "--out", "keys.json", .. confirm ? (string[])["--confirm"] : []],
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        },
    ];

    private async Task<TimeSpan> RunWholeAsync(string[] arguments, string command)
    {
        long begun = Stopwatch.GetTimestamp();
        Outcome outcome = await _workplace.RunAsync(arguments).ConfigureAwait(false);
        TimeSpan whole = Stopwatch.GetElapsedTime(begun);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        await VerifyAndRemoveAsync(command).ConfigureAwait(false);
        return whole;
    }

    /// <summary>A command that says it is done has left all of its files, whole.</summary>
    private async Task VerifyAndRemoveAsync(string command)
    {
        switch (command)
        {
            case "create":
                Assert.That(_workplace.Names, Is.EqualTo(["copy.age", "new.age"]));
                Outcome verified = await _workplace.HwBridgeAsync("backup", "verify", "new.age", "copy.age").ConfigureAwait(false);
                Assert.That(verified.ExitCode, Is.Zero, $"{verified}");
                break;
            case "open":
                Assert.That(_workplace.Names, Has.Length.EqualTo(4).And.All.StartsWith("restored"));
                foreach (string file in Directory.GetFiles(_workplace["restored"]))
                {
                    using JsonDocument keystore = JsonDocument.Parse(await File.ReadAllTextAsync(file).ConfigureAwait(false));
                    Assert.That(keystore.RootElement.GetProperty("pubkey").GetString(), Has.Length.EqualTo(96));
                }

                break;
            case "check":
                Assert.That(_workplace.Names, Is.Empty);
                break;
            default:
                Assert.That(_workplace.Names, Is.EqualTo(["keys.json"]));
                using (JsonDocument keys = JsonDocument.Parse(await File.ReadAllTextAsync(_workplace["keys.json"]).ConfigureAwait(false)))
                {
                    Assert.That(keys.RootElement.GetArrayLength(), Is.EqualTo(10));
                }

                break;
        }

        Directory.Delete(_workplace.Folder, recursive: true);
        Directory.CreateDirectory(_workplace.Folder);
    }
}
