using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.Eip2335;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup open</c> (<c>restore</c>): the device opens a backup, new keystores are written under a new password.</summary>
internal static class BackupOpenCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        PasswordOptions password = new();
        Option<string> backup = new("--backup") { Description = "The backup", HelpName = "FILE", Required = true };
        Option<string> output = new("--out") { Description = "A new or empty folder for the keystores", HelpName = "DIR" };
        KeymanagerOptions keymanager = new();
        Option<string> kdf = new("--kdf")
        {
            Description = "Key derivation of the new keystores: scrypt (default), or pbkdf2, which some clients load faster",
            DefaultValueFactory = _ => "scrypt",
        };
        kdf.AcceptOnlyFromAmong("scrypt", "pbkdf2");

        Command command = new(
            "open",
            "Open a backup with a device and write EIP-2335 keystores under a new password, each checked after writing");
        command.Aliases.Add("restore");
        command.Add(backup);
        device.AddTo(command);
        command.Add(output);
        password.AddTo(command);
        command.Add(kdf);
        keymanager.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            KeystoreKdf derivation = parsed.GetValue(kdf) == "pbkdf2" ? KeystoreKdf.Pbkdf2 : KeystoreKdf.Scrypt;
            if (parsed.GetValue(output) is not { } folder || parsed.GetValue(keymanager.Address) is not null)
            {
                keymanager.RequireAlone(parsed, output, password);
                using KeymanagerOptions.Target target = await keymanager.PrepareAsync(context, cancellationToken).ConfigureAwait(false);
                using BackupDocument opened = await context.OpenBackupAsync(
                    parsed.GetRequiredValue(backup),
                    device,
                    cancellationToken).ConfigureAwait(false);
                return await target.SendAsync(opened, derivation, cancellationToken).ConfigureAwait(false);
            }

            KeystoreRestorer.EnsureUsable(folder);
            using SecretBuffer secret = await password.ReadAsync(
                context,
                new SecretQuestion(SecretKind.Password, "New password for the keystores", Repeat: true),
                cancellationToken).ConfigureAwait(false);
            using BackupDocument document = await context.OpenBackupAsync(
                parsed.GetRequiredValue(backup),
                device,
                cancellationToken).ConfigureAwait(false);
            RestoreReceipt receipt;
            using (BackupProgressLine progress = new(context.Answer))
            {
                receipt = await KeystoreRestorer.WriteAsync(
                    document,
                    folder,
                    secret,
                    derivation,
                    progress,
                    cancellationToken).ConfigureAwait(false);
            }

            context.Answer.Warn(
                "never let these keys validate in two places: switch the old client off for good, "
                + "and import its slashing-protection history, before they start here");
            BackupOpenedAnswer answer = new(
                receipt.Folder,
                [.. receipt.Keystores.Select(pair => new RestoredKeystoreAnswer(
                    pair.Key,
                    pair.Value.PublicKey.ToString(),
                    pair.Value.Path?.ToString()))],
                receipt.OtherFiles);
            context.Answer.Give(answer, json => json.BackupOpenedAnswer, text =>
            {
                foreach (RestoredKeystoreAnswer keystore in answer.Keystores)
                {
                    text.WriteLine($"{Path.Combine(folder, keystore.File)}  {keystore.Pubkey}");
                }

                foreach (string other in answer.OtherFiles)
                {
                    text.WriteLine(Path.Combine(folder, other));
                }
            });
            return 0;
        }));
        return command;
    }
}
