using System.Diagnostics;
using System.Security.Cryptography;

namespace HwBridge.Timing;

/// <summary>Fresh times of one computation on two classes of inputs in random order, and what the t-tests say of them.</summary>
internal static class Measurement
{
    /// <summary>With fewer of a class left a t-value says nothing; a difference that large shows in a larger share.</summary>
    private const int LeastLeft = 100;

    /// <summary>
    /// Until the JIT has compiled everything for good, which it does in the background: a fifth as many calls as there are times, and no
    /// less than this, which is little on a busy machine.
    /// </summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);

    /// <summary>Interruptions only ever lengthen a time: each share of the fastest times is tested by itself.</summary>
    private static readonly double[] Kept = [1, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1];

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    /// <summary>Takes the subject's number of times.</summary>
    /// <param name="subject">What is timed.</param>
    /// <param name="planted">Whether its leak is timed with it.</param>
    internal static IReadOnlyList<Statistic> Take(TimingSubject subject, bool planted)
    {
        // All inputs are drawn before the first is used: drawing one class may leave the caches in another state than the other.
        int size = subject.Input.Length;
        byte[] inputs = new byte[subject.Samples * size];
        bool[] second = Array.ConvertAll(RandomNumberGenerator.GetBytes(subject.Samples), static coin => (coin & 1) != 0);
        for (int i = 0; i < subject.Samples; i++)
        {
            subject.Draw(inputs.AsSpan(i * size, size), second[i]);
        }

        Action leak = planted ? subject.Leak : static () => { };
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < subject.Samples / 5 || Stopwatch.GetElapsedTime(start) < WarmUp; i++)
        {
            _ = Time(subject, inputs.AsSpan(i % subject.Samples * size, size), leak);
        }

        double[] times = new double[subject.Samples];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = Time(subject, inputs.AsSpan(i * size, size), leak) * NanosecondsPerTick;
        }

        return [.. Test(times, second)];
    }

    /// <summary>Every t-value of these times.</summary>
    internal static IEnumerable<Statistic> Test(double[] times, bool[] second)
    {
        double[] sorted = [.. times.Order()];
        foreach (double kept in Kept)
        {
            double longest = sorted[(int)(kept * (sorted.Length - 1))];
            double[] left = [.. times.Where((time, i) => !second[i] && time <= longest)];
            double[] right = [.. times.Where((time, i) => second[i] && time <= longest)];
            if (left.Length < LeastLeft || right.Length < LeastLeft)
            {
                continue;
            }

            (double t, double error) = Welch.Test(left, right);
            yield return new Statistic(1, kept, t, error);
            (t, error) = Welch.Test(SquaredDistances(left), SquaredDistances(right));
            yield return new Statistic(2, kept, t, error);
        }
    }

    private static double[] SquaredDistances(double[] times)
    {
        double mean = Welch.Moments(times).Mean;
        return Array.ConvertAll(times, time => (time - mean) * (time - mean));
    }

    private static long Time(TimingSubject subject, ReadOnlySpan<byte> input, Action leak)
    {
        input.CopyTo(subject.Input);
        subject.Load();
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < subject.Calls; call++)
        {
            subject.Run();
        }

        leak();
        return Stopwatch.GetTimestamp() - start;
    }
}
