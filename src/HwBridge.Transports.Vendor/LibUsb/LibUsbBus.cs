using System.Globalization;
using HwBridge.Core.Faults;
using HwBridge.Transports.Usb;
using LibUsbDotNet.LibUsb;

namespace HwBridge.Transports.Vendor.LibUsb;

/// <summary>The USB devices of this machine as LibUsbDotNet lists them.</summary>
public sealed class LibUsbBus : INodeBus
{
    private LibUsbBus()
    {
    }

    /// <summary>Those of the running system.</summary>
    public static LibUsbBus OfSystem { get; } = new();

    /// <summary>Whether libusb is installed: LibUsbDotNet comes without it.</summary>
    public static bool IsAvailable { get; } = Probe();

    /// <summary>Every device, in the order of buses and ports; none where libusb is missing. What a device calls itself is not known before it is open.</summary>
    public IReadOnlyList<DeviceNode> List()
    {
        if (!IsAvailable)
        {
            return [];
        }

        using UsbContext context = new();
        using UsbDeviceCollection devices = context.List();
        return [.. devices.OfType<UsbDevice>().Select(Describe).OfType<LibUsbNode>().OrderBy(node => node.Port, StringComparer.Ordinal)];
    }

    /// <summary>Opens the device at a place; whoever calls disposes both.</summary>
    /// <exception cref="FaultException">libusb is missing, or the device is not there.</exception>
    internal static (UsbContext Context, UsbDevice Device) Find(string uri, string place)
    {
        if (!IsAvailable)
        {
            throw new FaultException(
                Fault.Unsupported,
                $"{uri}: libusb-1.0, the library that reaches USB devices, is missing",
                "Install it (Debian: sudo apt install libusb-1.0-0; macOS: brew install libusb; Windows: libusb-1.0.dll beside hwbridge.exe).");
        }

        UsbContext context = new();
        if (context.Find(one => Describe((UsbDevice)one)?.Port == place) is UsbDevice device)
        {
            return (context, device);
        }

        context.Dispose();
        throw TransportFault.WentAway(uri);
    }

    private static LibUsbNode? Describe(UsbDevice device)
    {
        try
        {
            return new LibUsbNode(
                string.Create(CultureInfo.InvariantCulture, $"/dev/bus/usb/{device.BusNumber:d3}/{device.Address:d3}"),
                device.VendorId,
                device.ProductId,
                device.LocationId.ToString(),
                device.Info.Device,
                LibUsbInterface.Of(device) is { } found
                    ? new UsbInterface((byte)found.Number, found.In.EndpointAddress, found.Out.EndpointAddress)
                    : null);
        }
        catch (UsbException)
        {
            // It has just left, or its descriptors make no sense: it does not hide the others.
            return null;
        }
    }

    /// <summary>Asks for the library's version: a context that fails to find the library would end the process when it is collected.</summary>
    private static bool Probe()
    {
        try
        {
            return NativeLibraryVersion.Major > 0;
        }
        catch (TypeInitializationException missing) when (missing.InnerException is DllNotFoundException)
        {
            return false;
        }
    }
}
