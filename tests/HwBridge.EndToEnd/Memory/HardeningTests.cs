using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.Memory;

/// <summary>The running program, seen by another one of the same user, and where its memory can't be locked.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HardeningTests : IDisposable
{
    private const string Warning = "warning: secrets can't be locked in memory";

    // Root's own rights would let it read and lock everything: without them it is a user like any other.
    private static readonly string[] WithoutRights = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task RunningProgram_OfTheSameUser_CanNotBeReadDumpedOrDebugged()
    {
        using RunningCommand plain = RunningCommand.Program(_workplace.Folder, holdsInput: true, [.. WithoutRights, "cat"]);
        using RunningCommand running = RunningCommand.Program(
            _workplace.Folder, holdsInput: true, [.. WithoutRights, PublishedProgram.HwBridge, "emulator", "ledger", "--port", "0"]);
        await running.WaitForAsync(() => running.Output.Count > 0, Workplace.Deadline, "emulator").ConfigureAwait(false);
        int id = running.ProcessId;
        string[] limits = await File.ReadAllLinesAsync($"/proc/{id}/limits").ConfigureAwait(false);
        string core = limits.Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(core.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..6], Is.EqualTo(new[] { "0", "0" }));
            Assert.That(Directory.GetFiles(Path.GetTempPath(), $"*-{id}-*").Select(Path.GetFileName), Is.Empty, "a diagnostics port");

            // The kernel asks the same of a debugger that wants to attach as of one who opens these two.
            foreach (string file in (string[])["maps", "mem"])
            {
                Outcome granted = await OpenAsync(plain.ProcessId, file).ConfigureAwait(false);
                Assert.That(granted.ExitCode, Is.Zero, $"{file} of any other program: {granted}");
                Outcome refused = await OpenAsync(id, file).ConfigureAwait(false);
                Assert.That(refused.ExitCode, Is.Not.Zero, $"{file}: {refused}");
                Assert.That(refused.Error, Does.Contain("Permission denied"), file);
            }
        }
    }

    [TestCase(0)]
    [TestCase(32 << 10)]
    public async Task Command_WhereMemoryCanNotBeLocked_WarnsOnceAndWorks(int limit)
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        string[] command = [PublishedProgram.HwBridge, "--json", "--quiet", "pubkeys", "--device", device.Uri, "--index", "0-2"];
        string[] with = ["prlimit", $"--memlock={limit}:{limit}", .. WithoutRights];
        Outcome limited = await _workplace.RunAsync([.. with, .. command]).ConfigureAwait(false);
        Outcome free = await _workplace.RunAsync(command).ConfigureAwait(false);
        string[] warnings = [.. limited.Error.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(limited.ExitCode, Is.Zero, $"{limited}");
            Assert.That(warnings, Has.Length.EqualTo(1), $"{limited}");
            Assert.That(warnings[0], Does.StartWith(Warning).And.Contain("ulimit -l").And.Contain("LimitMEMLOCK="));
            Assert.That(limited.Output, Is.EqualTo(free.Output));
            Assert.That(free.Error, Does.Not.Contain("warning"));
        }
    }

    [Test]
    public async Task Command_WhereNothingCanBeLocked_WarnsBeforeItHandlesASecret()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor", "--approve", "ask").ConfigureAwait(false);
        int lines = device.Lines;
        using RunningCommand running = RunningCommand.Program(
            _workplace.Folder,
            holdsInput: false,
            ["prlimit", "--memlock=0:0", .. WithoutRights, PublishedProgram.HwBridge, "pubkeys", "--device", device.Uri]);
        await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
        Assert.That(running.Error[0], Does.StartWith(Warning));
    }

    private Task<Outcome> OpenAsync(int process, string file) =>
        _workplace.RunAsync([.. WithoutRights, "dd", $"if=/proc/{process}/{file}", "count=0", "status=none"]);
}
