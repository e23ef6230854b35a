using System.CommandLine;
using HwBridge.Backups.Storage;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup list</c>: what each slot of a device holds.</summary>
internal static class BackupListCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Command command = new("list", "What is stored on the device itself; exit code 1 when a backup there is damaged or not whole");
        device.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            await using IKeyStore keyStore = await context.OpenAsync(
                device.One(context.Parsed), device.Connect(context.Parsed), cancellationToken).ConfigureAwait(false);
            IReadOnlyList<SlotContent> contents = await DeviceBackups.ListAsync(
                keyStore.Require<IBackupStorage>("store backups"), cancellationToken).ConfigureAwait(false);
            BackupListedAnswer answer = new(keyStore.Info.Uri, [.. contents.Select(SlotAnswer.Of)]);
            context.Answer.Give(answer, json => json.BackupListedAnswer, text =>
            {
                foreach (SlotAnswer slot in answer.Slots)
                {
                    string part = slot.Backup is null ? string.Empty : $"  {slot.Backup}, part {slot.Part} of {slot.Parts}";
                    text.WriteLine($"{slot.Slot}  {slot.Name,-18}  {slot.Used,4} of {slot.Capacity,4} bytes  {slot.State}{part}");
                }
            });
            bool sound = contents.All(content => content.State is not (SlotState.Incomplete or SlotState.Damaged));
            return sound ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }
}
