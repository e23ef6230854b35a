using System.Net;
using System.Net.Sockets;

namespace HwBridge.EndToEnd;

/// <summary>Runs a story in a folder of its own, with the built <c>hwbridge</c> on the PATH and free ports in place of the written ones.</summary>
internal sealed class StoryRunner : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hwbridge-story-");
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("hwbridge-home-");
    private readonly List<RunningCommand> _background = [];
    private readonly Dictionary<string, string> _ports = new()
    {
        ["9999"] = FreePort(SocketType.Stream, ProtocolType.Tcp),
        ["21324"] = FreePort(SocketType.Dgram, ProtocolType.Udp),
        ["5062"] = FreePort(SocketType.Stream, ProtocolType.Tcp),
    };

    /// <summary>A home where the checkout is ~/hwbridge, as the README says.</summary>
    internal StoryRunner() => Directory.CreateSymbolicLink(Path.Combine(_home.FullName, "hwbridge"), Repository.Root);

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

            RunningCommand running = RunningCommand.Shell(Ports(step.Command.TrimEnd('&', ' ')), _folder.FullName, _home.FullName);
            if (step.InBackground)
            {
                _background.Add(running);
                await running.WaitForAsync(
                    () => Story.Difference([.. step.Expected, "…"], Written(running.Output)) is null,
                    TimeSpan.FromSeconds(30),
                    $"{story.Name}:{step.Line}").ConfigureAwait(false);
                continue;
            }

            using (running)
            {
                int exit = await running.ExitAsync(Deadline).ConfigureAwait(false);
                IReadOnlyList<string> lines = Written(running.Output);
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
        File.Delete(Path.Combine(_home.FullName, "hwbridge"));
        _home.Delete(recursive: true);
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
            string text = line
                .Replace(_folder.FullName, ".", StringComparison.Ordinal)
                .Replace(Repository.Root, "~/hwbridge", StringComparison.Ordinal);
            foreach ((string written, string real) in _ports)
            {
                text = text.Replace(real, written, StringComparison.Ordinal);
            }

            result.Add(text);
        }

        return result;
    }
}
