using System.CommandLine;
using HwBridge.Core.Faults;
using HwBridge.Devices;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Cli.Commands;

/// <summary>The options that name devices and say how to open them.</summary>
internal sealed class DeviceOptions
{
    /// <summary>Names the default device.</summary>
    internal const string EnvironmentVariable = "HWBRIDGE_DEVICE";

    /// <summary>A day, in seconds.</summary>
    private const int MaxWait = 86400;

    internal Option<string[]> Device { get; } = new("--device")
    {
        Description = "ledger or trezor (the attached one), hid:/dev/hidrawN, usb:BUS-PORT, trezor+bridge, ledger+tcp://HOST:PORT, trezor+udp://HOST:PORT, emulator:ledger or emulator:trezor (default: $HWBRIDGE_DEVICE)",
        HelpName = "URI",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<string> Passphrase { get; } = new("--passphrase")
    {
        Description = "Trezor with passphrases on: where it comes from: on-device (default), host (asked without echo), none",
        HelpName = "SOURCE",
    };

    internal Option<int> Wait { get; } = new("--wait")
    {
        Description = "Wait until the device is plugged in, unlocked and has the right app open, instead of failing at once",
        HelpName = "SECONDS",
    };

    internal Option<bool> OpenApp { get; } = new("--open-app")
    {
        Description = "Ledger: leave whatever app is open and have the right one opened; you agree on its screen",
    };

    internal DeviceOptions()
    {
        Passphrase.AcceptOnlyFromAmong("on-device", "host", "none");
        Wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > MaxWait)
            {
                result.AddError($"--wait takes 0 to {MaxWait} seconds.");
            }
        });
    }

    internal void AddTo(Command command)
    {
        command.Add(Device);
        command.Add(Passphrase);
        command.Add(Wait);
        command.Add(OpenApp);
    }

    /// <summary>Every device named, or the default one.</summary>
    internal IReadOnlyList<DeviceUri> All(ParseResult parsed)
    {
        string[] given = parsed.GetValue(Device) ?? [];
        return given.Length == 0 ? Standing() : [.. given.Distinct(StringComparer.Ordinal).Select(DeviceUri.Parse)];
    }

    /// <summary>The devices that the environment names, with spaces between them.</summary>
    internal static IReadOnlyList<DeviceUri> Standing()
    {
        string named = Environment.GetEnvironmentVariable(EnvironmentVariable) ?? string.Empty;
        return [.. named.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Select(DeviceUri.Parse)];
    }

    /// <summary>The devices of a command that can't do without one.</summary>
    internal IReadOnlyList<DeviceUri> AtLeastOne(ParseResult parsed) => All(parsed) is { Count: > 0 } named
        ? named
        : throw new FaultException(
            Fault.Usage,
            "no device was named",
            $"Give --device URI, or set {EnvironmentVariable}; 'hwbridge devices' lists what is there.");

    /// <summary>The one device of a command that takes one.</summary>
    internal DeviceUri One(ParseResult parsed)
    {
        IReadOnlyList<DeviceUri> named = AtLeastOne(parsed);
        return named.Count == 1
            ? named[0]
            : throw new FaultException(
                Fault.Usage,
                $"{named.Count} devices were named, and this command takes one",
                $"Give --device once; it goes before {EnvironmentVariable}.");
    }

    /// <summary>How to open it.</summary>
    internal ConnectOptions Connect(ParseResult parsed) => new(
        parsed.GetValue(Passphrase) switch
        {
            "on-device" => PassphraseSource.OnDevice,
            "host" => PassphraseSource.Host,
            "none" => PassphraseSource.None,
            _ => null,
        },
        Wait: TimeSpan.FromSeconds(parsed.GetValue(Wait)),
        OpensApps: parsed.GetValue(OpenApp));
}
