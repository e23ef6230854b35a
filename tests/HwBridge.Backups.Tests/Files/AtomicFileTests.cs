using System.Diagnostics;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Files;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class AtomicFileTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(static i => (byte)(i * 7))];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Write_NewFile_HasTheContentAndIsPrivate()
    {
        string path = _folder["backup.age"];
        AtomicFile.Write(path, Content, overwrite: false, CancellationToken.None);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(Content));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(_folder.Names, Is.EqualTo((string[])["backup.age"]));
    }

    [Test]
    public void Write_NoBytes_MakesAnEmptyFile()
    {
        AtomicFile.Write(_folder["empty"], [], overwrite: false, CancellationToken.None);
        Assert.That(new FileInfo(_folder["empty"]).Length, Is.Zero);
    }

    [Test]
    public void Write_FileExists_IsIoAndLeavesItAlone()
    {
        string path = _folder["backup.age"];
        File.WriteAllText(path, "old");
        Assert.That(Refusal(path, overwrite: false), Does.Contain("exists already"));
        Assert.That(() => AtomicFile.EnsureCreatable(path), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(_folder.Names, Has.Length.EqualTo(1));
    }

    [Test]
    public void Write_FileAppearsInTheLastMoment_IsIoAndLeavesItAlone()
    {
        string path = _folder["backup.age"];
        void Interfere(AtomicFileStep step)
        {
            if (step == AtomicFileStep.Rename)
            {
                File.WriteAllText(path, "theirs");
            }
        }

        FaultException fault = Assert.Throws<FaultException>(
            () => AtomicFile.Write(path, Content, false, Interfere, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(File.ReadAllText(path), Is.EqualTo("theirs"));
        Assert.That(_folder.Names, Has.Length.EqualTo(1));
    }

    [Test]
    public void Write_OverwriteAsked_ReplacesInOneStep()
    {
        string path = _folder["backup.age"];
        File.WriteAllText(path, "old");
        void Look(AtomicFileStep step) => Assert.That(
            File.ReadAllBytes(path), Is.EqualTo(step <= AtomicFileStep.Rename ? "old"u8.ToArray() : Content), $"{step}");
        AtomicFile.Write(path, Content, overwrite: true, Look, CancellationToken.None);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(Content));
        Assert.That(_folder.Names, Has.Length.EqualTo(1));
    }

    [Test]
    public void Write_CancelledAtEachStep_LeavesNothing([Values] bool exists)
    {
        string path = _folder["backup.age"];
        if (exists)
        {
            File.WriteAllText(path, "old");
        }

        List<AtomicFileStep> steps = [];
        using (TemporaryFolder other = new())
        {
            AtomicFile.Write(other["x"], Content, overwrite: true, steps.Add, CancellationToken.None);
        }

        Assert.That(steps.Distinct(), Is.EqualTo(Enum.GetValues<AtomicFileStep>()));

        // Once it has its name, it is no longer cancelled.
        steps.RemoveAll(static step => step > AtomicFileStep.Rename);
        for (int stop = 0; stop < steps.Count; stop++)
        {
            using CancellationTokenSource source = new();
            int step = 0;
            void Cancel(AtomicFileStep reached)
            {
                if (step++ == stop)
                {
                    source.Cancel();
                }
            }

            Assert.That(
                () => AtomicFile.Write(path, Content, overwrite: true, Cancel, source.Token),
                Throws.InstanceOf<OperationCanceledException>(),
                $"{stop}");
            Assert.That(_folder.Names, Is.EqualTo(exists ? (string[])["backup.age"] : []), $"{stop}");
            Assert.That(!exists || File.ReadAllText(path) == "old", Is.True);
        }
    }

    [Test]
    public void Write_FolderMissing_IsIo()
    {
        Assert.That(Refusal(_folder["none/backup.age"], overwrite: false), Does.Contain("none/backup.age"));
        Assert.That(() => AtomicFile.EnsureCreatable(_folder["none/backup.age"]), Throws.TypeOf<FaultException>());
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    public void Write_NameOfAFolder_IsIo([Values] bool overwrite)
    {
        Directory.CreateDirectory(_folder["there"]);
        Refusal(_folder["there"], overwrite);
        Assert.That(_folder.Names, Is.EqualTo((string[])["there"]));
    }

    [Test]
    public void Write_NameTooLong_IsIo() => Refusal(_folder[new string('n', 300)], overwrite: false);

    [Test]
    public void Write_SystemFailsAtAnyStep_IsIoAndLeavesNothing()
    {
        int steps = 0;
        AtomicFile.Write(_folder["x"], Content, overwrite: true, _ => steps++, CancellationToken.None);
        File.Delete(_folder["x"]);
        for (int failing = 1; failing < steps; failing++)
        {
            int step = 0;
            void Fail(AtomicFileStep reached)
            {
                if (step++ == failing)
                {
                    throw new IOException("No space left on device");
                }
            }

            Assert.That(
                () => AtomicFile.Write(_folder["x"], Content, overwrite: false, Fail, CancellationToken.None),
                Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
            Assert.That(_folder.Names, Is.Empty, $"step {failing}");
        }
    }

    [TestCase(nameof(AtomicFileStep.Unlink))]
    [TestCase(nameof(AtomicFileStep.FlushFolder))]
    public void Write_SystemFailsAfterTheName_TakesANewFileBackOnly(string failing)
    {
        bool hadItsName = false;
        void Fail(AtomicFileStep reached)
        {
            if (reached.ToString() == failing)
            {
                hadItsName = File.Exists(_folder["x"]);
                throw new IOException("Input/output error");
            }
        }

        void Write(bool overwrite) => AtomicFile.Write(_folder["x"], Content, overwrite, Fail, CancellationToken.None);
        Assert.That(() => Write(overwrite: false), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(hadItsName, Is.True);
        Assert.That(_folder.Names, Is.Empty);

        File.WriteAllText(_folder["x"], "old");
        Assert.That(() => Write(overwrite: true), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(File.ReadAllBytes(_folder["x"]), Is.EqualTo(Content), "what was replaced can't come back");
        Assert.That(_folder.Names, Is.EqualTo((string[])["x"]));
    }

    [Test]
    public void Write_CannotBeTakenBack_NamesWhatIsLeftAndTheFirstCause()
    {
        void Fail(AtomicFileStep reached)
        {
            if (reached == AtomicFileStep.FlushFolder)
            {
                File.Delete(_folder["x"]);
                Directory.CreateDirectory(_folder["x/y"]);
                throw new IOException("Input/output error");
            }
        }

        FaultException fault = Assert.Throws<FaultException>(
            () => AtomicFile.Write(_folder["x"], Content, false, Fail, CancellationToken.None))!;
        Assert.That(fault.Message, Does.Contain("Input/output error").And.EndWith("removed: " + _folder["x"]));
    }

    [Test]
    public void Write_DiskFull_IsIoAndLeavesNothing()
    {
        // A disk of 64 KiB needs root to be mounted. Without, the steps that fail above stand for it, with the system's own exception.
        string disk = _folder["disk"];
        Directory.CreateDirectory(disk);
        if (Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk) != 0)
        {
            Assert.That(Environment.IsPrivilegedProcess, Is.False, "a privileged process could not mount a tmpfs");
            Assert.That(() => File.WriteAllBytes("/dev/full", Content), Throws.InstanceOf<IOException>().With.Message.Contains("space"));
            return;
        }

        try
        {
            string path = Path.Combine(disk, "backup.age");
            Assert.That(Refusal(path, overwrite: false), Does.Contain("space"));
            Assert.That(Directory.GetFileSystemEntries(disk), Is.Empty);
            File.WriteAllText(path, "old");
            Refusal(path, overwrite: true);
            Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
            Assert.That(Directory.GetFileSystemEntries(disk), Has.Length.EqualTo(1));
        }
        finally
        {
            Assert.That(Run("umount", disk), Is.Zero);
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Refusal(string path, bool overwrite)
    {
        FaultException fault = Assert.Throws<FaultException>(() => AtomicFile.Write(path, Content, overwrite, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(fault.Remedy, Is.Not.Empty);
        return fault.Message;
    }
}
