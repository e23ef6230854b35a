using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Checks;
using HwBridge.Backups.Drills;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>drill run</c>: copies of a backup are read from their media, opened with the devices, compared, noted and forgotten.</summary>
internal static class DrillRunCommand
{
    internal static Command Create(CommandRunner runner)
    {
        OpeningOptions opening = new();
        Option<string[]> backup = new("--backup")
        {
            Description = "The copies, each read whole from its medium; each must hold every expected key",
            HelpName = "FILE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> expect = ExpectedKeyOptions.Expect();
        Command command = new(
            "run",
            "Open copies of a backup with the devices, compare the keys inside, in memory only, and note the day. Exit code 0 only if all matched");
        command.Add(backup);
        opening.AddTo(command);
        command.Add(expect);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            await DrillRecords.RequireReadableAsync(context, cancellationToken).ConfigureAwait(false);
            ExpectedKeySet expected =
                await KeyFiles.ReadExpectedKeysAsync(parsed.GetRequiredValue(expect), cancellationToken).ConfigureAwait(false);
            List<DrillAnswer> drills = [];
            foreach (string file in parsed.GetRequiredValue(backup))
            {
                drills.Add(await RunAsync(context, file, opening, expected, cancellationToken).ConfigureAwait(false));
            }

            bool matched = drills.TrueForAll(static drill => drill.Result == CheckAnswer.Match);
            DrillRunAnswer answer = new(matched ? CheckAnswer.Match : CheckAnswer.Mismatch, expected.Keys.Count, drills);
            context.Answer.Give(answer, json => json.DrillRunAnswer, text =>
            {
                foreach (DrillAnswer drill in answer.Drills)
                {
                    Write(drill, answer.Expected, text);
                }
            });
            return matched ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }

    private static async Task<DrillAnswer> RunAsync(
        CommandContext context, string file, OpeningOptions opening, ExpectedKeySet expected, CancellationToken cancellationToken)
    {
        if (!FileCache.TryDrop(file))
        {
            context.Answer.Note($"{file}: this system can't be told to read it from the medium anew");
        }

        RestoreReport report;
        DrillSubject subject;
        try
        {
            using BackupDocument inside = await opening.OpenAsync(context, file, exchange: null, cancellationToken).ConfigureAwait(false);
            report = RestoreCheck.AgainstBackup(expected.Keys, inside.Keys);
            subject = inside.Subject!.Copy();
        }
        catch (FaultException fault) when (fault.Fault is Fault.BadInput or Fault.CannotDecrypt or Fault.Io)
        {
            // Nothing to know it by: what cannot be opened is told here, and grows overdue in the record.
            return new DrillAnswer(file, CheckAnswer.Mismatch, 0, [], 0, null, $"{fault.Message}. {fault.Remedy}");
        }

        using (subject)
        {
            DrillId id = await DrillRecords.NoteAsync(subject, report.IsMatch, cancellationToken).ConfigureAwait(false);
            return new DrillAnswer(
                file,
                report.IsMatch ? CheckAnswer.Match : CheckAnswer.Mismatch,
                report.Matched,
                [.. report.Keys.Select(CheckedKeyAnswer.Of)],
                report.Unexpected.Count,
                id.ToString(),
                null);
        }
    }

    private static void Write(DrillAnswer drill, int expected, TextWriter text)
    {
        if (drill.Cause is { } cause)
        {
            text.WriteLine($"failed     {cause}");
            return;
        }

        foreach (CheckedKeyAnswer key in drill.Keys.Where(static key => key.Status != DeviceAnswer.CamelCase(KeyCheckStatus.Match)))
        {
            key.WriteTo(text);
        }

        string more = drill.Unexpected == 0 ? string.Empty : $", and {drill.Unexpected} more inside";
        text.WriteLine(
            $"{drill.Result,-9}  {drill.Backup}: {drill.Matched} of {expected} expected keys{more}; recorded as {drill.Id![..DrillId.FirstLength]}");
    }
}
