using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using HwBridge.Backups.Files;
using HwBridge.Cli.Embedded;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Emulators.Usb;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Cli.Commands;

/// <summary><c>emulator ledger|trezor</c>: the software device behind the same socket as the makers' emulators.</summary>
internal static class EmulatorCommand
{
    private const int MaxSeedFile = 4096;

    internal static Command Create(CommandRunner runner) => new(
        "emulator",
        "A software device behind the same socket as the maker's own emulator. Not a wallet")
    {
        Ledger(runner),
        Trezor(runner),
    };

    private static Command Ledger(CommandRunner runner)
    {
        Option<int> port = Port(9999, "TCP port of the APDU socket on 127.0.0.1");
        Option<string> seed = SeedFile();
        Option<string> approve = Approve();
        Option<string> model = new("--model")
        {
            Description = "nanosp (default), nanox, stax or flex",
            DefaultValueFactory = _ => "nanosp",
        };
        model.AcceptOnlyFromAmong("nanosp", "nanox", "stax", "flex");
        Option<string> state = new("--state")
        {
            Description = "ready (default: the Ethereum app is open), openpgp (that app is), locked, or dashboard (no app open)",
            DefaultValueFactory = _ => "ready",
        };
        state.AcceptOnlyFromAmong("ready", "openpgp", "locked", "dashboard");
        Option<bool> realPace = new("--real-pace") { Description = "Answer no sooner than the real app does: 200 ms for a validator key" };

        Option<bool> uhid = new("--uhid")
        {
            Description = "Plug it into this computer as a HID device (by /dev/uhid, as root) instead: for any program that looks for a Ledger",
        };

        Option<int?> usbip = Usbip();
        Option<bool> blindSigning = new("--blind-signing") { Description = "Switch on the Ethereum app's setting of that name" };
        Option<bool> debugContracts = new("--debug-contracts") { Description = "Switch on the Ethereum app's setting of that name" };

        Command command = new("ledger", "A Ledger with its Ethereum and OpenPGP apps; what these store lasts until it is stopped");
        foreach (Option option in (Option[])[port, seed, approve, model, state, realPace, uhid, usbip, blindSigning, debugContracts])
        {
            command.Add(option);
        }

        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            using Bip39Mnemonic mnemonic = await ReadSeedAsync(
                context,
                seed,
                PublishedSeeds.Ledger,
                cancellationToken).ConfigureAwait(false);
            using SecretBuffer bytes = mnemonic.DeriveSeed();
            SoftwareLedgerOptions options = new()
            {
                Model = Enum.Parse<LedgerModel>(context.Parsed.GetValue(model)!, ignoreCase: true),
                RealPace = context.Parsed.GetValue(realPace),
                LeavesOnAppChange = context.Parsed.GetValue(uhid),
            };
            await using SoftwareLedger device = new(bytes.Span, Screen(context, approve), options)
            {
                State = Enum.Parse<SoftwareLedgerState>(context.Parsed.GetValue(state)!, ignoreCase: true),
                EthereumSettings =
                {
                    BlindSigning = context.Parsed.GetValue(blindSigning),
                    DebugContracts = context.Parsed.GetValue(debugContracts),
                },
            };
            if (context.Parsed.GetValue(uhid))
            {
                await using UhidServer plugged = UhidServer.Start(device);
                HidrawNode node = await plugged.WaitForNodeAsync(cancellationToken).ConfigureAwait(false);
                return await ListenAsync(context, $"{DeviceUri.HidScheme}{node.Path}", plugged.Completion, cancellationToken).ConfigureAwait(false);
            }

            if (context.Parsed.GetResult(usbip) is not null)
            {
                await using UsbipServer attachable =
                    UsbipServer.Start(device, UsbDescription.Ledger(options.Model), UsbipPort(context, usbip));
                return await ListenUsbipAsync(context, attachable, cancellationToken).ConfigureAwait(false);
            }

            await using ApduSocketServer server = ApduSocketServer.Start(device, context.Parsed.GetValue(port));
            return await ListenAsync(context, $"ledger+tcp://{server.EndPoint}", server.Completion, cancellationToken)
                .ConfigureAwait(false);
        }));
        return command;
    }

    private static Command Trezor(CommandRunner runner)
    {
        Option<int> port = Port(21324, "UDP port on 127.0.0.1");
        Option<string> seed = SeedFile();
        Option<string> approve = Approve();
        Option<string> model = new("--model")
        {
            Description = "t2t1 (Model T, default), t1b1 (Model One), or t3w1 (speaks only THP, which it refuses to do here)",
            DefaultValueFactory = _ => "t2t1",
        };
        model.AcceptOnlyFromAmong("t2t1", "t1b1", "t3w1");
        Option<string> pin = new("--pin-file") { Description = "A file with the PIN; the device starts locked", HelpName = "FILE" };
        Option<bool> passphrase = new("--passphrase-protection") { Description = "Ask each session for a passphrase" };

        Option<int?> usbip = Usbip();
        Command command = new("trezor", "A Trezor that speaks protocol v1");
        foreach (Option option in (Option[])[port, seed, approve, model, pin, passphrase, usbip])
        {
            command.Add(option);
        }

        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            using Bip39Mnemonic mnemonic = await ReadSeedAsync(
                context,
                seed,
                PublishedSeeds.Trezor,
                cancellationToken).ConfigureAwait(false);
            SoftwareTrezorOptions options = new()
            {
                Flavour = context.Parsed.GetValue(model) switch
                {
                    "t1b1" => TrezorFlavour.Legacy,
                    "t3w1" => TrezorFlavour.ThpOnly,
                    _ => TrezorFlavour.Core,
                },
                Mnemonic = mnemonic,
                Label = "HwBridge",
                Pin = context.Parsed.GetValue(pin) is { } file
                    ? (await ReadTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim()
                    : null,
                PassphraseProtection = context.Parsed.GetValue(passphrase),
            };
            await using SoftwareTrezor device = new(options, Screen(context, approve));
            if (context.Parsed.GetResult(usbip) is not null)
            {
                await using UsbipServer attachable =
                    UsbipServer.Start(device, UsbDescription.Trezor(options.Flavour), UsbipPort(context, usbip));
                return await ListenUsbipAsync(context, attachable, cancellationToken).ConfigureAwait(false);
            }

            await using TrezorUdpServer server = TrezorUdpServer.Start(device, context.Parsed.GetValue(port));
            return await ListenAsync(context, $"trezor+udp://{server.EndPoint}", server.Completion, cancellationToken)
                .ConfigureAwait(false);
        }));
        return command;
    }

    private static Option<int> Port(int standard, string description)
    {
        Option<int> port = new("--port")
        {
            Description = $"{description} (default {standard}; 0 for any free one)",
            HelpName = "N",
            DefaultValueFactory = _ => standard,
        };
        port.Validators.Add(result => CheckPort(result, result.GetValueOrDefault<int>()));
        return port;
    }

    private static Option<int?> Usbip()
    {
        Option<int?> usbip = new("--usbip")
        {
            Description = "Offer it as a USB device to the usbip tool of Linux on this TCP port of 127.0.0.1 instead "
                + $"(default {UsbipServer.DefaultPort}; 0 for any free one): for any program that looks for one",
            HelpName = "N",
            Arity = ArgumentArity.ZeroOrOne,
        };
        usbip.Validators.Add(result => CheckPort(result, result.GetValueOrDefault<int?>() ?? 0));
        return usbip;
    }

    private static int UsbipPort(CommandContext context, Option<int?> usbip) => context.Parsed.GetValue(usbip) ?? UsbipServer.DefaultPort;

    private static void CheckPort(OptionResult result, int number)
    {
        if (number is < 0 or > 65535)
        {
            result.AddError($"{result.Option.Name} takes 0 to 65535.");
        }
    }

    private static Option<string> SeedFile() => new("--seed-file")
    {
        Description = "A file with a BIP-39 mnemonic (default: the published test seed of the maker's emulator)",
        HelpName = "FILE",
    };

    private static Option<string> Approve()
    {
        Option<string> approve = new("--approve")
        {
            Description = "always (default), never, or ask at this terminal; what is entered on the device itself needs ask",
            DefaultValueFactory = _ => "always",
        };
        approve.AcceptOnlyFromAmong("always", "never", "ask");
        return approve;
    }

    private static IDeviceScreen Screen(CommandContext context, Option<string> approve) => context.Parsed.GetValue(approve) switch
    {
        "ask" => new TerminalScreen(Console.Error, Console.In),
        string policy => new PolicyScreen(policy == "always", context.Answer.Notes),
        null => throw new FaultException(Fault.Usage, "--approve needs a value", "Give always, never or ask."),
    };

    private static async Task<Bip39Mnemonic> ReadSeedAsync(
        CommandContext context,
        Option<string> seed,
        Func<Bip39Mnemonic> published,
        CancellationToken cancellationToken)
    {
        if (context.Parsed.GetValue(seed) is not { } file)
        {
            context.Answer.Note("the seed is the published one of the maker's tests: nothing real belongs under it");
            return published();
        }

        context.Answer.Warn("a software device keeps its seed in this computer's memory: give it no seed that holds money");
        string words = await ReadTextAsync(file, cancellationToken).ConfigureAwait(false);
        try
        {
            return Bip39Mnemonic.Parse(words);
        }
        catch (FaultException fault)
        {
            throw fault.Within(file);
        }
    }

    private static async Task<string> ReadTextAsync(string file, CancellationToken cancellationToken)
    {
        using SecretBuffer text = await InputFile.ReadSecretAsync(file, MaxSeedFile, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(text.Span);
    }

    private static Task<int> ListenUsbipAsync(CommandContext context, UsbipServer server, CancellationToken cancellationToken)
    {
        context.Answer.Note(
            $"plug it in: sudo modprobe vhci-hcd; sudo usbip --tcp-port {server.EndPoint.Port} attach -r {server.EndPoint.Address} -b {UsbipServer.BusId}");
        return ListenAsync(context, $"usbip://{server.EndPoint}", server.Completion, cancellationToken);
    }

    /// <summary>Says where the device is and waits for Ctrl-C, which is how an emulator normally ends, or for what breaks it.</summary>
    private static async Task<int> ListenAsync(
        CommandContext context, string address, Task completion, CancellationToken cancellationToken)
    {
        context.Answer.Give(
            new ListeningAnswer(address),
            json => json.ListeningAnswer,
            text => text.WriteLine($"listening on {address}"));
        context.Answer.Write();
        Task ended = await Task.WhenAny(completion, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
        if (ended == completion)
        {
            await completion.ConfigureAwait(false);
        }

        return Fault.Cancelled.ExitCode();
    }
}
