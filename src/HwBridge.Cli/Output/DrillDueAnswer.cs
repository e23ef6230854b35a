using HwBridge.Backups.Drills;
using HwBridge.Cli.Commands;

namespace HwBridge.Cli.Output;

/// <summary>One entry of the record in the JSON of <c>drill status</c>; days are UTC.</summary>
internal sealed record DrillDueAnswer(string Id, string Status, string? LastMatch, string LastTry, string? Due)
{
    internal static DrillDueAnswer Of(DrillDue drill) => new(
        drill.Entry.Id.ToString(),
        DeviceAnswer.CamelCase(drill.State),
        drill.Entry.LastMatch is { } matched ? DrillRecords.Day(matched) : null,
        DrillRecords.Day(drill.Entry.LastTry),
        drill.Due is { } due ? DrillRecords.Day(due) : null);
}
