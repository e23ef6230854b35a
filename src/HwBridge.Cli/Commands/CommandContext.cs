using System.CommandLine;
using HwBridge.Cli.Embedded;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices;

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
            ? EmbeddedKeyStore.OpenAsync(uri, options, new EmbeddedScreen(answer.Notes), person, cancellationToken)
            : DeviceConnector.OpenAsync(uri, options, person, cancellationToken);
}
