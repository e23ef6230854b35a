using System.Diagnostics;
using System.Formats.Tar;
using System.Text;

namespace HwBridge.UsbVm;

/// <summary>Debian's stock kernel, a few of its modules, busybox, udev and usbip: downloaded by apt, unpacked, never installed.</summary>
internal sealed class DebianKernel
{
    /// <summary>Where in the kernel's package the modules lie that a guest may need.</summary>
    private static readonly string[] Folders =
    [
        "/kernel/drivers/virtio/", "/kernel/net/9p/", "/kernel/fs/9p/", "/kernel/fs/netfs/", "/kernel/fs/fscache/", "/kernel/fs/overlayfs/", "/kernel/drivers/hid/",
        "/kernel/drivers/usb/",
    ];

    /// <summary>What the guest loads; what these depend on comes first.</summary>
    private static readonly string[] Wanted = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "hid_generic", "usbhid", "uhid", "vhci_hcd"];

    /// <summary>How the packages' files begin; from the third on, programs for the guest.</summary>
    private static readonly string[] Packages = ["linux-image-", "busybox-static_", "udev_", "libkmod2_", "usbip_"];

    private readonly Dictionary<string, byte[]> _modules = [];

    private DebianKernel(string image, byte[] busybox) => (Image, Busybox) = (image, busybox);

    /// <summary>The kernel's file, for qemu.</summary>
    internal string Image { get; }

    /// <summary>The static busybox.</summary>
    internal byte[] Busybox { get; }

    /// <summary>The modules to load, in this order.</summary>
    internal IReadOnlyList<(string Name, byte[] Content)> Modules
    {
        get
        {
            List<(string, byte[])> ordered = [];
            foreach (string name in Wanted)
            {
                Add(name);
            }

            return ordered;

            void Add(string name)
            {
                if (ordered.Exists(module => module.Item1 == name))
                {
                    return;
                }

                byte[] content = _modules.TryGetValue(name, out byte[]? found)
                    ? found
                    : throw new InvalidOperationException($"the kernel's package has no module {name} where modules are looked for");
                foreach (string needed in Dependencies(content))
                {
                    Add(needed);
                }

                ordered.Add((name, content));
            }
        }
    }

    /// <summary>Downloads the packages into a folder, or takes those that an earlier run left there.</summary>
    internal static async Task<DebianKernel> ObtainAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!Packages.All(name => Package(folder, name) is not null))
        {
            string depends = await HostTool.RunAsync(folder, "apt-cache", "depends", "linux-image-amd64").ConfigureAwait(false);
            string image = depends.Split(' ', '\n').First(word => word.StartsWith("linux-image-", StringComparison.Ordinal) && char.IsAsciiDigit(word[12]));
            await HostTool.RunAsync(folder, "apt-get", ["download", "-qq", image, .. Packages[1..].Select(name => name.TrimEnd('_'))]).ConfigureAwait(false);
        }

        foreach (string package in Packages[2..])
        {
            await HostTool.RunAsync(folder, "dpkg-deb", "-x", Package(folder, package)!, Path.Combine(folder, "udev")).ConfigureAwait(false);
        }

        byte[]? busybox = null;
        await UnpackAsync(Package(folder, Packages[1])!, (name, content) => busybox = name == "/bin/busybox" ? content : busybox).ConfigureAwait(false);
        string vmlinuz = Path.Combine(folder, "vmlinuz");
        DebianKernel kernel = new(vmlinuz, busybox ?? throw new InvalidOperationException("busybox-static has no /bin/busybox"));
        await UnpackAsync(Package(folder, Packages[0])!, (name, content) =>
        {
            if (name.StartsWith("/boot/vmlinuz-", StringComparison.Ordinal))
            {
                File.WriteAllBytes(vmlinuz, content);
            }
            else if (name.EndsWith(".ko", StringComparison.Ordinal) && Folders.Any(place => name.Contains(place, StringComparison.Ordinal)))
            {
                kernel._modules[Path.GetFileNameWithoutExtension(name).Replace('-', '_')] = content;
            }
        }).ConfigureAwait(false);
        return kernel;
    }

    private static string? Package(string folder, string name) => Directory.EnumerateFiles(folder, $"{name}*.deb").FirstOrDefault();

    private static async Task UnpackAsync(string package, Action<string, byte[]> take)
    {
        using Process unpacking = HostTool.Start(Path.GetDirectoryName(package)!, "dpkg-deb", "--fsys-tarfile", package);
        Stream archive = unpacking.StandardOutput.BaseStream;
        TarReader reader = new(archive, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync().ConfigureAwait(false) is { } entry)
            {
                if (entry is { EntryType: TarEntryType.RegularFile, DataStream: { } data })
                {
                    byte[] content = new byte[data.Length];
                    await data.ReadExactlyAsync(content).ConfigureAwait(false);
                    take(entry.Name.TrimStart('.'), content);
                }
            }
        }

        // The archive is padded behind its end.
        await archive.CopyToAsync(Stream.Null).ConfigureAwait(false);
        await HostTool.EndAsync(unpacking).ConfigureAwait(false);
    }

    /// <summary>A module says in its section .modinfo what it needs: <c>depends=a,b</c>, ended by a zero.</summary>
    private static string[] Dependencies(byte[] module)
    {
        int at = module.AsSpan().IndexOf("\0depends="u8);
        if (at < 0)
        {
            return [];
        }

        ReadOnlySpan<byte> value = module.AsSpan(at + "\0depends=".Length);
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)0)]).Replace('-', '_').Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
