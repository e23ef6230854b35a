using HwBridge.Backups.Drills;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Drills;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class DrillRecordFileTests
{
    private static readonly DateOnly Day = new(2026, 2, 3);

    [Test]
    public async Task NoteAsync_NewFolder_IsOfTheOwnerAlone()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home["state"]);
        Assert.That(await file.ReadAsync(CancellationToken.None), Is.Null);
        using DrillSubject subject = Subjects.Numbered(1);
        DrillId id = await file.NoteAsync(subject, matched: true, Day, CancellationToken.None);
        Assert.That((await file.ReadAsync(CancellationToken.None))!.Entries, Is.EqualTo([new DrillEntry(id, Day, Day, Matched: true)]));
        Assert.That(Directory.GetFiles(home["state"]), Has.Length.EqualTo(2).And.All.Matches<string>(path =>
            File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite)));
        Assert.That(File.GetUnixFileMode(home["state"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public async Task NoteAsync_AgainAndAgain_KnowsTheSubjectAndKeepsTheOthers()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home.Path);
        DrillId[] ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            using DrillSubject subject = Subjects.Numbered(number % 4);
            return await file.NoteAsync(subject, matched: true, Day, CancellationToken.None);
        }));
        Assert.That(ids.Distinct(), Is.EquivalentTo((await file.ReadAsync(CancellationToken.None))!.Entries.Select(entry => entry.Id)));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(4));
    }

    [Test]
    public async Task NoteAsync_UnderADamagedRecord_LeavesItAsItIs()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home.Path);
        using DrillSubject subject = Subjects.Numbered(1);
        foreach (int length in (int[])[0, 100, 4095, 4096, 100_000])
        {
            byte[] damaged = new byte[length];
            await File.WriteAllBytesAsync(file.Path, damaged);
            FaultException fault = Assert.ThrowsAsync<FaultException>(() => file.NoteAsync(subject, matched: true, Day, CancellationToken.None))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            Assert.That(await File.ReadAllBytesAsync(file.Path), Is.EqualTo(damaged));
        }
    }

    [Test]
    public async Task NoteAsync_WhileAnotherHoldsTheLock_WaitsForIt()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home.Path);
        using DrillSubject subject = Subjects.Numbered(1);
        Task<DrillId> noting;
        using (new FileStream($"{file.Path}.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            noting = file.NoteAsync(subject, matched: true, Day, CancellationToken.None);
            using CancellationTokenSource stop = new();
            Task<DrillId> stopped = file.NoteAsync(subject, matched: true, Day, stop.Token);
            await stop.CancelAsync();
            Assert.ThrowsAsync<TaskCanceledException>(() => stopped);
            Assert.That(noting.IsCompleted, Is.False);
            Assert.That(File.Exists(file.Path), Is.False);
        }

        await noting;
        Assert.That(File.Exists(file.Path));
    }

    [Test]
    public async Task NoteAsync_AfterAPowerCut_RemovesWhatItLeft()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home.Path);
        await File.WriteAllTextAsync(home[".drills.abc.tmp"], "half");
        await File.WriteAllTextAsync(home[".other.abc.tmp"], "somebody's");
        using DrillSubject subject = Subjects.Numbered(1);
        await file.NoteAsync(subject, matched: true, Day, CancellationToken.None);
        Assert.That(home.Names, Is.EquivalentTo([".other.abc.tmp", "drills", "drills.lock"]));
    }

    [Test]
    public async Task NoteAsync_FolderThatIsAFile_IsIo()
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home["state"], "mine");
        using DrillSubject subject = Subjects.Numbered(1);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => new DrillRecordFile(home["state"]).NoteAsync(subject, matched: true, Day, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(await File.ReadAllTextAsync(home["state"]), Is.EqualTo("mine"));
    }

    [Test]
    public async Task ForgetAsync_OneOfTwo_KeepsTheOther()
    {
        using TemporaryFolder home = new();
        DrillRecordFile file = new(home.Path);
        Assert.ThrowsAsync<FaultException>(() => file.ForgetAsync("0123", Day, CancellationToken.None));
        using DrillSubject one = Subjects.Numbered(1);
        using DrillSubject two = Subjects.Numbered(2);
        DrillId gone = await file.NoteAsync(one, matched: true, Day, CancellationToken.None);
        DrillId kept = await file.NoteAsync(two, matched: true, Day, CancellationToken.None);
        Assert.That((await file.ForgetAsync(gone.FirstDigits, Day, CancellationToken.None)).Id, Is.EqualTo(gone));
        Assert.That((await file.ReadAsync(CancellationToken.None))!.Entries.Single().Id, Is.EqualTo(kept));
    }
}
