using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Usb;

namespace HwBridge.Shared.Hidraw;

/// <summary>A folder that looks like sysfs and the nodes of a machine with HID and USB devices.</summary>
internal sealed class FakeSystem : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("hwbridge-hid-");
    private int _count;

    internal HidrawBus Bus => new(Path.Combine(_root.FullName, "sys"), DevRoot);

    internal UsbBus Usb => new(Path.Combine(_root.FullName, "sys"), DevRoot);

    internal string DevRoot => Path.Combine(_root.FullName, "dev");

    /// <summary>The descriptor of the interface that carries APDUs: usage page ffa0, 64 bytes in, 64 bytes out.</summary>
    internal static byte[] Apdu { get; } = Convert.FromHexString("06a0ff0901a1010903150026ff00750895408108" + "0904150026ff00750895409108c0");

    /// <summary>A security key's: usage page f1d0.</summary>
    internal static byte[] SecurityKey { get; } = Convert.FromHexString("06d0f10901a1010920150026ff00750895408102" + "0921150026ff00750895409102c0");

    /// <summary>A keyboard's: usage page 1.</summary>
    internal static byte[] Keyboard { get; } = Convert.FromHexString("05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508150025650507190029658100c0");

    /// <summary>A Trezor's: its vendor interface 81/01, the one for its makers 82/02, a security key 83/03.</summary>
    internal static byte[] Trezor { get; } = Convert.FromHexString(
        "12010002000000400912c153000201020301" + "090257000301008032"
        + "0904000002ff000000" + "07058103400001" + "07050103400001"
        + "0904010002ff000000" + "07058203400001" + "07050203400001"
        + "090402000203000000" + "092111010001222200" + "07058303400001" + "07050303400001");

    /// <summary>The report descriptor of a Model One's HID interface for packets.</summary>
    /// <param name="isNumbered">Whether its reports have a number.</param>
    internal static byte[] ModelOne(bool isNumbered) =>
        Convert.FromHexString("0600ff0901a101" + (isNumbered ? "853f" : string.Empty) + "0920150026ff00750895408102" + "0921150026ff00750895409102c0");

    /// <summary>Plugs in a USB device; a null attribute is not there.</summary>
    /// <returns>Its node.</returns>
    internal string AddUsb(string port, string? vendor, string? product, string? name = "TREZOR", string? release = "0200", byte[]? descriptors = null, string number = "4")
    {
        DirectoryInfo device = Directory.CreateDirectory(Path.Combine(_root.FullName, "sys", "bus", "usb", "devices", port));
        string bus = port.Split('-')[0];
        foreach ((string attribute, string? value) in ((string, string?)[])
            [("idVendor", vendor), ("idProduct", product), ("product", name), ("bcdDevice", release), ("busnum", bus), ("devnum", number)])
        {
            if (value is not null)
            {
                File.WriteAllText(Path.Combine(device.FullName, attribute), value + "\n");
            }
        }

        File.WriteAllBytes(Path.Combine(device.FullName, "descriptors"), descriptors ?? Trezor);
        string path = Path.Combine(DevRoot, "bus", "usb", bus.PadLeft(3, '0'), number.PadLeft(3, '0'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        return path;
    }

    /// <summary>Plugs in one interface; the kernel's order of attributes and lines.</summary>
    internal string Add(string id, string name, string phys, byte[]? descriptor, string bus = "0003") => AddRaw(
        $"DRIVER=hid-generic\nHID_ID={bus}:{id}\nHID_NAME={name}\nHID_PHYS={phys}\nHID_UNIQ=0001\nMODALIAS=hid:b0003g0001v00002C97p00005011\n",
        descriptor);

    internal string AddRaw(string? uevent, byte[]? descriptor)
    {
        string node = $"hidraw{_count++}";
        DirectoryInfo device = Directory.CreateDirectory(Path.Combine(_root.FullName, "sys", "class", "hidraw", node, "device"));
        Directory.CreateDirectory(DevRoot);
        if (uevent is not null)
        {
            File.WriteAllText(Path.Combine(device.FullName, "uevent"), uevent);
        }

        if (descriptor is not null)
        {
            File.WriteAllBytes(Path.Combine(device.FullName, "report_descriptor"), descriptor);
        }

        string path = Path.Combine(DevRoot, node);
        File.WriteAllBytes(path, []);
        return path;
    }

    internal void Remove(string path)
    {
        File.Delete(path);
        Directory.Delete(Path.Combine(_root.FullName, "sys", "class", "hidraw", Path.GetFileName(path)), recursive: true);
    }

    /// <summary>A file where a node's name should be a folder, and other things that are no nodes.</summary>
    internal void AddStrayEntries()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root.FullName, "sys", "class", "hidraw")).FullName;
        File.WriteAllText(Path.Combine(folder, "hidraw900"), "no folder");
        Directory.CreateDirectory(Path.Combine(folder, "hidraw"));
        Directory.CreateDirectory(Path.Combine(folder, "hidraw-1"));
        Directory.CreateDirectory(Path.Combine(folder, "event3"));
    }

    public void Dispose() => _root.Delete(recursive: true);
}
