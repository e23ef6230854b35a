using System.Diagnostics;
using System.Text.Json;
using HwBridge.Cli;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.UsbVm.Guest;

/// <summary>What cases share: the published hwbridge, run in this guest, a folder of their own, and what they found out.</summary>
internal abstract class GuestCases(string program) : IGuestCases
{
    protected static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(60);

    IReadOnlyList<string> IGuestCases.Measured => Measured;

    IReadOnlyList<string> IGuestCases.Quotes => Quotes;

    protected List<string> Measured { get; } = [];

    protected List<string> Quotes { get; } = [];

    protected static string Keystores => Path.Combine(AppContext.BaseDirectory, "Fixtures", "validator_keys");

    /// <summary>One of the same keys under a cheap password, since the processor is emulated.</summary>
    protected static string FirstKeystore => Path.Combine(AppContext.BaseDirectory, "Fixtures", "keystore-m_12381_3600_0_0_0.json");

    protected string Folder { get; } = Directory.CreateTempSubdirectory("hwbridge-case-").FullName;

    public virtual ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected static string Text(JsonElement row, params string[] names) => string.Join(' ', names.Select(name => row.GetProperty(name).GetString()));

    protected void Finding(Outcome outcome, string check, string message, string? remedy)
    {
        JsonElement found = outcome.Json.GetProperty("findings").EnumerateArray().FirstOrDefault(row => Text(row, "check") == check);
        Assert.That(found.ValueKind, Is.EqualTo(JsonValueKind.Object), outcome.ToString());
        Assert.That(Text(found, "message"), Does.Contain(message), outcome.ToString());
        Assert.That(Text(found, "remedy"), remedy is null ? Is.Empty : Is.Not.Empty.And.Contain(remedy), outcome.ToString());
        if (remedy is not null)
        {
            Quotes.AddRange([Text(found, "message"), Text(found, "remedy")]);
        }
    }

    protected static int Handles()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }

    protected static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(60)), $"{what} did not come");
            await Task.Delay(10).ConfigureAwait(false);
        }
    }

    protected static async Task ToolAsync(string tool, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments))!;
        await process.WaitForExitAsync().ConfigureAwait(false);
        Assert.That(process.ExitCode, Is.Zero, tool);
    }

    protected static async Task<Outcome> EndAsync(Process process, string command, long begun)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(CommandDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{command} went on for more than {CommandDeadline.TotalSeconds} s");
        }

        return new Outcome(
            command,
            process.ExitCode,
            await output.ConfigureAwait(false),
            await error.ConfigureAwait(false),
            Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    protected async Task<string> CreateBackupAsync(string device)
    {
        string backup = Path.Combine(Folder, "backup.age");
        (await HwBridgeAsync("backup", "create", "--from", FirstKeystore, "--password-file", PasswordFile(), "--to", device, "--out", backup).ConfigureAwait(false))
            .Expect(0);
        return backup;
    }

    protected string PasswordFile()
    {
        string file = Path.Combine(Folder, "password.txt");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, "correct horse battery staple\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }

    protected async Task DoctorAsync(int exitCode, string check, string message)
    {
        Outcome outcome = (await HwBridgeAsync("doctor").ConfigureAwait(false)).Expect(exitCode);
        Finding(outcome, check, message, exitCode == 0 ? null : string.Empty);
    }

    protected Process Start(params string[] arguments) => Start([], arguments);

    protected Process Start(string[] before, string[] arguments)
    {
        string[] line = [.. before, program, "--json", .. arguments];
        return Process.Start(new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Runs the program's own command line in this process, which starts at once: an emulated processor starts a program in two seconds.</summary>
    protected static async Task<Outcome> HwBridgeAsync(params string[] arguments)
    {
        long begun = Stopwatch.GetTimestamp();
        using StringWriter output = new();
        using StringWriter error = new();
        using CancellationTokenSource deadline = new(CommandDeadline);
        int exitCode = await CommandLine.InvokeAsync(["--json", .. arguments], output, error, deadline.Token).ConfigureAwait(false);
        Assert.That(deadline.IsCancellationRequested, Is.False, $"{string.Join(' ', arguments)} went on for more than {CommandDeadline.TotalSeconds} s");
        return new Outcome(string.Join(' ', arguments), exitCode, output.ToString(), error.ToString(), Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    protected Task<Outcome> ProgramAsync(params string[] arguments) => RunAsync([], arguments);

    protected Task<Outcome> NobodyAsync(params string[] arguments) =>
        RunAsync(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"], arguments);

    protected async Task<Outcome> RunAsync(string[] before, string[] arguments)
    {
        long begun = Stopwatch.GetTimestamp();
        using Process process = Start(before, arguments);
        process.StandardInput.Close();
        return await EndAsync(process, string.Join(' ', arguments), begun).ConfigureAwait(false);
    }

    protected sealed class SilentPerson : IPerson
    {
        public void Tell(string text) => Console.Out.WriteLine(text);

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(false);

        public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
            ValueTask.FromResult<SecretBuffer?>(null);
    }
}
