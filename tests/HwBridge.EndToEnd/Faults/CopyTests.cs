using System.Globalization;

namespace HwBridge.EndToEnd.Faults;

/// <summary>
/// <c>backup copy</c> and <c>backup rewrap</c> on disks that fail: stopped (kill −9) or answered with an error at each call that changes the
/// disk, by strace; a full disk, a read-only one, and a stick that takes what is written and can't keep it.
/// </summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CopyTests : IDisposable
{
    private const int Io = 8;

    /// <summary>How a process ends that strace kills: strace ends itself the same way.</summary>
    private const int Killed = 128 + 9;

    /// <summary>What changes the disk, or makes a change last: other calls of the program are not the disk's.</summary>
    private static readonly string[] Calls = ["pwrite64", "fsync", "syncfs", "link", "rename", "unlink"];

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Copy_StoppedAtEachCall_NeverLeavesAHalfFileThatPassesForWhole(bool replace)
    {
        byte[] backup = await BackupAsync().ConfigureAwait(false);
        int points = 0;
        foreach (string call in Calls)
        {
            for (int nth = 1; ; nth++)
            {
                byte[]? before = replace ? "what was there"u8.ToArray() : null;
                Prepare(before);
                Outcome outcome = await InjectAsync($"{call}:signal=KILL:when={nth}", replace).ConfigureAwait(false);
                byte[]? after = Read();
                if (outcome.ExitCode == 0)
                {
                    Assert.That(after, Is.EqualTo(backup), $"{outcome}");
                    break;
                }

                points += Hit(outcome, call) ? 1 : 0;
                Assert.That(outcome.ExitCode, Is.EqualTo(Killed).Or.EqualTo(-9), $"{call} {nth}: {outcome}");
                Assert.That(after, Is.EqualTo(before).Or.EqualTo(backup), $"{call} {nth}: neither the old file nor the whole new one");
                Outcome again = await _workplace.HwBridgeAsync(
                    ["backup", "copy", "backup.age", "stick/copy.age", .. replace ? ["--replace"] : Array.Empty<string>()]).ConfigureAwait(false);
                Assert.That(again.ExitCode, Is.Zero, $"{again}");
                Assert.That(Read(), Is.EqualTo(backup));
            }
        }

        TestContext.Progress.WriteLine($"copy{(replace ? " --replace" : "")}, kill -9: {points} fault points");
        Assert.That(points, Is.GreaterThanOrEqualTo(4));
    }

    [TestCase(false, "EIO")]
    [TestCase(true, "EIO")]
    [TestCase(false, "ENOSPC")]
    [TestCase(false, "EROFS")]
    public async Task Copy_ErrorAtEachCall_SaysSoAndLeavesWhatWasThere(bool replace, string error)
    {
        byte[] backup = await BackupAsync().ConfigureAwait(false);
        int points = 0;
        foreach (string call in Calls)
        {
            for (int nth = 1; ; nth++)
            {
                byte[]? before = replace ? "what was there"u8.ToArray() : null;
                Prepare(before);
                Outcome outcome = await InjectAsync($"{call}:error={error}:when={nth}", replace).ConfigureAwait(false);
                byte[]? after = Read();
                if (outcome.ExitCode == 0)
                {
                    Assert.That(after, Is.EqualTo(backup), $"{outcome}");
                    if (!outcome.Error.Contains("INJECTED", StringComparison.Ordinal))
                    {
                        break;
                    }

                    if (!Hit(outcome, call))
                    {
                        continue;
                    }

                    // File systems without hard links are written otherwise.
                    Assert.That(call, Is.EqualTo("link"), $"{outcome}");
                }
                else
                {
                    Assert.That(outcome.Failure(Io), Does.Contain("stick"), $"{call} {nth}: {outcome}");
                    Assert.That(
                        after, replace ? Is.EqualTo(before).Or.EqualTo(backup) : Is.Null, $"{call} {nth}: neither nothing nor the whole new file");
                    Assert.That(
                        Directory.GetFiles(_workplace["stick"], "*", new EnumerationOptions { AttributesToSkip = 0 }),
                        Has.Length.LessThanOrEqualTo(call == "unlink" ? 1 : replace ? 1 : 0),
                        $"{call} {nth}: nothing half-written is left");
                }

                points++;
            }
        }

        TestContext.Progress.WriteLine($"copy{(replace ? " --replace" : "")}, {error}: {points} fault points");
        Assert.That(points, Is.GreaterThanOrEqualTo(4));
    }

    [Test]
    public async Task Rewrap_StoppedAtEachCall_LosesNeitherTheOldBackupNorTheNew()
    {
        byte[] backup = await BackupAsync().ConfigureAwait(false);
        int points = 0;
        foreach (string call in Calls)
        {
            for (int nth = 1; ; nth++)
            {
                await File.WriteAllBytesAsync(_workplace["backup.age"], backup).ConfigureAwait(false);
                Outcome outcome = await TraceAsync(
                    $"{call}:signal=KILL:when={nth}",
                    "backup", "rewrap", "--backup", "backup.age", "--device", "emulator:ledger", "--to", "emulator:trezor", "--allow-emulator", "--no-device-test", "--replace").ConfigureAwait(false);
                byte[] left = await File.ReadAllBytesAsync(_workplace["backup.age"]).ConfigureAwait(false);
                bool isOld = left.AsSpan().SequenceEqual(backup);
                string device = isOld ? "emulator:ledger" : "emulator:trezor";
                Outcome opened = await _workplace.HwBridgeAsync(
                    "check", "--device", device, "--expect", Workplace.Keystores, "--backup", "backup.age").ConfigureAwait(false);
                Assert.That(opened.ExitCode, Is.Zero, $"{call} {nth}, opened by {device}: {opened}");
                if (outcome.ExitCode == 0)
                {
                    Assert.That(isOld, Is.False);
                    break;
                }

                points += Hit(outcome, call) ? 1 : 0;
            }
        }

        TestContext.Progress.WriteLine($"rewrap --replace, kill -9: {points} fault points");
        Assert.That(points, Is.GreaterThanOrEqualTo(4));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4)]
    public async Task Copy_DiskFull_IsIoAndNothingIsLeft(int freePages)
    {
        await BackupAsync().ConfigureAwait(false);
        await WithMountAsync(["-t", "tmpfs", "-o", "size=64k", "tmpfs"], async () =>
        {
            await File.WriteAllBytesAsync(_workplace["stick/filler"], new byte[65536 - (freePages * 4096)]).ConfigureAwait(false);
            Outcome outcome = await _workplace.HwBridgeAsync("backup", "copy", "backup.age", "stick", "--repair", "50").ConfigureAwait(false);
            Assert.That(outcome.Failure(Io), Does.Contain("stick"));
            Assert.That(StickNames(), Is.EqualTo(new[] { "filler" }));
        }).ConfigureAwait(false);
    }

    [Test]
    public async Task Copy_ReadOnlyStick_IsIo()
    {
        await BackupAsync().ConfigureAwait(false);
        await WithMountAsync(["-t", "tmpfs", "-o", "ro", "tmpfs"], async () =>
        {
            Outcome outcome = await _workplace.HwBridgeAsync("backup", "copy", "backup.age", "stick").ConfigureAwait(false);
            Assert.That(outcome.Failure(Io), Does.Contain("stick"));
        }).ConfigureAwait(false);
    }

    [Test]
    public async Task Copy_StickThatLosesWhatItTook_IsIoAndNothingIsLeft()
    {
        // A sparse image on a full disk: the stick's file system takes every byte into memory, and its disk can keep none of them.
        await BackupAsync().ConfigureAwait(false);
        string disk = Path.Combine(_workplace.Home, "disk");
        Directory.CreateDirectory(disk);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk).ConfigureAwait(false);
        try
        {
            string image = Path.Combine(disk, "stick.img");
            await RunAsync("truncate", "-s", "16M", image).ConfigureAwait(false);
            await RunAsync("mkfs.ext4", "-q", "-O", "^has_journal", image).ConfigureAwait(false);
            await WithMountAsync(["-o", "loop", image], async () =>
            {
                await RunAsync("sync").ConfigureAwait(false);
                Outcome filled = await _workplace.RunAsync("dd", "if=/dev/zero", $"of={disk}/filler", "bs=4096", "status=none").ConfigureAwait(false);
                Assert.That(filled.ExitCode, Is.Not.Zero, "the disk is to be full");
                Outcome outcome = await _workplace.HwBridgeAsync("backup", "copy", "backup.age", "stick").ConfigureAwait(false);
                Assert.That(outcome.Failure(Io), Does.Contain("stick"));
                Assert.That(StickNames(), Does.Not.Contain("backup.age"));
            }).ConfigureAwait(false);
        }
        finally
        {
            await RunAsync("umount", disk).ConfigureAwait(false);
        }
    }

    [Test]
    public async Task Copy_FileSizeLimit_IsIoOrEndsAndNothingPassesForWhole()
    {
        byte[] backup = await BackupAsync().ConfigureAwait(false);
        int points = 0;
        for (int limit = 0; limit < backup.Length; limit += 1500, points++)
        {
            Prepare(null);
            await _workplace.RunAsync(
                "prlimit", $"--fsize={limit.ToString(CultureInfo.InvariantCulture)}", PublishedProgram.HwBridge, "backup", "copy", "backup.age", "stick/copy.age").ConfigureAwait(false);
            Assert.That(Read(), Is.Null, $"limit {limit}");
        }

        TestContext.Progress.WriteLine($"copy, file size limit: {points} fault points");
    }

    /// <summary>Whether the call that failed, or the last one before the end, is about the stick or the backup's folder, and not the runtime's own.</summary>
    private bool Hit(Outcome outcome, string call)
    {
        string[] calls = [.. outcome.Error.Split('\n').Where(line => line.Contains($"{call}(", StringComparison.Ordinal))];
        string? hit = calls.FirstOrDefault(line => line.Contains("INJECTED", StringComparison.Ordinal)) ?? calls.LastOrDefault();
        return hit?.Contains(_workplace.Folder, StringComparison.Ordinal) == true;
    }

    private async Task<byte[]> BackupAsync()
    {
        string made = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        File.Move(made, _workplace["backup.age"]);
        Directory.CreateDirectory(_workplace["stick"]);
        return await File.ReadAllBytesAsync(_workplace["backup.age"]).ConfigureAwait(false);
    }

    private void Prepare(byte[]? before)
    {
        Directory.Delete(_workplace["stick"], recursive: true);
        Directory.CreateDirectory(_workplace["stick"]);
        if (before is not null)
        {
            File.WriteAllBytes(_workplace["stick/copy.age"], before);
        }
    }

    private byte[]? Read() => File.Exists(_workplace["stick/copy.age"]) ? File.ReadAllBytes(_workplace["stick/copy.age"]) : null;

    private string[] StickNames() =>
        [.. Directory.GetFiles(_workplace["stick"], "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(path => Path.GetFileName(path)!)];

    private Task<Outcome> InjectAsync(string fault, bool replace) =>
        TraceAsync(fault, ["backup", "copy", "backup.age", "stick/copy.age", .. replace ? ["--replace"] : Array.Empty<string>()]);

    private Task<Outcome> TraceAsync(string fault, params string[] arguments) => _workplace.RunAsync(
    [
        "strace", "-f", "-qq", "-y", "-e", $"trace={fault[..fault.IndexOf(':', StringComparison.Ordinal)]}", "-e", $"inject={fault}",
        PublishedProgram.HwBridge, "--json", .. arguments,
    ]);

    private async Task WithMountAsync(string[] mount, Func<Task> work)
    {
        Assert.That(Environment.IsPrivilegedProcess, Is.True, "a disk of its own needs root: run the tests as root");
        await RunAsync(["mount", .. mount, _workplace["stick"]]).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            await RunAsync("umount", _workplace["stick"]).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(params string[] command)
    {
        Outcome outcome = await _workplace.RunAsync(command).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
    }
}
