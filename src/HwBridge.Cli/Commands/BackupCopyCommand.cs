using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Repair;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup copy</c>: more copies of a backup, each read back from its disk.</summary>
internal static class BackupCopyCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string> file = new("FILE") { Description = "The backup" };
        Argument<string[]> targets = new("TARGET")
        {
            Description = "New files, or folders for a file of the same name; what is there and the same is verified",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> replace = new("--replace") { Description = "Give up another file that is there, once the copy is on the disk and verified" };
        Option<int?> repair = new("--repair")
        {
            Description = $"Write FILE.rs beside each copy, which repairs bit rot: {RepairAppendix.MinPercent} to {RepairAppendix.MaxPercent} % of its size",
            HelpName = "PERCENT",
        };
        Command command = new("copy", "Copy a backup to other places, each copy flushed, read back from its disk and compared") { file, targets };
        command.Add(replace);
        command.Add(repair);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            string source = context.Parsed.GetRequiredValue(file);
            int? percent = context.Parsed.GetValue(repair);
            if (percent is < RepairAppendix.MinPercent or > RepairAppendix.MaxPercent)
            {
                throw new FaultException(
                    Fault.Usage,
                    $"--repair {percent} is not in {RepairAppendix.MinPercent} … {RepairAppendix.MaxPercent}",
                    "Give the size of the appendix in percent of the backup's; 30 stands a damage of some kilobytes.");
            }

            List<MadeCopyAnswer> copies = [];
            string sha256 = string.Empty;
            foreach (string target in context.Parsed.GetRequiredValue(targets))
            {
                try
                {
                    CopyReceipt receipt = await BackupCopier.CopyAsync(
                        source, target, context.Parsed.GetValue(replace), cancellationToken).ConfigureAwait(false);
                    long? repairSize = percent is { } parity
                        ? await BackupRepair.WriteAppendixAsync(receipt.File, parity, cancellationToken).ConfigureAwait(false)
                        : null;
                    sha256 = receipt.Sha256;
                    copies.Add(MadeCopyAnswer.Of(receipt, repairSize));
                    TellOf(context.Answer, receipt);
                    if (receipt.Status == CopyStatus.Replaced && percent is null)
                    {
                        BackupRepairCommand.WarnOfOldAppendix(context.Answer, receipt.File);
                    }
                }
                catch (FaultException fault) when (copies.Count > 0)
                {
                    throw new FaultException(
                        fault.Fault, $"{fault.Message} (done before: {string.Join(", ", copies.Select(copy => copy.File))})", fault.Remedy, fault);
                }
            }

            BackupCopiedAnswer answer = new(source, sha256, copies);
            context.Answer.Give(answer, json => json.BackupCopiedAnswer, text =>
            {
                foreach (MadeCopyAnswer copy in answer.Copies)
                {
                    string from = copy.ReadFromDisk ? "read back from the disk" : "read back";
                    string appendix = copy.RepairSize is { } size ? $", with a repair appendix of {size} bytes" : string.Empty;
                    text.WriteLine($"{copy.Status,-8}  {copy.File}: {copy.Size} bytes, {from} and compared{appendix}");
                }
            });
            return 0;
        }));
        return command;
    }

    private static void TellOf(Answer answer, CopyReceipt receipt)
    {
        if (receipt.IsOnSameDisk == true)
        {
            answer.Warn($"{receipt.File} stands on the same disk as its original, and dies with it: keep a copy on another one");
        }

        if (!receipt.IsFromDisk)
        {
            answer.Note($"{receipt.File}: this file system can't be read past the system's memory; plug the disk out and in, and run it again to be sure");
        }
    }
}
