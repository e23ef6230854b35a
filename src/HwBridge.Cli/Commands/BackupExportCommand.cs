using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Storage;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;
using HwBridge.Protocols.Age;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup export</c>: a backup opened with the device, made small, and stored on the device itself.</summary>
internal static class BackupExportCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<string> backup = new("--backup") { Description = "The backup", HelpName = "FILE", Required = true };
        Option<string[]> to = new("--to")
        {
            Description = "Who opens the stored copy beside the device itself",
            HelpName = "age1…",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int[]> slots = SlotOptions.Several("Slots to use (default: as many free ones as it takes)");
        Option<bool> force = new("--force") { Description = "Overwrite what the named slots hold" };

        Command command = new("export", "Store a backup on the device itself, as one copy of several: app and OS updates wipe it");
        command.Add(backup);
        device.AddTo(command);
        foreach (Option option in (Option[])[to, slots, force])
        {
            command.Add(option);
        }

        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            DeviceUri uri = device.One(parsed);
            X25519PublicKey[] others = [.. (parsed.GetValue(to) ?? []).Select(AgeRecipient.Parse)];
            await using IKeyStore keyStore = await context.OpenAsync(uri, device.Connect(parsed), cancellationToken).ConfigureAwait(false);
            IBackupStorage storage = keyStore.Require<IBackupStorage>("store backups");
            int[] named = parsed.GetValue(slots) ?? [];
            foreach (int number in named)
            {
                DeviceBackups.Find(storage, number);
            }

            ISealing sealing = keyStore.Require<ISealing>("open backups");
            X25519PublicKey own = await sealing.GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
            X25519PublicKey[] recipients = [own, .. others];
            if (recipients.Distinct().Count() != recipients.Length)
            {
                throw new FaultException(Fault.Usage, "a recipient is given twice", "Give each recipient once; the device itself is one.");
            }

            (PackedBackup packed, int validators) = await PackAsync(
                context, parsed.GetRequiredValue(backup), sealing, recipients, DeviceBackups.Room(storage), cancellationToken)
                .ConfigureAwait(false);
            StorageReceipt receipt = await DeviceBackups.ExportAsync(
                storage, packed.File, named, parsed.GetValue(force), cancellationToken).ConfigureAwait(false);
            BackupExportedAnswer answer = new(
                keyStore.Info.Uri,
                receipt.Backup,
                receipt.File.Length,
                recipients.Length,
                validators,
                receipt.Slots,
                packed.WithSlashingProtection,
                packed.WithDepositData);
            context.Answer.Note("every update of the OpenPGP app or of the Ledger's system wipes this copy: keep others, and export again after it");
            context.Answer.Give(answer, json => json.BackupExportedAnswer, text => text.WriteLine(
                $"{answer.Device}: {Count(validators, "key")} for {Count(recipients.Length, "recipient")}, {answer.Size} bytes in "
                + $"{(answer.Slots.Count == 1 ? "slot" : "slots")} {string.Join(", ", answer.Slots)}, read back and compared"));
            return 0;
        }));
        return command;
    }

    private static async Task<(PackedBackup Packed, int Validators)> PackAsync(
        CommandContext context,
        string file,
        ISealing sealing,
        X25519PublicKey[] recipients,
        int room,
        CancellationToken cancellationToken)
    {
        using BackupDocument document = await BackupOpener.OpenAsync(file, [sealing], context.Person, cancellationToken).ConfigureAwait(false);
        PackedBackup packed = DeviceBackups.Pack(document, recipients, room);
        if (!document.SlashingProtection.IsEmpty && !packed.WithSlashingProtection)
        {
            context.Answer.Warn("the slashing-protection history does not fit and is left out: it is in the file alone");
        }

        if (!document.DepositData.IsEmpty && !packed.WithDepositData)
        {
            context.Answer.Warn("the deposit data do not fit and are left out: they are in the file alone");
        }

        return (packed, document.Validators.Count);
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
