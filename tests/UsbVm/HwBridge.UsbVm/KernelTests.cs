using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using HwBridge.UsbVm.Guest;

[assembly: SupportedOSPlatform("linux")]

namespace HwBridge.UsbVm;

/// <summary>The published program and software Ledgers, joined by a real kernel: it boots once, and each of its cases is a test here.</summary>
public sealed class KernelTests
{
    private readonly Dictionary<string, CaseResult> _results = [];
    private string _console = string.Empty;

    private static IEnumerable<string> Cases => GuestRun.Names;

    [OneTimeSetUp]
    public async Task BootAsync()
    {
        long begun = Stopwatch.GetTimestamp();
        string machine = Path.Combine(AppContext.BaseDirectory, "machine");
        string results = Path.Combine(machine, "results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Directory.CreateDirectory(results);
        Task<DebianKernel> kernel = DebianKernel.ObtainAsync(Path.Combine(machine, "kernel"));
        await PublishedProgram.PublishAsync().ConfigureAwait(false);
        AssembleGuest(Path.Combine(machine, "guest"));
        await HostTool.RunAsync(
            Path.Combine(Repository.Root, "tests", "UsbVm", "HwBridge.UsbVm"), "gcc", "-O2", "-Wall", "-Werror", "exchange.c",
            "-o", Path.Combine(machine, "exchange"), "-lhidapi-hidraw", "-lusb-1.0").ConfigureAwait(false);
        DebianKernel obtained = await kernel.ConfigureAwait(false);
        double prepared = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        _console = await VirtualMachine.RunAsync(
            obtained, AppContext.BaseDirectory, results, $"dotnet exec /mnt/machine/guest/HwBridge.UsbVm.Guest.dll /mnt/{PublishedProgram.FolderName}/hwbridge /srv/results.json")
            .ConfigureAwait(false);
        string file = Path.Combine(results, "results.json");
        foreach (string line in File.Exists(file) ? await File.ReadAllLinesAsync(file).ConfigureAwait(false) : [])
        {
            CaseResult result = JsonSerializer.Deserialize<CaseResult>(line)!;
            _results[result.Name] = result;
        }

        double ended = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await TestContext.Progress.WriteLineAsync(
            $"packages and programs {prepared:0.0} s, machine {ended - prepared:0.0} s, in all {ended:0.0} s").ConfigureAwait(false);
    }

    [TestCaseSource(nameof(Cases))]
    public void Guest(string name)
    {
        Assert.That(_results, Does.ContainKey(name), $"the guest did not come to it:\n{_console}");
        CaseResult result = _results[name];
        TestContext.Out.WriteLine($"{result.Seconds:0.0} s {result.Words}");
        Assert.That(result.Passed, Is.True, result.Words);
    }

    [Test]
    public void Readme_DoctorsWords_AreThoseThatItSaidInTheGuest()
    {
        // In the guest the person is nobody.
        string[] said = [.. _results.Values.SelectMany(result => result.Quotes).Select(words => words.Replace("let nobody open", "let alice open", StringComparison.Ordinal)
            .Replace("plugdev nobody", "plugdev alice", StringComparison.Ordinal)).Distinct()];
        Assert.That(said, Has.Length.GreaterThan(15));
        Assert.That(ReadmeQuotes.MissingOf(said), Is.Empty, "said in the guest, and not in the README");
    }

    /// <summary>The guest's programs, with what was compiled ahead of time in the place of what the emulated processor would have to compile.</summary>
    private static void AssembleGuest(string guest)
    {
        if (Directory.Exists(guest))
        {
            Directory.Delete(guest, recursive: true);
        }

        string built = AppContext.BaseDirectory;
        string[] others = [Path.Combine(built, "machine"), PublishedProgram.Folder];
        foreach (string file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories)
            .Where(file => !others.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)) && !file.EndsWith(".xml", StringComparison.Ordinal)))
        {
            string compiled = Path.Combine(PublishedProgram.Folder, Path.GetFileName(file));
            string place = Path.Combine(guest, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file.EndsWith(".dll", StringComparison.Ordinal) && File.Exists(compiled) ? compiled : file, place);
        }
    }
}
