using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HwBridge.EndToEnd;

/// <summary>A command in a process of its own, with the published <c>hwbridge</c> on the PATH and a folder as its home.</summary>
internal sealed class RunningCommand : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _error = [];

    private RunningCommand(ProcessStartInfo start, string folder, string home, bool holdsInput)
    {
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        start.Environment["PATH"] = $"{PublishedProgram.Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = home;
        start.Environment["FIXTURES"] = Path.Combine(Repository.Root, "tests", "HwBridge.EndToEnd", "Fixtures");
        start.Environment["VALIDATOR_CLIENT"] = $"dotnet {typeof(Program).Assembly.Location} keymanager";
        start.Environment.Remove("HWBRIDGE_DEVICE");
        start.Environment.Remove("XDG_STATE_HOME");
        _process = Process.Start(start)!;
        if (!holdsInput)
        {
            _process.StandardInput.Close();
        }

        _process.OutputDataReceived += (_, data) => Take(_output, data);
        _process.ErrorDataReceived += (_, data) => Take(_error, data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal IReadOnlyList<string> Output => Copy(_output);

    internal IReadOnlyList<string> Error => Copy(_error);

    internal bool HasExited => _process.HasExited;

    internal int ProcessId => _process.Id;

    /// <summary>Runs a line of bash, what it writes to stderr among its output.</summary>
    internal static RunningCommand Shell(string command, string folder, string home)
    {
        // exec: a signal to this process reaches hwbridge itself.
        bool several = ((string[])["|", ";", "&&"]).Any(joint => command.Contains(joint, StringComparison.Ordinal));
        string line = several ? $"exec 2>&1; {command}" : $"exec 2>&1; exec {command}";
        return new RunningCommand(new ProcessStartInfo("/bin/bash", ["-c", line]), folder, home, holdsInput: false);
    }

    /// <summary>Runs a program without a shell.</summary>
    /// <param name="folder">Its working folder and home.</param>
    /// <param name="holdsInput">Leave its stdin open and silent, as a person does who does not answer.</param>
    /// <param name="command">The program and its arguments.</param>
    internal static RunningCommand Program(string folder, bool holdsInput, params string[] command) =>
        new(
            new ProcessStartInfo(command[0] == "hwbridge" ? PublishedProgram.HwBridge : command[0], command[1..]),
            folder,
            folder,
            holdsInput);

    /// <summary>Waits for its end; fails the test, and ends it, when the deadline passes first.</summary>
    internal async Task<int> ExitAsync(TimeSpan deadline)
    {
        using CancellationTokenSource late = new(deadline);
        try
        {
            await _process.WaitForExitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} went on for more than {deadline.TotalSeconds} s:\n{string.Join('\n', Output)}\n{string.Join('\n', Error)}");
        }

        return _process.ExitCode;
    }

    internal async Task WaitForAsync(Func<bool> ready, TimeSpan deadline, string where)
    {
        using CancellationTokenSource late = new(deadline);
        while (!ready())
        {
            Assert.That(late.IsCancellationRequested || _process.HasExited, Is.False, $"{where}: not what was expected of the background command:\n{string.Join('\n', Output)}\n{string.Join('\n', Error)}");
            await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
        }
    }

    internal void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    internal void Signal(int signal) => _ = kill(_process.Id, signal);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal(2);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                _process.Kill(entireProcessTree: true);
                Assert.Fail("a background command did not stop within 10 s of Ctrl-C");
            }
        }

        _process.Dispose();
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    private static IReadOnlyList<string> Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    private static void Take(List<string> lines, DataReceivedEventArgs data)
    {
        if (data.Data is not null)
        {
            lock (lines)
            {
                lines.Add(data.Data);
            }
        }
    }
}
