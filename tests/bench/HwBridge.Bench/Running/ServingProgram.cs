using System.Diagnostics;

namespace HwBridge.Bench.Running;

/// <summary>A program that serves others until it is disposed, and says first where.</summary>
internal sealed class ServingProgram : IDisposable
{
    private readonly Process _process;

    internal ServingProgram(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        string? line = _process.StandardOutput.ReadLine();
        Uri = line is not null && line.Contains("://", StringComparison.Ordinal)
            ? line[(line.LastIndexOf(' ') + 1)..]
            : throw new InvalidOperationException($"{file} did not say where it listens");
    }

    /// <summary>The device's URI.</summary>
    internal string Uri { get; }

    internal string Port => Uri[(Uri.LastIndexOf(':') + 1)..];

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
