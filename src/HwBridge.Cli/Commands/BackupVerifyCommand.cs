using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup verify</c>: are the copies intact, and the same?</summary>
internal static class BackupVerifyCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string[]> files = new("FILE") { Description = "The copies", Arity = ArgumentArity.OneOrMore };
        DeviceOptions device = new();
        Command command = new("verify", "Are the copies intact, and all the same? Needs no key; --device tells which device each is for") { files };
        device.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            // A device is asked where it was named for this: its public key tells, and nothing has to be confirmed.
            IReadOnlyList<DeviceUri> uris = context.Parsed.GetResult(device.Device) is { Implicit: false } ? device.All(context.Parsed) : [];
            List<X25519PublicKey> recipients = [];
            foreach (DeviceUri uri in uris)
            {
                await using IKeyStore keyStore = await context.OpenAsync(
                    uri, device.Connect(context.Parsed), cancellationToken).ConfigureAwait(false);
                recipients.Add(await keyStore.Require<ISealing>("open backups").GetPublicKeyAsync(
                    confirm: false, cancellationToken).ConfigureAwait(false));
            }

            BackupVerification found = await BackupInspector.VerifyAsync(
                context.Parsed.GetRequiredValue(files),
                recipients,
                cancellationToken).ConfigureAwait(false);
            BackupVerifiedAnswer document = new(
                found.IsGood ? "match" : "mismatch",
                [.. found.Copies.Select(copy => new CopyAnswer(
                    copy.File,
                    DeviceAnswer.CamelCase(copy.Status),
                    copy.Sha256,
                    copy.Cause,
                    [.. copy.IsTagged.Select((tagged, index) => new CopyRecipientAnswer(uris[index].Text, tagged))]))]);
            if (found.IsGood)
            {
                context.Answer.Note(BackupVerification.Limits);
            }

            context.Answer.Give(document, json => json.BackupVerifiedAnswer, text =>
            {
                foreach (CopyAnswer copy in document.Copies)
                {
                    text.WriteLine($"{copy.Status,-10}  {copy.File}{(copy.Cause is null ? string.Empty : $": {copy.Cause}")}");
                    foreach (CopyRecipientAnswer recipient in copy.Recipients)
                    {
                        string isFor = recipient.Tagged switch
                        {
                            true => "is for",
                            false => "is not for",
                            null => "may be for (no tags tell)",
                        };
                        text.WriteLine($"            {isFor} {recipient.Device}");
                    }
                }
            });
            return found.IsGood ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }
}
