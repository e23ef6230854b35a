using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Embedded;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices;
using HwBridge.Emulators.Screens;

namespace HwBridge.Cli.Commands;

/// <summary>What a command's body works with: its arguments, its answer, the person and the devices.</summary>
internal sealed class CommandContext(ParseResult parsed, Answer answer, IPerson person)
{
    internal ParseResult Parsed => parsed;

    internal Answer Answer => answer;

    internal IPerson Person => person;

    /// <summary>Opens the device that a URI names; whoever calls disposes it.</summary>
    internal ValueTask<IKeyStore> OpenAsync(DeviceUri uri, ConnectOptions options, CancellationToken cancellationToken) =>
        uri.Route == DeviceRoute.Embedded
            ? EmbeddedKeyStore.OpenAsync(uri, options, new PolicyScreen(approve: true, answer.Notes), person, cancellationToken)
            : DeviceConnector.OpenAsync(uri, options, person, cancellationToken);

    /// <summary>Opens a backup with the first of the named devices that is a recipient; whoever calls disposes the document.</summary>
    internal Task<BackupDocument> OpenBackupAsync(string backup, DeviceOptions devices, CancellationToken cancellationToken) =>
        WithDevicesAsync(devices, open => BackupOpener.OpenAsync(backup, open, person, cancellationToken), cancellationToken);

    /// <summary>Does what needs the named devices, which are open as long.</summary>
    internal async Task<T> WithDevicesAsync<T>(
        DeviceOptions devices, Func<IReadOnlyList<ISealing>, Task<T>> work, CancellationToken cancellationToken)
    {
        List<IKeyStore> open = [];
        try
        {
            foreach (DeviceUri uri in devices.AtLeastOne(parsed))
            {
                open.Add(await OpenAsync(uri, devices.Connect(parsed), cancellationToken).ConfigureAwait(false));
            }

            return await work([.. open.Select(keyStore => keyStore.Require<ISealing>("open backups"))]).ConfigureAwait(false);
        }
        finally
        {
            foreach (IKeyStore keyStore in open)
            {
                await keyStore.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
