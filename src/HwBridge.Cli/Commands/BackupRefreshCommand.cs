using System.CommandLine;
using System.Globalization;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup refresh</c>: what of a backup was made otherwise than today, and the same backup as it is made today.</summary>
internal static class BackupRefreshCommand
{
    internal static Command Create(CommandRunner runner)
    {
        RewriteOptions options = new();
        Command command = new(
            "refresh",
            "Say what of a backup is outdated (exit 1), which needs no key; with --out or --replace, write it anew for the same recipients");
        options.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            string backup = parsed.GetRequiredValue(options.Backup);
            if (options.Target(parsed) is not { } target)
            {
                IReadOnlyList<OutdatedPart> outdated = await BackupRefresher.FindOutdatedAsync(backup, cancellationToken).ConfigureAwait(false);
                BackupOutdatedAnswer found = new(
                    backup, outdated.Count == 0 ? "current" : "outdated", [.. outdated.Select(part => DeviceAnswer.CamelCase(part))]);
                context.Answer.Give(found, json => json.BackupOutdatedAnswer, text =>
                {
                    text.WriteLine($"{found.Result}  {found.File}");
                    foreach (OutdatedPart part in outdated)
                    {
                        text.WriteLine($"    {Words(part)}");
                    }
                });
                return outdated.Count == 0 ? 0 : Fault.Mismatch.ExitCode();
            }

            using NamedRecipients? named = await options.RecipientsAsync(context, cancellationToken).ConfigureAwait(false);
            (RewriteReceipt receipt, DateTimeOffset created, int recipients) = await options.Opening.UseAsync(
                context,
                exchange: null,
                (keys, _) => BackupRefresher.RefreshAsync(
                    backup, keys, named?.Recipients, target, parsed.GetValue(options.Replace), context.Person, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            options.TellOfOldCopies(context);
            string made = created.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            context.Answer.Note($"a slashing-protection history inside is still of {made}: with newer ones, make a new backup from the keystores");
            BackupRewrittenAnswer answer = new(receipt.File, receipt.Size, recipients, receipt.IsFromDisk, made);
            context.Answer.Give(answer, json => json.BackupRewrittenAnswer, text => text.WriteLine(
                $"{answer.File}: the backup of {made} for {(recipients == 1 ? "1 recipient" : $"{recipients} recipients")} as it is made today, "
                + $"{answer.Size} bytes, read back and verified"));
            return 0;
        }));
        return command;
    }

    private static string Words(OutdatedPart part) => part switch
    {
        OutdatedPart.Digest => "no digest: damage shows only when it is opened",
        OutdatedPart.Tags => "no tags: a device has to be asked once for each recipient",
        OutdatedPart.Padding => "not padded: its size tells how many keys are inside",
        OutdatedPart.PassphraseWork => "a passphrase that is too cheap to guess: encrypt it anew with age",
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };
}
