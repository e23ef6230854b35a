using System.CommandLine;
using System.Security.Cryptography;
using HwBridge.Backups.Files;
using HwBridge.Backups.Storage;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup import</c>: a backup on the device becomes a file again, still encrypted.</summary>
internal static class BackupImportCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<int?> slot = SlotOptions.One("One of the backup's slots, where the device holds several backups", required: false);
        Option<string> output = new("--out") { Description = "The new file", HelpName = "FILE", Required = true };
        Command command = new("import", "Read a backup from the device itself into a file, still encrypted; 'backup open' opens it");
        device.AddTo(command);
        command.Add(slot);
        command.Add(output);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            string file = context.Parsed.GetRequiredValue(output);
            AtomicFile.EnsureCreatable(file);
            await using IKeyStore keyStore = await context.OpenAsync(
                device.One(context.Parsed), device.Connect(context.Parsed), cancellationToken).ConfigureAwait(false);
            StorageReceipt receipt = await DeviceBackups.ImportAsync(
                keyStore.Require<IBackupStorage>("store backups"), context.Parsed.GetValue(slot), cancellationToken).ConfigureAwait(false);
            AtomicFile.Write(file, receipt.File.Span, overwrite: false, cancellationToken);
            BackupImportedAnswer answer = new(
                file,
                keyStore.Info.Uri,
                receipt.Backup,
                receipt.File.Length,
                Convert.ToHexStringLower(SHA256.HashData(receipt.File.Span)),
                receipt.Slots);
            context.Answer.Give(answer, json => json.BackupImportedAnswer, text => text.WriteLine(
                $"{answer.File}: the backup {answer.Backup}, {answer.Size} bytes from "
                + $"{(answer.Slots.Count == 1 ? "slot" : "slots")} {string.Join(", ", answer.Slots)}"));
            return 0;
        }));
        return command;
    }
}
