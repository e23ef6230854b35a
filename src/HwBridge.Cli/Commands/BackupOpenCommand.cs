using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Sharing;
using HwBridge.Cli.Output;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Eip2335;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Commands;

/// <summary>
/// <c>backup open</c> (<c>restore</c>): devices open a backup, new keystores are written under a new password. <c>backup combine</c>: the same,
/// with shares that other people open on their own machines.
/// </summary>
internal static class BackupOpenCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Command command = new(
            "open",
            "Open a backup with devices, one after the other, and write EIP-2335 keystores under a new password, each checked after writing");
        command.Aliases.Add("restore");
        return Create(runner, command, combine: false);
    }

    internal static Command CreateCombine(CommandRunner runner) => Create(
        runner,
        new Command(
            "combine",
            "Open a backup with shares that others open: prints a one-time key, takes shares made for it (backup share) on stdin, then goes on like backup open"),
        combine: true);

    private static Command Create(CommandRunner runner, Command command, bool combine)
    {
        OpeningOptions opening = new();
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

        command.Add(backup);
        opening.AddTo(command);
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
                using BackupDocument opened = await OpenAsync().ConfigureAwait(false);
                return await target.SendAsync(opened, derivation, cancellationToken).ConfigureAwait(false);
            }

            KeystoreRestorer.EnsureUsable(folder);
            using SecretBuffer secret = await password.ReadAsync(
                context,
                new SecretQuestion(SecretKind.Password, "New password for the keystores", Repeat: true),
                cancellationToken).ConfigureAwait(false);
            using BackupDocument document = await OpenAsync().ConfigureAwait(false);
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

            async Task<BackupDocument> OpenAsync()
            {
                using ShareInput? input = combine ? new ShareInput() : null;
                using ShareExchange? exchange = input is null ? null : new ShareExchange(input);
                return await opening.OpenAsync(context, parsed.GetRequiredValue(backup), exchange, cancellationToken).ConfigureAwait(false);
            }
        }));
        return command;
    }
}
