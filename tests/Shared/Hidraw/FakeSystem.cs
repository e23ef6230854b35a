using HwBridge.Transports.Hidraw;

namespace HwBridge.Shared.Hidraw;

/// <summary>A folder that looks like sysfs and the nodes of a machine with HID devices.</summary>
internal sealed class FakeSystem : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("hwbridge-hid-");
    private int _count;

    internal HidrawBus Bus => new(Path.Combine(_root.FullName, "sys"), DevRoot);

    internal string DevRoot => Path.Combine(_root.FullName, "dev");

    /// <summary>The descriptor of the interface that carries APDUs: usage page ffa0, 64 bytes in, 64 bytes out.</summary>
    internal static byte[] Apdu { get; } = Convert.FromHexString("06a0ff0901a1010903150026ff00750895408108" + "0904150026ff00750895409108c0");

    /// <summary>A security key's: usage page f1d0.</summary>
    internal static byte[] SecurityKey { get; } = Convert.FromHexString("06d0f10901a1010920150026ff00750895408102" + "0921150026ff00750895409102c0");

    /// <summary>A keyboard's: usage page 1.</summary>
    internal static byte[] Keyboard { get; } = Convert.FromHexString("05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508150025650507190029658100c0");

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
