using System.Diagnostics;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests.Files;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class InputFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(8192)]
    [TestCase(8193)]
    [TestCase(100_000)]
    public async Task ReadAsync_UpToTheLimit_GivesTheBytes(int length)
    {
        byte[] content = [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 31))];
        await File.WriteAllBytesAsync(_folder["f"], content);
        Assert.That(await InputFile.ReadAsync(_folder["f"], 100_000, CancellationToken.None), Is.EqualTo(content));
        using SecretBuffer secret = await InputFile.ReadSecretAsync(_folder["f"], 100_000, CancellationToken.None);
        Assert.That(secret.Span.SequenceEqual(content), Is.True);
    }

    [TestCase("/dev/zero")]
    [TestCase("large")]
    public void ReadAsync_MoreThanTheLimit_IsBadInputWithoutReadingItAll(string name)
    {
        string path = Path.IsPathRooted(name) ? name : _folder[name];
        if (path != name)
        {
            using FileStream large = File.Create(path);
            large.SetLength(4L << 30);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(Refusal(path), Does.Contain("limit 1,000,000 bytes"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(8 << 20));
        Assert.That(
            () => InputFile.ReadSecretAsync(path, 4096, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
    }

    [Test]
    public void ReadAsync_NoSuchFile_IsBadInput()
    {
        Assert.That(Refusal(_folder["none"]), Does.Contain("no such file"));
        Assert.That(Refusal(_folder["none/none"]), Does.Contain("no such file"));
        Assert.That(Refusal("\0"), Does.Contain("can't be opened"));
    }

    [Test]
    public void ReadAsync_Folder_IsBadInput() => Assert.That(Refusal(_folder.Path), Does.Contain("folder"));

    [Test]
    public void ReadAsync_Unreadable_IsBadInput()
    {
        // Root may read everything but this: a write-only node of the kernel.
        string path = Environment.IsPrivilegedProcess ? "/proc/sysrq-trigger" : _folder["mine"];
        if (!Environment.IsPrivilegedProcess)
        {
            File.WriteAllText(path, "x");
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        Assert.That(Refusal(path), Does.Contain(path));
    }

    [Test]
    public async Task ReadAsync_PipeThatNeverAnswers_StopsWhenCancelled()
    {
        using Process make = Process.Start("mkfifo", [_folder["pipe"]]);
        await make.WaitForExitAsync();
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(100));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.That(
            async () => await InputFile.ReadAsync(_folder["pipe"], 1000, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            async () => await InputFile.ReadSecretAsync(_folder["pipe"], 1000, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));

        // Lets the threads go that still wait for a writer.
        await using FileStream writer = new(_folder["pipe"], FileMode.Open, FileAccess.ReadWrite);
    }

    [Test]
    public async Task ReadAsync_Pipe_GivesWhatItSends()
    {
        using Process make = Process.Start("mkfifo", [_folder["pipe"]]);
        await make.WaitForExitAsync();
        byte[] content = [.. Enumerable.Range(0, 50_000).Select(static i => (byte)(i * 13))];
        Task<byte[]> reading = InputFile.ReadAsync(_folder["pipe"], 1_000_000, CancellationToken.None);
        await using (FileStream writer = new(_folder["pipe"], FileMode.Open, FileAccess.Write))
        {
            await writer.WriteAsync(content);
        }

        Assert.That(await reading, Is.EqualTo(content));
    }

    private static string Refusal(string path)
    {
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => InputFile.ReadAsync(path, 1_000_000, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Remedy, Is.Not.Empty);
        return fault.Message;
    }
}
