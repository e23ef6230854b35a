using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;

namespace HwBridge.Bench.Bls;

/// <summary>The same work by us and by @chainsafe/blst (native code), in turns in one run, so that both meet the same machine.</summary>
internal static class BlsPeerComparison
{
    private const int Rounds = 7;

    internal static async Task<int> RunAsync()
    {
        byte[] seed = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
        using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster(seed);
        byte[] encoded = new byte[BlsPublicKey.Size];
        key.GetPublicKey().CopyTo(encoded);
        Dictionary<string, Action> work = new()
        {
            ["publicKey"] = () => key.GetPublicKey(),
            ["validate"] = () => BlsPublicKey.TryDecode(encoded, out _),
            ["deriveChild"] = () => Eip2333KeyDerivation.DeriveChild(key, 7).Dispose(),
        };
        Dictionary<string, double> ours = work.Keys.ToDictionary(name => name, _ => double.MaxValue);
        Dictionary<string, double> theirs = work.Keys.ToDictionary(name => name, _ => double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((string name, Action action) in work)
            {
                ours[name] = Math.Min(ours[name], Measure(action));
            }

            foreach ((string name, double microseconds) in await MeasurePeerAsync())
            {
                theirs[name] = Math.Min(theirs[name], microseconds);
            }
        }

        Console.WriteLine("| operation | HwBridge | @chainsafe/blst | blst / HwBridge |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (string name in work.Keys)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {ours[name]:F1} µs | {theirs[name]:F1} µs | {theirs[name] / ours[name]:F2} |"));
        }

        return 0;
    }

    /// <summary>The best batch's microseconds a call: noise only ever adds.</summary>
    private static double Measure(Action action)
    {
        const int Batches = 100;
        const int Calls = 20;
        double best = double.MaxValue;
        for (int batch = 0; batch < Batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < Calls; call++)
            {
                action();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Calls);
        }

        return best;
    }

    private static async Task<Dictionary<string, double>> MeasurePeerAsync()
    {
        string interop = Path.Combine(FindRoot(), "tests", "HwBridge.Interop");
        ProcessStartInfo start = new("node", [Path.Combine(interop, "Bls", "bench.mjs")]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
        string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, double>>(output)!
            : throw new InvalidOperationException("the peer failed: run npm ci in tests/HwBridge.Interop");
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln");
    }
}
