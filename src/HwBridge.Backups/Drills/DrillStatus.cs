using System.Globalization;
using System.Text;

namespace HwBridge.Backups.Drills;

/// <summary>Which drills are due on one day.</summary>
/// <param name="Drills">A row for each entry of the record; empty where nothing was ever drilled, which is overdue too.</param>
/// <param name="Today">The day, UTC.</param>
/// <param name="Every">How many days a drill is good for.</param>
public sealed record DrillStatus(IReadOnlyList<DrillDue> Drills, DateOnly Today, int Every)
{
    /// <summary>True only when there is a drill, and none is due.</summary>
    public bool IsFresh => Drills.Count > 0 && Drills.All(static drill => drill.State == DrillState.Fresh);

    /// <summary>The day after which the first of them is overdue; null where one is due at once.</summary>
    private DateOnly? FirstDue => Drills.Count > 0 && Drills.All(static drill => drill.Due is not null) ? Drills.Min(static drill => drill.Due) : null;

    /// <summary>Looks at a whole record.</summary>
    /// <param name="record">Null where there is none.</param>
    /// <param name="today">The day, UTC.</param>
    /// <param name="every">How many days a drill is good for.</param>
    public static DrillStatus Of(DrillRecord? record, DateOnly today, int every) =>
        new([.. (record?.Entries ?? []).Select(entry => DrillDue.Of(entry, today, every))], today, every);

    /// <summary>The lines for Prometheus' textfile collector: no label, and no number that tells how many backups there are.</summary>
    /// <param name="status">Null when the record can't be read.</param>
    /// <param name="now">When it was looked at.</param>
    public static string ToMetrics(DrillStatus? status, DateTimeOffset now)
    {
        StringBuilder text = new();
        void Gauge(string name, string help, long value) => text.Append(
            CultureInfo.InvariantCulture, $"# HELP hwbridge_drill_{name} {help}\n# TYPE hwbridge_drill_{name} gauge\nhwbridge_drill_{name} {value}\n");

        Gauge("record_readable", "1 when the record of recovery drills could be read.", status is null ? 0 : 1);
        Gauge("overdue", "1 when a recovery drill is overdue, has failed or was never run.", status is { IsFresh: true } ? 0 : 1);
        if (status?.FirstDue is { } due)
        {
            long seconds = new DateTimeOffset(due.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();
            Gauge("due_timestamp_seconds", "From when on a recovery drill will be overdue.", seconds);
        }

        Gauge("status_timestamp_seconds", "When the record of recovery drills was last looked at.", now.ToUnixTimeSeconds());
        return text.ToString();
    }
}
