using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Tests.Terminals;

[CancelAfter(30_000)]
[NonParallelizable]
[SupportedOSPlatform("linux")]
public sealed class PasswordSourceTests
{
    private readonly Listener _person = new();
    private string _folder = null!;
    private int _liveBefore;

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("hwbridge-").FullName;
        _liveBefore = SecretBuffer.LiveCount;
        _person.Heard.Clear();
    }

    [TearDown]
    public void NothingIsLeft()
    {
        Directory.Delete(_folder, recursive: true);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_liveBefore));
    }

    [TestCase("secret", "secret")]
    [TestCase("secret\n", "secret")]
    [TestCase("secret\r\n", "secret")]
    [TestCase("first\nsecond\n", "first")]
    [TestCase(" with spaces \n", " with spaces ")]
    [TestCase("ünï🔑\n", "ünï🔑")]
    public void FromFile_FirstLine_IsThePassword(string content, string expected, CancellationToken cancellationToken)
    {
        using SecretBuffer secret = PasswordSource.FromFile(Write(Encoding.UTF8.GetBytes(content)), _person, cancellationToken);
        Assert.That(Encoding.UTF8.GetString(secret.Span), Is.EqualTo(expected));
        Assert.That(_person.Heard, Is.Empty);
    }

    [TestCase(1024, "\r\n")]
    [TestCase(1024, "\n")]
    [TestCase(1024, "")]
    public void FromFile_LongestLine_IsTakenWhole(int length, string end, CancellationToken cancellationToken)
    {
        string path = Write(Encoding.UTF8.GetBytes(new string('x', length) + end));
        using SecretBuffer secret = PasswordSource.FromFile(path, _person, cancellationToken);
        Assert.That(secret.Length, Is.EqualTo(length));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("\r\nsecond")]
    public void FromFile_EmptyFirstLine_IsRefused(string content, CancellationToken cancellationToken) =>
        AssertRefused(Write(Encoding.UTF8.GetBytes(content)), "holds nothing in its first line", cancellationToken);

    [TestCase(1025)]
    [TestCase(1026)]
    [TestCase(10_000_000)]
    public void FromFile_TooLongALine_IsRefusedNotCut(int length, CancellationToken cancellationToken) =>
        AssertRefused(Write(Encoding.UTF8.GetBytes(new string('x', length))), "more than 1024 bytes", cancellationToken);

    [Test]
    public void FromFile_NoText_IsRefused(CancellationToken cancellationToken) =>
        AssertRefused(Write([0x61, 0xff, 0xfe]), "not UTF-8", cancellationToken);

    [Test]
    public void FromFile_Folder_IsRefused(CancellationToken cancellationToken) =>
        AssertRefused(_folder, "can't be read", cancellationToken);

    [Test]
    public void FromFile_Missing_IsRefused(CancellationToken cancellationToken) =>
        AssertRefused(Path.Combine(_folder, "none"), "can't be read (No such file", cancellationToken);

    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    public void FromFile_OthersMayRead_Warns(UnixFileMode mode, CancellationToken cancellationToken)
    {
        string path = Write("secret"u8);
        File.SetUnixFileMode(path, mode);
        using SecretBuffer secret = PasswordSource.FromFile(path, _person, cancellationToken);
        Assert.That(_person.Heard, Has.One.Contains($"chmod 600 {path}"));
    }

    [Test]
    public async Task FromFile_PipeWithoutAWriter_WaitsUntilCancelled(CancellationToken cancellationToken)
    {
        string path = Path.Combine(_folder, "pipe");
        using (Process make = Process.Start("mkfifo", ["-m", "600", path]))
        {
            await make.WaitForExitAsync(cancellationToken);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reading = Task.Run(() => PasswordSource.FromFile(path, _person, stop.Token).Dispose(), cancellationToken);
        await Task.Delay(100, cancellationToken);
        Assert.That(reading.IsCompleted, Is.False);
        await stop.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task FromFile_PipeThatTrickles_GivesTheLine(CancellationToken cancellationToken)
    {
        string path = Path.Combine(_folder, "pipe");
        using (Process make = Process.Start("mkfifo", ["-m", "600", path]))
        {
            await make.WaitForExitAsync(cancellationToken);
        }

        using Process writer = Process.Start("sh", ["-c", "{ printf sec; sleep 0.2; echo ret; } > \"$0\"", path]);
        using SecretBuffer secret = await Task.Run(() => PasswordSource.FromFile(path, _person, cancellationToken), cancellationToken);
        Assert.That(Encoding.UTF8.GetString(secret.Span), Is.EqualTo("secret"));
        await writer.WaitForExitAsync(cancellationToken);
    }

    [TestCase("exec \"$@\" 7<\"$0\"", 0, "736563726574", "7")]
    [TestCase("cat \"$0\" | \"$@\"", 0, "736563726574", "0")]
    [TestCase("exec \"$@\"", 6, "--password-fd 7 can't be read", "7")]
    public async Task FromDescriptor_OfTheShell_IsReadOrRefused(
        string script,
        int exitCode,
        string output,
        string number,
        CancellationToken cancellationToken)
    {
        string[] line = ["-c", script, Write("secret\n"u8), .. Program.CommandLine("password-fd", number)];
        using Process program = Process.Start(new ProcessStartInfo("sh", line) { RedirectStandardOutput = true })!;
        string said = await program.StandardOutput.ReadToEndAsync(cancellationToken);
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(said, Does.StartWith(output));
        Assert.That(program.ExitCode, Is.EqualTo(exitCode));
    }

    [Test]
    public void FromDescriptor_OfTheRuntime_IsRefused(CancellationToken cancellationToken)
    {
        using FileStream own = File.OpenRead(Write("secret"u8));
        int number = (int)own.SafeFileHandle.DangerousGetHandle();
        Assert.That(
            () => PasswordSource.FromDescriptor(number, cancellationToken),
            Throws.InstanceOf<FaultException>().With.Message.Contains("was not started with such a descriptor"));
    }

    private string Write(ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder, "password");
        File.WriteAllBytes(path, content.ToArray());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private void AssertRefused(string path, string words, CancellationToken cancellationToken)
    {
        FaultException fault = Assert.Throws<FaultException>(() => PasswordSource.FromFile(path, _person, cancellationToken))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(path).And.Contain(words));
    }

    private sealed class Listener : IPerson
    {
        internal List<string> Heard { get; } = [];

        public void Tell(string text) => Heard.Add(text);

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => new(false);

        public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) => default;
    }
}
