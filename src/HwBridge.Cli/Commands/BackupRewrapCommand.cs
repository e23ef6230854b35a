using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup rewrap</c>: the same inside for other recipients.</summary>
internal static class BackupRewrapCommand
{
    internal static Command Create(CommandRunner runner)
    {
        RewriteOptions options = new();
        Command command = new("rewrap", "Encrypt a backup for other recipients, under a new key, its inside byte for byte the same");
        options.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            string target = options.Target(parsed)
                ?? throw new FaultException(Fault.Usage, "the new file was not named", "Give --out FILE, or --replace to give up the old one.");
            using NamedRecipients? named = await options.RecipientsAsync(context, cancellationToken).ConfigureAwait(false);
            BackupRecipients recipients = named?.Recipients ?? new BackupRecipients();
            RewriteReceipt receipt = await options.Opening.UseAsync(
                context,
                exchange: null,
                (keys, _) => BackupRewriter.RewrapAsync(
                    parsed.GetRequiredValue(options.Backup),
                    keys,
                    recipients,
                    target,
                    parsed.GetValue(options.Replace),
                    context.Person,
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            options.TellOfOldCopies(context);
            BackupRewrittenAnswer answer = new(receipt.File, receipt.Size, recipients.Count, receipt.IsFromDisk, Created: null);
            context.Answer.Give(answer, json => json.BackupRewrittenAnswer, text => text.WriteLine(
                $"{answer.File}: the same inside for {(answer.Recipients == 1 ? "1 recipient" : $"{answer.Recipients} recipients")}, "
                + $"{answer.Size} bytes, read back and verified"));
            return 0;
        }));
        return command;
    }
}
