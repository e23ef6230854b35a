using System.Diagnostics;
using HwBridge.Shared.Terminals;

namespace HwBridge.Cli.Tests.Hosting;

/// <summary>A program of its own on a terminal of its own, whose keys and signals are the kernel's.</summary>
[CancelAfter(30_000)]
public sealed class SignalTests
{
    private const string Secret = "hunter2-Üß";

    [Test]
    public async Task Ask_SecretTyped_ReachesTheProgramAndNotTheScreen(CancellationToken cancellationToken)
    {
        using var terminal = new PseudoTerminal();
        using Process program = Start(terminal, "ask");
        await terminal.ShowsAsync("Password: ", cancellationToken);
        Assert.That(terminal.Echoes, Is.False);
        terminal.Type(Secret + "\r");
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(program.ExitCode, Is.Zero);
        await terminal.ShowsAsync(
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret))),
            cancellationToken);
        Assert.That(terminal.Screen, Does.Not.Contain("hunter2"));
        Assert.That(terminal.Echoes, Is.True);
    }

    [Test]
    public async Task Ask_CtrlC_EndsWith130AndGivesTheEchoBack(CancellationToken cancellationToken)
    {
        using var terminal = new PseudoTerminal();
        using Process program = Start(terminal, "ask");
        await terminal.ShowsAsync("Password: ", cancellationToken);
        terminal.Type("hunter2\u0003");
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(program.ExitCode, Is.EqualTo(130));
        Assert.That(terminal.Echoes, Is.True);
        Assert.That(terminal.Screen, Does.Not.Contain("hunter2"));
    }

    [TestCase("TERM")]
    [TestCase("HUP")]
    [TestCase("INT")]
    public async Task Ask_Signal_EndsWith130AndGivesTheEchoBack(string signal, CancellationToken cancellationToken)
    {
        using var terminal = new PseudoTerminal();
        using Process program = Start(terminal, "ask");
        await terminal.ShowsAsync("Password: ", cancellationToken);
        using Process kill = Process.Start("kill", [$"-{signal}", $"{program.Id}"]);
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(program.ExitCode, Is.EqualTo(130));
        Assert.That(terminal.Echoes, Is.True);
    }

    [Test]
    public async Task Ask_KeysThatSuspendOrQuit_DoNothing(CancellationToken cancellationToken)
    {
        using var terminal = new PseudoTerminal();
        using Process program = Start(terminal, "ask");
        await terminal.ShowsAsync("Password: ", cancellationToken);
        terminal.Type("\u001a\u001c\r");
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(program.ExitCode, Is.Zero);
        Assert.That(terminal.Echoes, Is.True);
    }

    [Test]
    public async Task Stubborn_SecondCtrlC_EndsAtOnceWith130AndGivesTheEchoBack(CancellationToken cancellationToken)
    {
        using var terminal = new PseudoTerminal();
        using Process program = Start(terminal, "stubborn");
        await terminal.ShowsAsync("silent", cancellationToken);
        Assert.That(terminal.Echoes, Is.False);
        terminal.Type("\u0003");
        await terminal.ShowsAsync("heard", cancellationToken);
        Assert.That(program.HasExited, Is.False);
        long begun = Stopwatch.GetTimestamp();
        terminal.Type("\u0003");
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(program.ExitCode, Is.EqualTo(130));
        Assert.That(terminal.Echoes, Is.True);
    }

    [Test]
    public async Task Ask_WithoutATerminal_HasNobodyToAsk(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("setsid", ["--wait", .. Program.CommandLine("ask")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process program = Process.Start(start)!;
        program.StandardInput.Close();
        string answer = await program.StandardOutput.ReadToEndAsync(cancellationToken);
        string messages = await program.StandardError.ReadToEndAsync(cancellationToken);
        await program.WaitForExitAsync(cancellationToken);
        Assert.That(answer, Is.EqualTo("nobody\n"));
        Assert.That(messages, Does.Contain("--password-file FILE"));
    }

    /// <summary>In a session of its own, so that the terminal is its controlling terminal; exec keeps the process id.</summary>
    private static Process Start(PseudoTerminal terminal, string program)
    {
        const string Script = "tty=$1; shift; exec setsid --ctty \"$@\" <>\"$tty\" >&0 2>&0";
        return Process.Start("sh", ["-c", Script, "sh", terminal.Path, .. Program.CommandLine(program)]);
    }
}
