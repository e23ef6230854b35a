using System.Diagnostics;

namespace HwBridge.Shared.Programs;

/// <summary>A program of this machine that the tests need.</summary>
internal static class HostTool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Runs it and gives what it printed; fails with its own words.</summary>
    internal static async Task<string> RunAsync(string folder, string name, params string[] arguments)
    {
        using Process process = Start(folder, name, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await EndAsync(process).ConfigureAwait(false);
        }
        catch (InvalidOperationException failed)
        {
            throw new InvalidOperationException($"{failed.Message}:\n{await output.ConfigureAwait(false)}", failed);
        }

        return await output.ConfigureAwait(false);
    }

    internal static Process Start(string folder, string name, params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, data) => TestContext.Progress.Write(string.IsNullOrEmpty(data.Data) ? string.Empty : $"{name}: {data.Data}\n");
        process.BeginErrorReadLine();
        return process;
    }

    internal static async Task EndAsync(Process process)
    {
        using CancellationTokenSource late = new(Deadline);
        try
        {
            await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} took too long");
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} ended with {process.ExitCode}");
        }
    }
}
