using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Trezor;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Usb;
#if VENDOR_USB
using HwBridge.Transports.Vendor.HidNet;
using HwBridge.Transports.Vendor.LibUsb;
#endif

namespace HwBridge.Devices;

/// <summary>Finds the wallets that are plugged in.</summary>
/// <param name="buses">Where Ledgers and the first Model One are (HID), and where every later Trezor is (USB).</param>
public sealed class AttachedDevices(params INodeBus[] buses)
{
    /// <summary>Those of the running system, in a build with <c>-p:VendorUsb=true</c> by the vendors' libraries where the system is not Linux.</summary>
    public static AttachedDevices OfSystem { get; } =
#if VENDOR_USB_ON_LINUX
        new(HidNetBus.OfSystem, LibUsbBus.OfSystem);
#elif VENDOR_USB
        OperatingSystem.IsLinux() ? new(HidrawBus.OfSystem, UsbBus.OfSystem) : new(HidNetBus.OfSystem, LibUsbBus.OfSystem);
#else
        new(HidrawBus.OfSystem, UsbBus.OfSystem);
#endif

    /// <summary>Every wallet, bus after bus: those of HID in the order of the nodes' numbers, the others in the order of buses and ports.</summary>
    public IReadOnlyList<AttachedDevice> List() => [.. Nodes().Select(TryRecognise).OfType<AttachedDevice>()];

    /// <summary>The wallet that a URI without a socket names.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: there is none; <see cref="Fault.Usage"/>: several fit; <see cref="Fault.Unsupported"/>: what is there is
    /// no wallet that this version reaches.
    /// </exception>
    public AttachedDevice Find(DeviceUri uri)
    {
        switch (uri.Route)
        {
            case DeviceRoute.Hid:
                string path = Target(Path.GetFullPath(uri.Text[DeviceUri.HidScheme.Length..]));
                return At(uri, node => node is HidrawNode && node.Path == path, "no HID device has this node");
            case DeviceRoute.Usb:
                string port = uri.Text[DeviceUri.UsbScheme.Length..];
                return At(uri, node => node is UsbNode && node.Port == port, "no USB device is plugged in there");
        }

        string maker = AttachedDevice.NameOf(uri.Maker!);
        AttachedDevice[] fitting = [.. List().Where(device => device.Maker == uri.Maker)];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw new FaultException(
                Fault.DeviceNotFound,
                $"no {maker} is attached",
                "Plug it in with a cable that carries data, and unlock it; 'hwbridge devices' lists what is there."),
            _ => throw new FaultException(
                Fault.Usage,
                $"{fitting.Length} {maker}s are attached: {string.Join(", ", fitting.Select(Describe))}",
                $"Name one of them: --device {fitting[0].Uri.Text}"),
        };
    }

    /// <summary>The same device after it left the bus, as a Ledger does when its app changes: same place, same model.</summary>
    /// <exception cref="FaultException"><see cref="Fault.DeviceNotFound"/>: it is not there (yet), or nobody can tell which one it is.</exception>
    public AttachedDevice FindAgain(AttachedDevice device)
    {
        AttachedDevice[] fitting =
        [
            .. List().Where(other => other.Maker == device.Maker && other.Model == device.Model && other.Node.Port == device.Node.Port),
        ];
        return fitting.Length == 1
            ? fitting[0]
            : throw new FaultException(
                Fault.DeviceNotFound,
                $"{device.Uri.Text} went away and did not come back where it was",
                "Plug it in again, unlock it, then run the command again.");
    }

    private static AttachedDevice? TryRecognise(DeviceNode node) => node switch
    {
        HidrawNode hid => TryRecognise(hid),
        UsbNode usb => TryRecognise(usb),
        _ => null,
    };

    private static AttachedDevice? TryRecognise(HidrawNode node)
    {
        DeviceUri uri = new($"{DeviceUri.HidScheme}{node.Path}", null, DeviceRoute.Hid);
        return (node.VendorId, node.ProductId) switch
        {
            (LedgerUsb.VendorId, _) when IsFor(node, LedgerUsb.UsagePage, LedgerUsb.Interface) =>
                new AttachedDevice(uri, "ledger", LedgerUsb.ModelName(node.ProductId), node),
            (TrezorUsb.HidVendorId, TrezorUsb.HidProductId) when IsFor(node, TrezorUsb.HidUsagePage, TrezorUsb.Interface) =>
                new AttachedDevice(uri, "trezor", TrezorUsb.ModelName(TrezorUsb.HidVendorId, 0, node.Name), node),
            _ => null,
        };
    }

    private static AttachedDevice? TryRecognise(UsbNode node)
    {
        DeviceUri uri = new($"{DeviceUri.UsbScheme}{node.Port}", null, DeviceRoute.Usb);
        bool isBootloader = node.ProductId == TrezorUsb.BootloaderId;
        return node.VendorId == TrezorUsb.VendorId && (isBootloader || (node.ProductId == TrezorUsb.FirmwareId && node.Vendor is not null))
            ? new AttachedDevice(uri, "trezor", TrezorUsb.ModelName(node.VendorId, node.Release, node.Name), node, isBootloader)
            : null;
    }

    /// <summary>A device may have interfaces for a security key and a keyboard as well.</summary>
    private static bool IsFor(HidrawNode node, ushort usagePage, int number) =>
        node.UsagePage is { } page ? page == usagePage : node.Interface == number;

    private static string Describe(AttachedDevice device) => $"{device.Uri.Text} ({device.Model ?? device.Node.Name}{(device.IsBootloader ? ", in its bootloader" : string.Empty)})";

    /// <summary>A rule of udev may have given a node a second name.</summary>
    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception unresolved) when (unresolved is IOException or UnauthorizedAccessException)
        {
            // Nothing is there, or links lead in a circle: no device has that path, which is what is said then.
            return path;
        }
    }

    private IEnumerable<DeviceNode> Nodes() => buses.SelectMany(bus => bus.List());

    private AttachedDevice At(DeviceUri uri, Func<DeviceNode, bool> isMeant, string absent)
    {
        if (List().FirstOrDefault(device => isMeant(device.Node)) is { } found)
        {
            return found with { Uri = uri };
        }

        throw Nodes().FirstOrDefault(isMeant) is { } stranger
            ? new FaultException(
                Fault.Unsupported,
                $"{uri.Text} is \"{stranger.Name}\" ({stranger.VendorId:x4}:{stranger.ProductId:x4}), which is no wallet that is known here, or not the "
                + "interface that carries its commands",
                "'hwbridge devices' lists what is there.")
            : new FaultException(
                Fault.DeviceNotFound,
                $"{uri.Text}: {absent}",
                "Plug it in and unlock it; 'hwbridge devices' lists what is there.");
    }
}
