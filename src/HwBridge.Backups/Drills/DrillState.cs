namespace HwBridge.Backups.Drills;

/// <summary>Whether a drill is due.</summary>
public enum DrillState
{
    /// <summary>It matched, not too long ago.</summary>
    Fresh,

    /// <summary>It matched, but too long ago.</summary>
    Overdue,

    /// <summary>The last drill did not restore the expected keys.</summary>
    Failed,

    /// <summary>Its date is later than today: the clock was wrong then, or is now.</summary>
    InFuture,
}
