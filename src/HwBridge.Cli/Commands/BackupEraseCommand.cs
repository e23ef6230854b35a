using System.CommandLine;
using HwBridge.Backups.Storage;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup erase</c>: a slot, and the whole backup that it belongs to, is overwritten and emptied.</summary>
internal static class BackupEraseCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<int?> slot = SlotOptions.One("The slot; a backup in it is erased with all of its parts", required: true);
        Option<bool> force = new("--force") { Description = "Erase it even when it holds another program's data" };
        Command command = new("erase", "Overwrite and empty a slot of the device, with all parts of the backup in it");
        device.AddTo(command);
        command.Add(slot);
        command.Add(force);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            await using IKeyStore keyStore = await context.OpenAsync(
                device.One(context.Parsed), device.Connect(context.Parsed), cancellationToken).ConfigureAwait(false);
            IReadOnlyList<int> erased = await DeviceBackups.EraseAsync(
                keyStore.Require<IBackupStorage>("store backups"),
                context.Parsed.GetValue(slot)!.Value,
                context.Parsed.GetValue(force),
                cancellationToken).ConfigureAwait(false);
            BackupErasedAnswer answer = new(keyStore.Info.Uri, erased);
            context.Answer.Give(answer, json => json.BackupErasedAnswer, text => text.WriteLine(
                $"{answer.Device}: {(erased.Count == 1 ? "slot" : "slots")} {string.Join(", ", erased)} overwritten with zeros and emptied"));
            return 0;
        }));
        return command;
    }
}
