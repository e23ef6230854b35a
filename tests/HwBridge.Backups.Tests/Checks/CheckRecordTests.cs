using System.Text.Json;
using HwBridge.Backups.Checks;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Checks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class CheckRecordTests
{
    private static readonly DateOnly Day = new(2026, 2, 3);

    [Test]
    public async Task AppendAsync_NewFolder_HoldsTwoFilesOfTheOwnerAlone()
    {
        using TemporaryFolder home = new();
        string folder = home["state"];
        await CheckRecord.AppendAsync(folder, Report(1, 2), Day, CancellationToken.None);
        Assert.That(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName), Is.EquivalentTo(["checks.key", "checks.jsonl"]));
        foreach (string file in Directory.GetFiles(folder))
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }

        Assert.That(File.GetUnixFileMode(folder), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public async Task AppendAsync_ALine_TellsTheDayAndTheResultAndNoKey()
    {
        using TemporaryFolder home = new();
        await CheckRecord.AppendAsync(home.Path, Report(1, 2), Day, CancellationToken.None);
        string text = await File.ReadAllTextAsync(home["checks.jsonl"]);
        using JsonDocument line = JsonDocument.Parse(text);
        Assert.That(line.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(["date", "set", "result"]));
        Assert.That(line.RootElement.GetProperty("date").GetString(), Is.EqualTo("2026-02-03"));
        Assert.That(line.RootElement.GetProperty("result").GetString(), Is.EqualTo("match"));
        Assert.That(line.RootElement.GetProperty("set").GetString(), Has.Length.EqualTo(16));
        foreach (int number in (int[])[1, 2])
        {
            Assert.That(text, Does.Not.Contain(TestKeys.PublicKey(number).ToString()[2..18]));
        }
    }

    [Test]
    public async Task AppendAsync_AgainAndAgain_KeepsTheLinesAndKnowsTheSetInAnyOrder()
    {
        using TemporaryFolder home = new();
        await CheckRecord.AppendAsync(home.Path, Report(1, 2), Day, CancellationToken.None);
        await CheckRecord.AppendAsync(home.Path, Report(2, 1), Day, CancellationToken.None);
        await CheckRecord.AppendAsync(home.Path, Report(1, 2, 3), Day, CancellationToken.None);
        string[] sets = [.. (await File.ReadAllLinesAsync(home["checks.jsonl"])).Select(Set)];
        Assert.That(sets, Has.Length.EqualTo(3));
        Assert.That(sets[1], Is.EqualTo(sets[0]));
        Assert.That(sets[2], Is.Not.EqualTo(sets[0]));
    }

    [Test]
    public async Task AppendAsync_OnTwoMachines_GivesNothingToCompare()
    {
        using TemporaryFolder one = new();
        using TemporaryFolder other = new();
        await CheckRecord.AppendAsync(one.Path, Report(1), Day, CancellationToken.None);
        await CheckRecord.AppendAsync(other.Path, Report(1), Day, CancellationToken.None);
        Assert.That(Set(await File.ReadAllTextAsync(one["checks.jsonl"])), Is.Not.EqualTo(Set(await File.ReadAllTextAsync(other["checks.jsonl"]))));
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    public async Task AppendAsync_KeyOfAnotherLength_IsBadInputAndAddsNothing(int length)
    {
        using TemporaryFolder home = new();
        await File.WriteAllBytesAsync(home["checks.key"], new byte[length]);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => CheckRecord.AppendAsync(home.Path, Report(1), Day, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("checks.key"));
        Assert.That(home.Names, Is.EqualTo(["checks.key"]));
    }

    [Test]
    public async Task AppendAsync_FolderThatIsAFile_IsIo()
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home["state"], "mine");
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => CheckRecord.AppendAsync(home["state"], Report(1), Day, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(await File.ReadAllTextAsync(home["state"]), Is.EqualTo("mine"));
    }

    private static string Set(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("set").GetString()!;
    }

    private static RestoreReport Report(params int[] numbers) =>
        new([.. numbers.Select(number => new CheckedKey(RestoreCheckTests.Expect(number), KeyCheckStatus.Match, null, null))], [], null);
}
