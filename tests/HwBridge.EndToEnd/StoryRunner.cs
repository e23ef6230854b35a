using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HwBridge.EndToEnd;

/// <summary>Runs a story in a folder of its own, with the built <c>hwbridge</c> on the PATH and free ports in place of the written ones.</summary>
internal sealed class StoryRunner : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hwbridge-story-");
    private readonly List<RunningCommand> _background = [];
    private readonly Dictionary<string, string> _ports = new()
    {
        ["9999"] = FreePort(SocketType.Stream, ProtocolType.Tcp),
        ["21324"] = FreePort(SocketType.Dgram, ProtocolType.Udp),
    };

    internal string Folder => _folder.FullName;

    /// <summary>Runs every step; fails the test at the first that prints or returns something else.</summary>
    internal async Task RunAsync(Story story)
    {
        foreach (StoryStep step in story.Steps)
        {
            TestContext.Progress.WriteLine($"{story.Name}:{step.Line}: {step.Command}");
            if (step.Command == "kill %1")
            {
                _background[^1].Dispose();
                _background.RemoveAt(_background.Count - 1);
                continue;
            }

            RunningCommand running = new(Ports(step.Command.TrimEnd('&', ' ')), _folder.FullName);
            if (step.InBackground)
            {
                _background.Add(running);
                await running.WaitForAsync(lines => Story.Difference([.. step.Expected, "…"], Written(lines)) is null, TimeSpan.FromSeconds(30), $"{story.Name}:{step.Line}").ConfigureAwait(false);
                continue;
            }

            using (running)
            {
                int exit = await running.ExitAsync(Deadline).ConfigureAwait(false);
                IReadOnlyList<string> lines = Written(running.Lines);
                Assert.That(exit, Is.EqualTo(step.ExitCode), $"{story.Name}:{step.Line}: $ {step.Command}\n{string.Join('\n', lines)}");
                string? difference = Story.Difference(step.Expected, lines);
                Assert.That(difference, Is.Null, $"{story.Name}:{step.Line}: $ {step.Command}\n{difference}");
            }
        }
    }

    public void Dispose()
    {
        foreach (RunningCommand running in _background)
        {
            running.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static string FreePort(SocketType type, ProtocolType protocol)
    {
        using Socket socket = new(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private string Ports(string command)
    {
        foreach ((string written, string real) in _ports)
        {
            command = command.Replace(written, real, StringComparison.Ordinal);
        }

        return command;
    }

    private List<string> Written(IReadOnlyList<string> lines)
    {
        List<string> result = [];
        foreach (string line in lines)
        {
            string text = line.Replace(_folder.FullName, ".", StringComparison.Ordinal).Replace(Path.Combine(Repository.Root, "tests", "HwBridge.EndToEnd", "Fixtures"), "$FIXTURES", StringComparison.Ordinal);
            foreach ((string written, string real) in _ports)
            {
                text = text.Replace(real, written, StringComparison.Ordinal);
            }

            result.Add(text);
        }

        return result;
    }

    private sealed class RunningCommand : IDisposable
    {
        private readonly Process _process;
        private readonly List<string> _lines = [];

        internal RunningCommand(string command, string folder)
        {
            ProcessStartInfo start = new("/bin/bash")
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            };
            start.ArgumentList.Add("-c");

            // exec: a signal to this process reaches hwbridge itself.
            start.ArgumentList.Add(command.Contains('|', StringComparison.Ordinal) || command.Contains(';', StringComparison.Ordinal) || command.Contains("&&", StringComparison.Ordinal)
                ? $"exec 2>&1; {command}"
                : $"exec 2>&1; exec {command}");
            start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
            start.Environment["HOME"] = folder;
            start.Environment["FIXTURES"] = Path.Combine(Repository.Root, "tests", "HwBridge.EndToEnd", "Fixtures");
            start.Environment.Remove("HWBRIDGE_DEVICE");
            _process = Process.Start(start)!;
            _process.StandardInput.Close();
            _process.OutputDataReceived += Take;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        internal IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        internal async Task<int> ExitAsync(TimeSpan deadline)
        {
            using CancellationTokenSource late = new(deadline);
            await _process.WaitForExitAsync(late.Token).ConfigureAwait(false);
            return _process.ExitCode;
        }

        internal async Task WaitForAsync(Func<IReadOnlyList<string>, bool> ready, TimeSpan deadline, string where)
        {
            using CancellationTokenSource late = new(deadline);
            while (!ready(Lines))
            {
                Assert.That(late.IsCancellationRequested || _process.HasExited, Is.False, $"{where}: not what was expected of the background command:\n{string.Join('\n', Lines)}");
                await Task.Delay(50, CancellationToken.None).ConfigureAwait(false);
            }
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _ = kill(_process.Id, 2);
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

        private void Take(object sender, DataReceivedEventArgs data)
        {
            if (data.Data is not null)
            {
                lock (_lines)
                {
                    _lines.Add(data.Data);
                }
            }
        }
    }
}
