using System.Globalization;

namespace HwBridge.Timing;

/// <summary>What repeated measurements say of one computation.</summary>
/// <param name="Measurements">Each of fresh samples; the first alone when nothing in it was suspicious.</param>
internal sealed record Verdict(IReadOnlyList<IReadOnlyList<Statistic>> Measurements)
{
    /// <summary>The usual threshold of leakage tests: chance alone takes one t-value in 150,000 over it.</summary>
    internal const double Threshold = 4.5;

    /// <summary>Every run looks at some 200 t-values: a leak is what shows again in other samples.</summary>
    internal const int Repetitions = 3;

    /// <summary>The t-value furthest from 0 in the first measurement.</summary>
    internal Statistic Largest => Measurements[0].MaxBy(static statistic => Math.Abs(statistic.T));

    /// <summary>The smallest difference of the means, in nanoseconds, that would have been over the threshold.</summary>
    internal double Visible =>
        Threshold * Measurements[0].Where(static one => one is { Order: 1, Kept: >= 0.5 }).Min(static one => one.StandardError);

    /// <summary>The t-values of the last measurement that were over the threshold, on the same side, in all of them.</summary>
    internal IReadOnlyList<Statistic> Reproduced =>
        Measurements.Count < Repetitions
            ? []
            : [.. Measurements[^1].Where(last => Measurements.All(measurement => measurement.Any(one => Agree(one, last))))];

    /// <summary>Every t-value, a line for each measurement: what a failed test shows.</summary>
    public override string ToString() => string.Join('\n', Measurements.Select(static one => string.Join(' ', one.Select(Format))));

    /// <summary>Measures once, and again as long as something is suspicious.</summary>
    internal static Verdict Of(Func<IReadOnlyList<Statistic>> measure)
    {
        List<IReadOnlyList<Statistic>> measurements = [];
        do
        {
            measurements.Add(measure());
        }
        while (measurements.Count < Repetitions && measurements[^1].Any(static statistic => Math.Abs(statistic.T) > Threshold));

        return new Verdict(measurements);
    }

    private static string Format(Statistic one) =>
        string.Create(CultureInfo.InvariantCulture, $"{(one.Order == 1 ? "mean" : "variance")}({one.Kept:0.##}) {one.T:0.0}");

    private static bool Agree(Statistic one, Statistic other) =>
        (one.Order, one.Kept) == (other.Order, other.Kept)
        && ((one.T > Threshold && other.T > Threshold) || (one.T < -Threshold && other.T < -Threshold));
}
