using System.CommandLine;
using HwBridge.Backups.Drills;
using HwBridge.Cli.Output;

namespace HwBridge.Cli.Commands;

/// <summary><c>drill forget</c>: a backup that is no more is due no more.</summary>
internal static class DrillForgetCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string> id = new("ID") { Description = "Its first digits, as 'drill status' shows them" };
        Command command = new("forget", "Take a backup that is no more out of the record") { id };
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            DrillEntry forgotten = await DrillRecords.File.ForgetAsync(
                context.Parsed.GetRequiredValue(id), DrillRecords.Today, cancellationToken).ConfigureAwait(false);
            DrillForgottenAnswer answer = new(forgotten.Id.ToString());
            context.Answer.Give(answer, json => json.DrillForgottenAnswer, text => text.WriteLine($"forgotten  {forgotten.Id.FirstDigits}"));
            return 0;
        }));
        return command;
    }
}
