using System.CommandLine;
using System.Globalization;
using System.Text;
using HwBridge.Backups.Drills;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>drill status</c>: which backups are due, from the record alone.</summary>
internal static class DrillStatusCommand
{
    private const int DefaultDays = 90;
    private const int MaxDays = 3650;

    // What node_exporter's textfile collector reads.
    private const string MetricsSuffix = ".prom";

    internal static Command Create(CommandRunner runner)
    {
        Option<string> every = new("--every")
        {
            Description = $"How long a drill is good for, in days (default {DefaultDays}d)",
            HelpName = "90d",
        };
        Option<string> prometheus = new("--prometheus")
        {
            Description = "Write the answer for node_exporter's textfile collector too: *.prom, which everybody may read and which names nothing",
            HelpName = "FILE",
        };
        Command command = new("status", "Which drills are due? Exit code 1 when one is overdue, has failed or was never run") { every, prometheus };
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            int days = Days(context.Parsed.GetValue(every));
            string? metrics = context.Parsed.GetValue(prometheus);
            if (metrics?.EndsWith(MetricsSuffix, StringComparison.Ordinal) == false)
            {
                throw new FaultException(
                    Fault.Usage, $"--prometheus {metrics}: the collector reads *{MetricsSuffix} only", $"Name it {metrics}{MetricsSuffix}.");
            }

            void WriteMetrics(DrillStatus? status)
            {
                if (metrics is not null)
                {
                    byte[] text = Encoding.UTF8.GetBytes(DrillStatus.ToMetrics(status, DateTimeOffset.UtcNow));
                    AtomicFile.Write(metrics, text, overwrite: true, cancellationToken, isPublic: true);
                }
            }

            DrillStatus status;
            try
            {
                DrillRecord? record = await DrillRecords.File.ReadAsync(cancellationToken).ConfigureAwait(false);
                status = DrillStatus.Of(record, DrillRecords.Today, days);
            }
            catch (FaultException)
            {
                WriteMetrics(null);
                throw;
            }

            WriteMetrics(status);
            DrillStatusAnswer answer = DrillStatusAnswer.Of(status);
            context.Answer.Give(answer, json => json.DrillStatusAnswer, text => Write(answer, text));
            return status.IsFresh ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }

    private static int Days(string? text)
    {
        if (text is null)
        {
            return DefaultDays;
        }

        return int.TryParse(text.EndsWith('d') ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int days)
            && days is >= 1 and <= MaxDays
            ? days
            : throw new FaultException(Fault.Usage, $"--every {text} is no number of days from 1 to {MaxDays}", "Write it as --every 90d.");
    }

    private static void Write(DrillStatusAnswer answer, TextWriter text)
    {
        if (answer.Drills.Count == 0)
        {
            text.WriteLine($"No drill was ever recorded in {DrillRecords.File.Path}: hwbridge drill run");
        }

        foreach (DrillDueAnswer drill in answer.Drills)
        {
            string id = drill.Id[..DrillId.FirstLength];
            text.WriteLine(drill.Status switch
            {
                "fresh" => $"fresh    {id}  drilled {drill.LastMatch}, due again by {drill.Due}",
                "overdue" => $"overdue  {id}  drilled {drill.LastMatch}, was due by {drill.Due}",
                "failed" => $"failed   {id}  on {drill.LastTry}; it last matched {drill.LastMatch ?? "never"}",
                _ => $"future   {id}  drilled {drill.LastMatch}, which is yet to come: set the clock, then drill again",
            });
        }
    }
}
