using System.Globalization;

namespace HwBridge.Bench.Running;

/// <summary>One line of the table in tests/bench/README.md; times in seconds.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Ours">HwBridge's time.</param>
/// <param name="Limit">What no program could be faster than, or the least that is known.</param>
internal sealed record Row(string What, double Ours, string Limit)
{
    internal const string Header =
        "| what | HwBridge | peer | peer ÷ HwBridge | limit | HwBridge ÷ limit | target | again with `--` |\n"
        + "| --- | ---: | --- | ---: | --- | ---: | --- | --- |";

    /// <summary>Who else does the same.</summary>
    internal string? Peer { get; init; }

    internal double PeerTime { get; init; }

    /// <summary>NaN where there is no number for it.</summary>
    internal double LimitTime { get; init; } = double.NaN;

    /// <summary>What is wanted, and of which ratio; null where the row is for information.</summary>
    internal string? Target { get; init; }

    internal string Format(string command)
    {
        string peer = Peer is null ? "" : $"{Peer}: {Time(PeerTime)}";
        string limit = double.IsNaN(LimitTime) ? Limit : $"{Limit}: {Time(LimitTime)}";
        string toPeer = Peer is null ? "" : Ratio(PeerTime / Ours);
        string toLimit = double.IsNaN(LimitTime) ? "" : Ratio(Ours / LimitTime);
        return $"| {What} | {Time(Ours)} | {peer} | {toPeer} | {limit} | {toLimit} | {Target} | `{command}` |";
    }

    internal static string Time(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        >= 0.001 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.0} µs"),
    };

    private static string Ratio(double ratio) => ratio.ToString(ratio < 1.1 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}
