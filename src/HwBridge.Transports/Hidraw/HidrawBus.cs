using System.Globalization;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Hidraw;

/// <summary>The raw HID nodes of this machine, read from sysfs: nothing is opened in order to list them.</summary>
/// <remarks>
/// An interface that has just left, or whose attributes make no sense, is left out; it does not hide the others.
/// <code>
///   SYS/class/hidraw/hidraw0/device/uevent              HID_ID=0003:00002C97:00005011, HID_NAME=…, HID_PHYS=usb-0000:00:14.0-2/input0
///   SYS/class/hidraw/hidraw0/device/report_descriptor   what the interface is for
/// </code>
/// </remarks>
/// <param name="sysRoot">Where sysfs is mounted.</param>
/// <param name="devRoot">Where the nodes are.</param>
public sealed class HidrawBus(string sysRoot, string devRoot) : INodeBus
{
    /// <summary>Those of the running system.</summary>
    public static HidrawBus OfSystem { get; } = new("/sys", "/dev");

    /// <summary>Every node, in the order of their numbers.</summary>
    public IReadOnlyList<HidrawNode> List()
    {
        string folder = Path.Combine(sysRoot, "class", "hidraw");
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(folder)
                    .Select(entry => Path.GetFileName(entry))
                    .Where(name => Number(name) is not null)
                    .OrderBy(Number)
                    .Select(name => TryRead(Path.Combine(folder, name, "device"), Path.Combine(devRoot, name)))
                    .OfType<HidrawNode>(),
            ];
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            // No such class: a kernel without HID, or a container.
            return [];
        }
    }

    IReadOnlyList<DeviceNode> INodeBus.List() => List();

    private static int? Number(string name) =>
        name.StartsWith("hidraw", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan("hidraw".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static HidrawNode? TryRead(string device, string path)
    {
        if (SysfsAttribute.TryReadText(Path.Combine(device, "uevent")) is not { } uevent)
        {
            return null;
        }

        string id = string.Empty;
        string name = string.Empty;
        string phys = string.Empty;
        foreach (string line in uevent.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = line[(equals + 1)..];
            switch (equals < 0 ? string.Empty : line[..equals])
            {
                case "HID_ID":
                    id = value;
                    break;
                case "HID_NAME":
                    name = SysfsAttribute.Printable(value);
                    break;
                case "HID_PHYS":
                    phys = value;
                    break;
            }
        }

        // bus:vendor:product, each in hex
        string[] numbers = id.Split(':');
        if (numbers.Length != 3 || !TryParseId(numbers[1], out ushort vendor) || !TryParseId(numbers[2], out ushort product))
        {
            return null;
        }

        (string port, int? number) = SplitPhys(phys);
        byte[] descriptor = SysfsAttribute.TryRead(Path.Combine(device, "report_descriptor")) ?? [];
        return new HidrawNode(path, vendor, product, name, port, number, ReportDescriptor.FirstUsagePage(descriptor))
        {
            IsNumbered = ReportDescriptor.HasReportNumbers(descriptor),
        };
    }

    private static (string Port, int? Interface) SplitPhys(string phys)
    {
        const string Input = "/input";
        int slash = phys.LastIndexOf(Input, StringComparison.Ordinal);
        return slash >= 0
            && int.TryParse(phys.AsSpan(slash + Input.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? (phys[..slash], number)
                : (phys, null);
    }

    private static bool TryParseId(string hex, out ushort id) =>
        ushort.TryParse(hex.TrimStart('0').PadLeft(1, '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
}
