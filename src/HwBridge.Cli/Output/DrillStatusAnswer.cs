using HwBridge.Backups.Drills;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>drill status</c>.</summary>
/// <param name="Result">fresh, or overdue where any drill is due or none was ever run.</param>
/// <param name="EveryDays">How long a drill is good for.</param>
/// <param name="Drills">A row for each entry of the record.</param>
internal sealed record DrillStatusAnswer(string Result, int EveryDays, IReadOnlyList<DrillDueAnswer> Drills)
{
    internal static DrillStatusAnswer Of(DrillStatus status) =>
        new(status.IsFresh ? "fresh" : "overdue", status.Every, [.. status.Drills.Select(DrillDueAnswer.Of)]);
}
