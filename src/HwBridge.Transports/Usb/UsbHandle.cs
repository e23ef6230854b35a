using HwBridge.Core.Faults;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Usb;

/// <summary>An open device with its interface claimed; released and closed, and the kernel's own driver back, when it is disposed.</summary>
internal sealed class UsbHandle : IDisposable
{
    private readonly Descriptor _file;
    private readonly int _interface;

    private UsbHandle(Descriptor file, int number) => (_file, _interface) = (file, number);

    /// <summary>The library's state, of which each handle has its own.</summary>
    internal nint Context { get; private set; }

    /// <summary>The library's device.</summary>
    internal nint Device { get; private set; }

    /// <summary>Opens the node itself, so that the system's own reason is known, and claims the interface. Nothing is sent to the device.</summary>
    /// <exception cref="FaultException">As for <see cref="UsbTransport.Open"/>.</exception>
    internal static UsbHandle Open(string uri, UsbNode node, UsbInterface wanted)
    {
        UsbHandle? handle = null;
        try
        {
            handle = new UsbHandle(Descriptor.Open(node.Path, LibC.ReadWrite), wanted.Number);
            handle.Claim();
            UsbHandle claimed = handle;
            handle = null;
            return claimed;
        }
        catch (IOException refused)
        {
            throw refused.HResult switch
            {
                LibC.AccessDenied or LibC.NotPermitted => TransportFault.Forbidden(uri, node.Path, refused),
                LibUsb.ErrorBusy => TransportFault.Busy(uri, node.Holders() is [string holder, ..] ? holder : null),
                _ => TransportFault.WentAway(uri, refused),
            };
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new FaultException(
                Fault.Unsupported,
                $"{uri}: the library libusb-1.0 {(missing is DllNotFoundException ? "is not installed" : "is too old (1.0.23 is needed)")}",
                "sudo apt install libusb-1.0-0",
                missing);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    public void Dispose()
    {
        if (Device != 0)
        {
            // Both fail where the device has left, and then there is nothing to release.
            _ = LibUsb.libusb_release_interface(Device, _interface);
            LibUsb.libusb_close(Device);
        }

        if (Context != 0)
        {
            LibUsb.libusb_exit(Context);
        }

        _file.Dispose();
    }

    private void Claim()
    {
        // A library that does not know this option looks around in sysfs, in vain and unharmed.
        _ = LibUsb.libusb_set_option(0, LibUsb.OptionNoDeviceDiscovery);
        Check(LibUsb.libusb_init(out nint context));
        Context = context;
        Check(LibUsb.libusb_wrap_sys_device(Context, _file.Number, out nint device));
        Device = device;
        Check(LibUsb.libusb_set_auto_detach_kernel_driver(Device, 1));
        Check(LibUsb.libusb_claim_interface(Device, _interface));
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw LibUsb.Exception(result);
        }
    }
}
