using System.Diagnostics;

namespace HwBridge.Bench.Running;

/// <summary>Measures several ways to do the same in turns, so that all of them meet the same machine.</summary>
internal static class Turns
{
    /// <summary>The median of each number that each contestant gives, after one round that does not count.</summary>
    internal static async Task<double[][]> MediansAsync(int rounds, params Func<Task<double[]>>[] contestants)
    {
        List<double[]>[] all = [.. contestants.Select(_ => new List<double[]>())];
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                double[] numbers = await contestants[i]();
                if (round > 0)
                {
                    all[i].Add(numbers);
                }
            }
        }

        return [.. all.Select(runs => runs[0].Select((_, number) => Median(runs.Select(run => run[number]))).ToArray())];
    }

    /// <summary>The same for work in this process: the median time of each, in seconds a call.</summary>
    internal static async Task<double[]> MediansAsync(int rounds, int calls, params Action[] contestants) =>
        (await MediansAsync(rounds, () => Task.FromResult(Array.ConvertAll(contestants, work => Time(calls, work)))))[0];

    private static double Time(int calls, Action work)
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
