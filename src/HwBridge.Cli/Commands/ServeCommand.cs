using System.CommandLine;
using System.Globalization;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Devices;
using HwBridge.SigningBridge;
using HwBridge.SigningBridge.Guards;
using HwBridge.SigningBridge.Rules;

namespace HwBridge.Cli.Commands;

/// <summary><c>serve</c>: the signing bridge, until Ctrl-C.</summary>
internal static class ServeCommand
{
    private const string RuntimeFolder = "XDG_RUNTIME_DIR";
    private const string DefaultAccount = "m/44'/60'/0'/0/0";

    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<string> socket = new("--socket")
        {
            Description = "The Unix socket, in a folder that is yours alone (default $XDG_RUNTIME_DIR/hwbridge/bridge.sock)",
            HelpName = "PATH",
        };
        Option<int?> port = Port("--port", "A port of 127.0.0.1 and [::1] instead of the socket (0 for any free one)");
        Option<int?> page = Port("--page", "Show the requests to a browser too, on this port (0 for any free one)");
        Option<string> token = new("--token-file")
        {
            Description = "Where the bearer token stands, mode 0600; made when it is not there (default $XDG_STATE_HOME/hwbridge/bridge.token)",
            HelpName = "FILE",
        };
        Option<string[]> origins = new("--allow-origin")
        {
            Description = "A web page's origin that may ask, such as https://example.org; none without it",
            HelpName = "ORIGIN",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string> allow = new("--allow")
        {
            Description = "Rules of what may reach the device at all: method, chain, recipient, amount a day (protocols/hwbridge/bridge.md)",
            HelpName = "FILE",
        };
        Option<string[]> account = new("--account")
        {
            Description = $"A path whose account is offered (default {DefaultAccount}); may be given several times",
            HelpName = "PATH",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string> network = new("--network")
        {
            Description = "mainnet (default), hoodi, sepolia or holesky: the chain where a request names none, and the network of registrations",
            DefaultValueFactory = _ => Network.Mainnet.Name,
        };
        network.AcceptOnlyFromAmong([.. Network.Known.Select(static known => known.Name)]);
        Option<string> index = new("--index") { Description = "Validators whose public keys are told (default 0)", HelpName = "0-9", DefaultValueFactory = _ => "0" };
        Option<bool> consensus = new("--allow-consensus")
        {
            Description = "Also sign exits, deposits, registrations and BLS-to-execution changes, with keys of --backup",
        };
        Option<string> backup = new("--backup") { Description = "The backup that the device opens for each of them", HelpName = "FILE" };
        Option<double> deadline = new("--deadline")
        {
            Description = "Minutes that a person has for one request on the device (default 10)",
            HelpName = "MINUTES",
            DefaultValueFactory = _ => 10,
        };
        Option<string> log = new("--log") { Description = "Append a JSON object a line for each event, without contents", HelpName = "FILE" };

        Command command = new("serve", "The signing bridge: other programs ask the wallet for signatures, each shown here and confirmed on the device");
        device.AddTo(command);
        foreach (Option option in (Option[])[socket, port, page, token, origins, allow, account, network, index, consensus, backup, deadline, log])
        {
            command.Add(option);
        }

        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            DeviceUri uri = device.One(parsed);
            Network chosen = Network.Named(parsed.GetValue(network)!)!;
            using TextWriter? events = parsed.GetValue(log) is { } file ? OpenLog(file) : null;
            BridgeOptions options = new()
            {
                SocketPath = Socket(parsed.GetValue(socket), parsed.GetValue(port)),
                Port = parsed.GetValue(port),
                PagePort = parsed.GetValue(page),
                TokenFile = parsed.GetValue(token) ?? Path.Combine(StateFolder.Path, "bridge.token"),
                AllowedOrigins = [.. (parsed.GetValue(origins) ?? []).Select(ReadOrigin)],
                Rules = parsed.GetValue(allow) is { } rules
                    ? BridgeRules.Parse(await InputFile.ReadAsync(rules, BridgeRules.MaxFileSize, cancellationToken).ConfigureAwait(false), rules)
                    : null,
                ChainId = chosen.ChainId,
                Network = chosen,
                Accounts = [.. (parsed.GetValue(account) is { Length: > 0 } given ? given : [DefaultAccount]).Distinct().Select(ReadAccount)],
                Validators = [.. IndexList.Parse(parsed.GetValue(index)!, "--index").Select(ValidatorKeyPath.Signing)],
                Backup = ReadBackup(parsed.GetValue(consensus), parsed.GetValue(backup)),
                PersonDeadline = ReadDeadline(parsed.GetValue(deadline)),
                Log = events ?? (context.Answer.IsVerbose ? context.Answer.Notes : null),
            };
            using ExclusiveUse? held = uri.Route == DeviceRoute.Embedded ? null : ExclusiveUse.OfDevice(StateFolder.Path, uri.Text);
            BridgeServer bridge = await BridgeServer.StartAsync(
                options, token => context.OpenAsync(uri, device.Connect(parsed), token), context.Person, cancellationToken).ConfigureAwait(false);
            await using (bridge.ConfigureAwait(false))
            {
                context.Answer.Give(
                    new ServingAnswer(bridge.Address, uri.Text, options.TokenFile),
                    static json => json.ServingAnswer,
                    text => text.WriteLine($"serving {uri.Text} on {bridge.Address}, token in {options.TokenFile}"));
                context.Answer.Write();
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return Fault.Cancelled.ExitCode();
        }));
        return command;
    }

    private static Option<int?> Port(string name, string description)
    {
        Option<int?> port = new(name) { Description = description, HelpName = "N" };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > 65535)
            {
                result.AddError($"{name} takes 0 to 65535.");
            }
        });
        return port;
    }

    private static string? Socket(string? path, int? port)
    {
        if (path is not null || port is not null)
        {
            return path is null || port is null
                ? path
                : throw new FaultException(Fault.Usage, "a socket and a port were named", "Give --socket or --port, not both.");
        }

        return Environment.GetEnvironmentVariable(RuntimeFolder) is { Length: > 0 } folder
            ? Path.Combine(folder, "hwbridge", "bridge.sock")
            : throw new FaultException(Fault.Usage, $"{RuntimeFolder} is not set, so the socket has no place", "Give --socket PATH, or --port N.");
    }

    private static string ReadOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text
            ? text
            : throw new FaultException(Fault.Usage, $"--allow-origin {text} is no origin", "Write scheme, name and port alone: https://example.org");

    private static Bip32Path ReadAccount(string text) => Bip32Path.TryParse(text, out Bip32Path? path)
        ? path
        : throw new FaultException(Fault.Usage, $"--account {text} is no path", $"Write it as {DefaultAccount}.");

    private static string? ReadBackup(bool isAllowed, string? file)
    {
        if (isAllowed != (file is not null))
        {
            throw new FaultException(
                Fault.Usage, "signatures of the consensus layer need both a switch and a backup", "Give --allow-consensus and --backup FILE, or neither.");
        }

        return file is null || File.Exists(file)
            ? file
            : throw new FaultException(Fault.BadInput, $"{file}: there is no such file", "Check the name and the folder.");
    }

    private static TimeSpan ReadDeadline(double minutes) => minutes is > 0 and <= 24 * 60
        ? TimeSpan.FromMinutes(minutes)
        : throw new FaultException(
            Fault.Usage, string.Create(CultureInfo.InvariantCulture, $"--deadline {minutes} is no time that somebody would wait"), "Give minutes, up to 1440.");

    private static StreamWriter OpenLog(string path)
    {
        try
        {
            return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(Fault.Io, $"{path}: {failure.Message}", "Name another file with --log.", failure);
        }
    }
}
