using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace HwBridge.UsbVm.Guest;

/// <summary>Runs every case, one after the other, and writes down each result at once.</summary>
internal static class GuestRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly Type[] Kinds = [typeof(LedgerCases), typeof(TrezorCases)];

    /// <summary>The cases' names, in the order of their source.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. Cases().Select(Name)];

    internal static async Task<int> RunAsync(string program, string results)
    {
        int failed = 0;
        await LedgerCases.WarmUpAsync().ConfigureAwait(false);
        await TrezorCases.WarmUpAsync().ConfigureAwait(false);
        foreach (MethodInfo method in Cases())
        {
            GuestCases cases = (GuestCases)Activator.CreateInstance(method.DeclaringType!, program)!;
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
                Name(method), failure is null, Stopwatch.GetElapsedTime(begun).TotalSeconds, failure ?? string.Join("; ", cases.Measured), cases.Quotes);
            await File.AppendAllTextAsync(results, JsonSerializer.Serialize(result) + "\n").ConfigureAwait(false);
            Console.Out.WriteLine($"{(result.Passed ? "passed" : "FAILED")} {result.Name} {result.Seconds:0.0} s {result.Words}");
        }

        return failed;
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static IEnumerable<MethodInfo> Cases() => Kinds.SelectMany(kind => kind
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task))
        .OrderBy(method => method.MetadataToken));
}
