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
        DebianKernel kernel = await DebianKernel.ObtainAsync(Path.Combine(machine, "kernel")).ConfigureAwait(false);
        double obtained = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await HostTool.RunAsync(
            Repository(), "dotnet", "publish", "src/HwBridge.Cli", "-c", "Release", "-v", "quiet", "--nologo", "-p:RunAnalyzers=false",
            "-p:EnforceCodeStyleInBuild=false", "-o", Path.Combine(machine, "hwbridge"))
            .ConfigureAwait(false);
        await HostTool.RunAsync(
            Path.Combine(Repository(), "tests", "UsbVm", "HwBridge.UsbVm"), "gcc", "-O2", "-Wall", "-Werror", "exchange.c",
            "-o", Path.Combine(machine, "exchange"), "-lhidapi-hidraw").ConfigureAwait(false);
        double published = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        _console = await VirtualMachine.RunAsync(
            kernel, AppContext.BaseDirectory, results, "dotnet exec /mnt/HwBridge.UsbVm.Guest.dll /mnt/machine/hwbridge/hwbridge /srv/results.json")
            .ConfigureAwait(false);
        string file = Path.Combine(results, "results.json");
        foreach (string line in File.Exists(file) ? await File.ReadAllLinesAsync(file).ConfigureAwait(false) : [])
        {
            CaseResult result = JsonSerializer.Deserialize<CaseResult>(line)!;
            _results[result.Name] = result;
        }

        double ended = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await TestContext.Progress.WriteLineAsync(
            $"packages {obtained:0.0} s, publish {published - obtained:0.0} s, machine {ended - published:0.0} s, in all {ended:0.0} s").ConfigureAwait(false);
    }

    [TestCaseSource(nameof(Cases))]
    public void Guest(string name)
    {
        Assert.That(_results, Does.ContainKey(name), $"the guest did not come to it:\n{_console}");
        CaseResult result = _results[name];
        TestContext.Out.WriteLine($"{result.Seconds:0.0} s {result.Words}");
        Assert.That(result.Passed, Is.True, result.Words);
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln was not found above the test binaries");
    }
}
