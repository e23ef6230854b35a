using System.Globalization;
using HwBridge.Core.Faults;
using HwBridge.Transports.Usb;

namespace HwBridge.Devices;

/// <summary>How a person names a device (see <c>--device</c>).</summary>
/// <param name="Text">As given.</param>
/// <param name="Maker"><c>ledger</c>, <c>trezor</c>, or null where the URI does not tell.</param>
/// <param name="Route">Which way leads to it.</param>
/// <param name="Host">The host of a socket.</param>
/// <param name="Port">The port of a socket.</param>
public sealed record DeviceUri(string Text, string? Maker, DeviceRoute Route, string Host = "", int Port = 0)
{
    /// <summary>What stands before the path of a HID node.</summary>
    public const string HidScheme = "hid:";

    /// <summary>What stands before the place of a USB device.</summary>
    public const string UsbScheme = "usb:";

    private const string Forms =
        "ledger, trezor, hid:/dev/hidrawN, usb:BUS-PORT[.PORT…], ledger+tcp://HOST:PORT, trezor+udp://HOST:PORT, trezor+bridge, "
        + "emulator:ledger or emulator:trezor";

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: none of the known forms.</exception>
    public static DeviceUri Parse(string text) => text switch
    {
        "ledger" or "trezor" => new(text, text, DeviceRoute.Attached),
        "emulator:ledger" => new(text, "ledger", DeviceRoute.Embedded),
        "emulator:trezor" => new(text, "trezor", DeviceRoute.Embedded),
        "trezor+bridge" => new(text, "trezor", DeviceRoute.Bridge),
        _ when text.StartsWith($"{HidScheme}{(OperatingSystem.IsWindows() ? @"\\?\" : "/dev/")}", StringComparison.Ordinal) => new(text, null, DeviceRoute.Hid),
        _ when text.StartsWith(UsbScheme, StringComparison.Ordinal) => UsbBus.IsPort(text[UsbScheme.Length..])
            ? new(text, null, DeviceRoute.Usb)
            : throw Unknown(text, "needs BUS-PORT[.PORT…] after usb:, such as usb:1-2.3"),
        _ when text.StartsWith("ledger+tcp://", StringComparison.Ordinal) => Socket(text, "ledger", DeviceRoute.Tcp),
        _ when text.StartsWith("trezor+udp://", StringComparison.Ordinal) => Socket(text, "trezor", DeviceRoute.Udp),
        _ => throw Unknown(text, "is none of the known forms"),
    };

    private static DeviceUri Socket(string text, string maker, DeviceRoute route)
    {
        string address = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        int colon = address.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is 0 or > 65535
            || Uri.CheckHostName(address[..colon].Trim('[', ']')) == UriHostNameType.Unknown)
        {
            throw Unknown(text, "needs HOST:PORT after ://");
        }

        return new DeviceUri(text, maker, route, address[..colon].Trim('[', ']'), port);
    }

    private static FaultException Unknown(string text, string why) =>
        new(Fault.Usage, $"the device URI '{Printable(text)}' {why}", $"Give one of {Forms}.");

    private static string Printable(string text) =>
        string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
