using System.CommandLine;
using HwBridge.Backups.Repair;
using HwBridge.Cli.Output;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup repair</c>: a damaged backup as its appendix remembers it.</summary>
internal static class BackupRepairCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string> file = new("FILE") { Description = "The damaged backup; FILE.rs stands beside it" };
        Option<string> output = new("--out") { Description = "Write the repaired backup there, and leave FILE as it is", HelpName = "FILE" };
        Command command = new("repair", "Repair a damaged backup with the appendix that 'backup copy --repair' wrote") { file };
        command.Add(output);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            string path = context.Parsed.GetRequiredValue(file);
            string? other = context.Parsed.GetValue(output);
            RepairReceipt receipt = await BackupRepair.RepairAsync(
                path, other ?? path, replace: other is null, cancellationToken).ConfigureAwait(false);
            BackupRepairedAnswer answer = new(receipt.File, receipt.Size, receipt.ChangedBytes);
            context.Answer.Give(answer, json => json.BackupRepairedAnswer, text => text.WriteLine(answer.ChangedBytes == 0
                ? $"{answer.File}: is as its appendix remembers it, nothing was to be repaired"
                : $"{answer.File}: {answer.ChangedBytes} bytes repaired, {answer.Size} bytes written, read back and compared"));
            return 0;
        }));
        return command;
    }

    /// <summary>An appendix that stayed beside a file that was replaced.</summary>
    internal static void WarnOfOldAppendix(Answer answer, string backup)
    {
        string appendix = BackupRepair.AppendixOf(backup);
        if (File.Exists(appendix))
        {
            answer.Warn($"{appendix} is the old file's and repairs the new one no more: remove it, or copy with --repair again");
        }
    }
}
