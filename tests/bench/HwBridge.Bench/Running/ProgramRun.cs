using System.Diagnostics;
using System.Globalization;

namespace HwBridge.Bench.Running;

/// <summary>One run of a program, from its start to its end.</summary>
/// <param name="Wall">Seconds.</param>
/// <param name="Processor">Seconds of processor time, as far as it was watched.</param>
/// <param name="PeakMemory">The most memory that it held, in bytes, as far as it was watched.</param>
/// <param name="Output">Its standard output.</param>
internal sealed record ProgramRun(double Wall, double Processor, long PeakMemory, string Output)
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(20);

    internal static Task<ProgramRun> Of(string file, params string[] arguments) => Of(new ProcessStartInfo(file, arguments), watch: false);

    /// <summary>Runs it; an exit code other than 0 is an error.</summary>
    internal static async Task<ProgramRun> Of(ProcessStartInfo start, bool watch)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using CancellationTokenSource deadline = new(Deadline);
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
        Task ended = process.WaitForExitAsync(deadline.Token);
        double processor = 0;
        long memory = 0;
        while (watch && !ended.IsCompleted)
        {
            (processor, memory) = Look(process.Id) ?? (processor, memory);
            await Task.WhenAny(ended, Task.Delay(WatchEvery, deadline.Token));
        }

        await ended;
        double wall = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return process.ExitCode == 0
            ? new ProgramRun(wall, processor, memory, await output)
            : throw new InvalidOperationException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}: {await errors}");
    }

    /// <summary>What the kernel knows of a running process (proc(5)); null once it has ended.</summary>
    private static (double Processor, long Memory)? Look(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            string? peak = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return peak is null
                ? null
                : ((Number(fields[11]) + Number(fields[12])) / TicksPerSecond, Number(peak["VmHWM:".Length..^"kB".Length].Trim()) << 10);
        }
        catch (IOException)
        {
            // It ended between two looks.
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
