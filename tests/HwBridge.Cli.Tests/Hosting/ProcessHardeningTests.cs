using System.Diagnostics;

namespace HwBridge.Cli.Tests.Hosting;

[CancelAfter(30_000)]
public sealed class ProcessHardeningTests
{
    [Test]
    public async Task Apply_InAProcessOfItsOwn_LeavesNoDumpNoDebuggerNoPort(CancellationToken cancellationToken)
    {
        using Process program = Start("harden");
        string? first = await program.StandardOutput.ReadLineAsync(cancellationToken);
        try
        {
            // The kernel's own answer; any failure would have been printed first.
            Assert.That(first, Is.EqualTo("dumpable 0"));
            string[] limits = await File.ReadAllLinesAsync($"/proc/{program.Id}/limits", cancellationToken);
            string core = limits.Single(line => line.StartsWith("Max core", StringComparison.Ordinal));
            Assert.That(core.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..6], Is.EqualTo(new[] { "0", "0" }));
            Assert.That(PortsOf(program), Is.Empty);
        }
        finally
        {
            program.StandardInput.Close();
            await program.WaitForExitAsync(cancellationToken);
        }

        Assert.That(program.ExitCode, Is.Zero);
    }

    [Test]
    public async Task NoHardening_TheSameProcess_HasAPort(CancellationToken cancellationToken)
    {
        // What the other test would see if nothing were done.
        using Process program = Start("password-fd", "0");
        try
        {
            while (!PortsOf(program).Any())
            {
                await Task.Delay(10, cancellationToken);
            }

            Assert.That(PortsOf(program), Has.Some.Contain("dotnet-diagnostic-"));
        }
        finally
        {
            program.StandardInput.Close();
            await program.WaitForExitAsync(cancellationToken);
        }
    }

    private static IEnumerable<string> PortsOf(Process program) => Directory.EnumerateFiles(Path.GetTempPath())
        .Select(path => Path.GetFileName(path))
        .Where(name => name.StartsWith($"dotnet-diagnostic-{program.Id}-", StringComparison.Ordinal)
            || name.StartsWith($"clr-debug-pipe-{program.Id}-", StringComparison.Ordinal));

    private static Process Start(string name, params string[] arguments)
    {
        string[] line = Program.CommandLine(name, arguments);
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Remove("DOTNET_EnableDiagnostics");
        return Process.Start(start)!;
    }
}
