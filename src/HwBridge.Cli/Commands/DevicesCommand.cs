using System.CommandLine;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;

namespace HwBridge.Cli.Commands;

/// <summary><c>devices</c>: what is there, without anything that a person would have to confirm.</summary>
internal static class DevicesCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Command command = new("devices", "List devices, their state and what they can do");
        device.AddTo(command);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            IReadOnlyList<DeviceUri> named = device.All(context.Parsed);
            List<DeviceAnswer> rows = [];
            if (named.Count == 0)
            {
                rows.AddRange(await DescribeAttachedAsync(context, cancellationToken).ConfigureAwait(false));
                if (rows.Count == 0)
                {
                    // The software devices are always at hand.
                    named = [DeviceUri.Parse("emulator:ledger"), DeviceUri.Parse("emulator:trezor")];
                    context.Answer.Note(
                        "no wallet is attached; a socket is named with --device. The embedded software devices (not wallets):");
                }
            }

            FaultException? failed = null;
            foreach (DeviceUri uri in named)
            {
                try
                {
                    await using IKeyStore keyStore =
                        await context.OpenAsync(uri, device.Connect(context.Parsed), cancellationToken).ConfigureAwait(false);
                    rows.Add(DeviceAnswer.Of(keyStore.Info));
                }
                catch (FaultException fault) when (named.Count > 1)
                {
                    // One that is away must not hide the others.
                    context.Answer.Warn($"{fault.Message}. {fault.Remedy}");
                    failed ??= fault;
                }
            }

            context.Answer.Give(rows, json => json.IReadOnlyListDeviceAnswer, text =>
            {
                foreach (DeviceAnswer row in rows)
                {
                    string? app = row.App is null ? null : $"{row.App.Name} {row.App.Version}";
                    string software = string.Join(' ', new[] { row.Model, row.Firmware, app }.Where(part => part is not null));
                    string able = row.Capabilities.Count == 0 ? "nothing now" : string.Join(", ", row.Capabilities);
                    text.WriteLine($"{row.Uri}  {row.State}  {software}".TrimEnd());
                    text.WriteLine($"    can: {able}; validator keys: {row.ValidatorKeyOrigin}");
                }
            });
            return failed?.Fault.ExitCode() ?? 0;
        }));
        return command;
    }

    private static async Task<IReadOnlyList<DeviceAnswer>> DescribeAttachedAsync(
        CommandContext context, CancellationToken cancellationToken)
    {
        List<DeviceAnswer> rows = [];
        foreach (AttachedDevice attached in AttachedDevices.OfSystem.List())
        {
            (KeyStoreInfo info, string? holder) =
                await DeviceConnector.DescribeAsync(attached, context.Person, cancellationToken).ConfigureAwait(false);
            if (holder is not null)
            {
                context.Answer.Warn($"{info.Uri} is in use by {holder}, so it was not asked for its state");
            }

            rows.Add(DeviceAnswer.Of(info));
        }

        return rows;
    }
}
