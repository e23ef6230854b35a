using System.Globalization;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Usb;

/// <summary>The USB devices of this machine, read from sysfs: nothing is opened in order to list them.</summary>
/// <remarks>
/// A device that has just left, or whose attributes make no sense, is left out; it does not hide the others.
/// <code>
///   SYS/bus/usb/devices/1-2.3/   idVendor, idProduct, bcdDevice (hex), busnum, devnum, product, descriptors
/// </code>
/// </remarks>
/// <param name="sysRoot">Where sysfs is mounted.</param>
/// <param name="devRoot">Where the nodes are.</param>
public sealed class UsbBus(string sysRoot, string devRoot) : INodeBus
{
    /// <summary>Those of the running system.</summary>
    public static UsbBus OfSystem { get; } = new("/sys", "/dev");

    /// <summary>Every device, in the order of buses and ports.</summary>
    public IReadOnlyList<UsbNode> List()
    {
        string folder = Path.Combine(sysRoot, "bus", "usb", "devices");
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(folder)
                    .Select(entry => Path.GetFileName(entry))
                    .Where(IsPort)
                    .OrderBy(Order, StringComparer.Ordinal)
                    .Select(port => TryRead(Path.Combine(folder, port), port))
                    .OfType<UsbNode>(),
            ];
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            // No such bus: a kernel without USB, or a container.
            return [];
        }
    }

    IReadOnlyList<DeviceNode> INodeBus.List() => List();

    /// <summary>Whether a text has the form <c>BUS-PORT[.PORT…]</c>, which root hubs and interfaces have not.</summary>
    public static bool IsPort(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && text.Split('-', '.') is { Length: >= 2 } numbers
            && numbers.All(number => number.Length is > 0 and <= 3 && number.All(char.IsAsciiDigit))
            && text.LastIndexOf('-') == dash
            && (text.IndexOf('.', StringComparison.Ordinal) is var dot && (dot < 0 || dot > dash));
    }

    private static string Order(string port) => string.Join('.', port.Split('-', '.').Select(number => number.PadLeft(3, '0')));

    private UsbNode? TryRead(string device, string port)
    {
        if (!TryReadNumber(device, "idVendor", NumberStyles.AllowHexSpecifier, out ushort vendor)
            || !TryReadNumber(device, "idProduct", NumberStyles.AllowHexSpecifier, out ushort product)
            || !TryReadNumber(device, "busnum", NumberStyles.None, out ushort bus)
            || !TryReadNumber(device, "devnum", NumberStyles.None, out ushort number))
        {
            return null;
        }

        _ = TryReadNumber(device, "bcdDevice", NumberStyles.AllowHexSpecifier, out ushort release);
        return new UsbNode(
            Path.Combine(devRoot, "bus", "usb", bus.ToString("d3", CultureInfo.InvariantCulture), number.ToString("d3", CultureInfo.InvariantCulture)),
            vendor,
            product,
            SysfsAttribute.Printable(SysfsAttribute.TryReadText(Path.Combine(device, "product")) ?? string.Empty),
            port,
            release,
            UsbDescriptors.FindVendorInterface(SysfsAttribute.TryRead(Path.Combine(device, "descriptors"))));
    }

    private static bool TryReadNumber(string device, string attribute, NumberStyles style, out ushort number)
    {
        number = 0;
        return SysfsAttribute.TryReadText(Path.Combine(device, attribute)) is { } text
            && ushort.TryParse(text, style, CultureInfo.InvariantCulture, out number);
    }
}
