using System.CommandLine;
using HwBridge.Backups.Files;
using HwBridge.Backups.Sharing;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup share</c>: a participant opens their own share and encrypts it to the coordinator's one-time key.</summary>
internal static class BackupShareCommand
{
    internal static Command Create(CommandRunner runner)
    {
        OpeningOptions opening = new();
        Option<string> backup = new("--backup") { Description = "The backup", HelpName = "FILE", Required = true };
        Option<string> coordinator = new("--for")
        {
            Description = "The one-time key that backup combine printed; compare it with its owner by telephone",
            HelpName = "age1…",
            Required = true,
        };
        Option<string> output = new("--out") { Description = "The new file, to be sent or pasted", HelpName = "FILE", Required = true };
        Command command = new("share", "Open only your own share of a backup and encrypt it to the coordinator's one-time key") { backup };
        opening.AddTo(command);
        command.Add(coordinator);
        command.Add(output);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            string path = context.Parsed.GetRequiredValue(output);
            string file = context.Parsed.GetRequiredValue(backup);
            AtomicFile.EnsureCreatable(path);
            X25519PublicKey key = AgeRecipient.Parse(context.Parsed.GetRequiredValue(coordinator));
            SealedShare share = await opening.UseAsync(
                context,
                exchange: null,
                (keys, _) => SharePassing.SealAsync(
                    file, keys with { AskPassphrases = keys.AskPassphrases && keys.Devices.Count == 0 }, key, context.Person, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            AtomicFile.Write(path, share.File.Span, overwrite: false, cancellationToken);
            context.Answer.Note($"whoever owns {AgeRecipient.Format(key)} can open this share: be sure that it is who you think");
            BackupSharedAnswer document = new(path, file, share.Number, share.Holder, AgeRecipient.Format(key));
            context.Answer.Give(
                document,
                json => json.BackupSharedAnswer,
                text => text.WriteLine($"{document.File}: share {document.Share} of {document.Backup}, for {document.For}"));
            return 0;
        }));
        return command;
    }
}
