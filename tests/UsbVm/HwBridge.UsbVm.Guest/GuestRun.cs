using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using HwBridge.Transports.Tests;

namespace HwBridge.UsbVm.Guest;

/// <summary>Runs every case, one after the other, and writes down each result at once.</summary>
internal static class GuestRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>The cases' names, in the order of their source.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. Cases().Select(Name)];

    internal static async Task<int> RunAsync(string program, string results)
    {
        int failed = 0;
        await LedgerCases.WarmUpAsync().ConfigureAwait(false);
        await TrezorCases.WarmUpAsync().ConfigureAwait(false);
        foreach (MethodInfo method in Cases())
        {
            IGuestCases cases = Create(method.ReflectedType!, program);
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

    /// <summary>Those of our own program first, then the contract of each transport.</summary>
    private static IEnumerable<MethodInfo> Cases() => typeof(GuestRun).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IGuestCases)))
        .OrderBy(type => type.IsSubclassOf(typeof(PacketTransportContract)))
        .ThenBy(type => type.MetadataToken)
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => method.ReturnType == typeof(Task) && method.GetParameters().Length == 0)
            .OrderBy(method => method.MetadataToken));

    private static string Name(MethodInfo method) => $"{method.ReflectedType!.Name}.{method.Name}";

    private static IGuestCases Create(Type type, string program) =>
        (IGuestCases)Activator.CreateInstance(type, type.GetConstructor([typeof(string)]) is null ? [] : [program])!;
}
