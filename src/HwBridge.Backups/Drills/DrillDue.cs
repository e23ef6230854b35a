namespace HwBridge.Backups.Drills;

/// <summary>What is to be done about one entry of the record.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="State">Whether a drill is due.</param>
/// <param name="Due">The day (UTC) after which the next drill is overdue; null where it is due at once.</param>
public sealed record DrillDue(DrillEntry Entry, DrillState State, DateOnly? Due)
{
    /// <summary>Looks at one entry on one day.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="today">The day, UTC.</param>
    /// <param name="every">How many days a drill is good for.</param>
    public static DrillDue Of(DrillEntry entry, DateOnly today, int every)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!entry.Matched || entry.LastMatch is not { } matched)
        {
            return new DrillDue(entry, DrillState.Failed, null);
        }

        // A date that is yet to come would keep a backup from ever being overdue.
        if (matched > today)
        {
            return new DrillDue(entry, DrillState.InFuture, null);
        }

        DateOnly due = matched.AddDays(every);
        return new DrillDue(entry, due < today ? DrillState.Overdue : DrillState.Fresh, due);
    }
}
