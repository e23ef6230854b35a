using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace HwBridge.Interop;

/// <summary>A script of this project run by Node.js: lines in on its standard input, lines out on its standard output.</summary>
/// <remarks>A missing program, a non-zero exit or a missed deadline fails the test with what the program said.</remarks>
public static class NodePeer
{
    /// <summary>The folder of package.json and of the scripts.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs <paramref name="script"/> to its end.</summary>
    /// <param name="script">The script's path under <see cref="Root"/>, such as <c>Bls/blst.mjs</c>.</param>
    /// <param name="input">The lines of its standard input, which is then closed.</param>
    /// <param name="deadline">After which it is killed.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <returns>The lines of its standard output.</returns>
    public static Task<IReadOnlyList<string>> RunAsync(
        string script, IEnumerable<string> input, TimeSpan deadline, params string[] arguments) =>
        RunAsync(new ProcessStartInfo("node", [Path.Combine(Root, script), .. arguments]) { WorkingDirectory = Root }, input, deadline);

    /// <summary>Runs <paramref name="script"/> as a server: its first line tells where, and it ends when its standard input does.</summary>
    /// <param name="script">The script's path under <see cref="Root"/>.</param>
    /// <param name="use">What is done with it while it runs.</param>
    /// <param name="deadline">After which it is killed.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <returns>The lines of its standard output after the first.</returns>
    public static async Task<IReadOnlyList<string>> ServeAsync(
        string script, Func<string, Task> use, TimeSpan deadline, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(use);
        using Process process = Start(new ProcessStartInfo("node", [Path.Combine(Root, script), .. arguments])
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(deadline);
        try
        {
            string? where = await process.StandardOutput.ReadLineAsync(timeout.Token);
            Assert.That(where, Is.Not.Null, $"{script} did not begin to serve");
            await use(where!).WaitAsync(timeout.Token);
            process.StandardInput.Close();
            string output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.That(process.ExitCode, Is.Zero, await error);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await TestContext.Out.WriteLineAsync(await error);
            }
        }
    }

    /// <summary>Runs any program to its end, under the same rules.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(ProcessStartInfo start, IEnumerable<string> input, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(input);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.StandardOutputEncoding = Encoding.UTF8;
        using Process process = Start(start);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(deadline);
        try
        {
            await FeedAsync(process, input, timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{start.FileName} {string.Join(' ', start.ArgumentList)} was not done after {deadline}: {await error}");
        }

        Assert.That(process.ExitCode, Is.Zero, $"{start.FileName} {string.Join(' ', start.ArgumentList)}: {await error}");
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        }
        catch (Win32Exception exception)
        {
            throw new AssertionException($"{start.FileName} is missing: install Node.js 20 or later with npm", exception);
        }
    }

    private static async Task FeedAsync(Process process, IEnumerable<string> input, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string line in input)
            {
                await process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything: its exit code and its standard error tell why.
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln"), "tests", "HwBridge.Interop");
    }
}
