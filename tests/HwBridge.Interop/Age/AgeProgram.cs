using System.ComponentModel;
using System.Diagnostics;

namespace HwBridge.Interop.Age;

/// <summary>The <c>age</c> and <c>age-keygen</c> programs: bytes in, bytes out, with a deadline.</summary>
internal static class AgeProgram
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>Runs a program; a failure of its own fails the test with what it said.</summary>
    internal static async Task<byte[]> RunAsync(string program, IEnumerable<string> arguments, ReadOnlyMemory<byte> input)
    {
        (int exitCode, byte[] output, string error) = await TryRunAsync(program, arguments, input);
        Assert.That(exitCode, Is.Zero, $"{program}: {error}");
        return output;
    }

    internal static async Task<(int ExitCode, byte[] Output, string Error)> TryRunAsync(
        string program, IEnumerable<string> arguments, ReadOnlyMemory<byte> input)
    {
        using Process process = Start(program, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        using CancellationTokenSource late = new(Deadline);
        try
        {
            await FeedAsync(process, input, late.Token);
            await reading.WaitAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} was not done after {Deadline}");
        }

        return (process.ExitCode, output.ToArray(), await error);
    }

    /// <summary>Starts a program whose pipes the test itself drives.</summary>
    internal static Process Start(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start) ?? throw new AssertionException($"{program} did not start");
        }
        catch (Win32Exception exception)
        {
            throw new AssertionException($"{program} is missing: install it (Debian: apt-get install age)", exception);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything: its exit code and its standard error tell why.
        }
    }
}
