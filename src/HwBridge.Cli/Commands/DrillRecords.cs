using System.Globalization;
using HwBridge.Backups.Drills;
using HwBridge.Cli.Output;

namespace HwBridge.Cli.Commands;

/// <summary>The person's record of drills, and what they are told of it.</summary>
internal static class DrillRecords
{
    internal static DrillRecordFile File { get; } = new(StateFolder.Path);

    /// <summary>The day by this computer's clock, UTC.</summary>
    internal static DateOnly Today => DateOnly.FromDateTime(DateTime.UtcNow);

    /// <summary>Refuses a damaged record before anybody is asked for anything, and tells of a missing one: it may have been lost.</summary>
    internal static async Task RequireReadableAsync(CommandContext context, CancellationToken cancellationToken)
    {
        DrillRecord? record = await File.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (record is null)
        {
            context.Person.Tell($"No drill was recorded yet: a new record begins, {File.Path}");
        }
        else if (record.Written > Today)
        {
            context.Answer.Warn(
                $"this computer's clock says {Day(Today)}, but the record of drills was last written on {Day(record.Written)}: one is wrong");
        }
    }

    internal static Task<DrillId> NoteAsync(DrillSubject subject, bool matched, CancellationToken cancellationToken) =>
        File.NoteAsync(subject, matched, Today, cancellationToken);

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
