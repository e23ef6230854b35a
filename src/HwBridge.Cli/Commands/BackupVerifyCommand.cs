using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup verify</c>: are the copies intact, and the same?</summary>
internal static class BackupVerifyCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string[]> files = new("FILE") { Description = "The copies", Arity = ArgumentArity.OneOrMore };
        Command command = new("verify", "Are the copies intact, and all the same? Needs no key") { files };
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            BackupVerification found = await BackupInspector.VerifyAsync(
                context.Parsed.GetRequiredValue(files),
                cancellationToken).ConfigureAwait(false);
            BackupVerifiedAnswer document = new(
                found.IsGood ? "match" : "mismatch",
                [.. found.Copies.Select(copy => new CopyAnswer(copy.File, DeviceAnswer.CamelCase(copy.Status), copy.Sha256, copy.Cause))]);
            if (found.IsGood)
            {
                context.Answer.Note(BackupVerification.Limits);
            }

            context.Answer.Give(document, json => json.BackupVerifiedAnswer, text =>
            {
                foreach (CopyAnswer copy in document.Copies)
                {
                    text.WriteLine($"{copy.Status,-10}  {copy.File}{(copy.Cause is null ? string.Empty : $": {copy.Cause}")}");
                }
            });
            return found.IsGood ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }
}
