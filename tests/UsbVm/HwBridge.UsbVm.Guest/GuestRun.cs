using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace HwBridge.UsbVm.Guest;

/// <summary>Runs every case, one after the other, and writes down each result at once.</summary>
internal static class GuestRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>The cases' names, in the order of their source.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. Cases().Select(method => method.Name)];

    internal static async Task<int> RunAsync(string program, string results)
    {
        int failed = 0;
        await LedgerCases.WarmUpAsync().ConfigureAwait(false);
        foreach (MethodInfo method in Cases())
        {
            LedgerCases cases = new(program);
            long begun = Stopwatch.GetTimestamp();
            string? failure = null;
            try
            {
                Task running = (Task)method.Invoke(cases, null)!;
                await running.WaitAsync(Deadline).ConfigureAwait(false);
            }
            catch (Exception wrong)
            {
                failure = (wrong is TargetInvocationException { InnerException: { } inner } ? inner : wrong).ToString();
                failed++;
            }
            finally
            {
                await cases.DisposeAsync().ConfigureAwait(false);
            }

            CaseResult result = new(
                method.Name, failure is null, Stopwatch.GetElapsedTime(begun).TotalSeconds, failure ?? string.Join("; ", cases.Measured), cases.Quotes);
            await File.AppendAllTextAsync(results, JsonSerializer.Serialize(result) + "\n").ConfigureAwait(false);
            Console.Out.WriteLine($"{(result.Passed ? "passed" : "FAILED")} {result.Name} {result.Seconds:0.0} s {result.Words}");
        }

        return failed;
    }

    private static IEnumerable<MethodInfo> Cases() => typeof(LedgerCases)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task))
        .OrderBy(method => method.MetadataToken);
}
