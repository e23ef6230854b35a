using HwBridge.Transports;
using HwBridge.Transports.Vendor.LibUsb;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>LibUsbDotNet over this kernel's USB stack, in a build with -p:VendorUsb=true.</summary>
internal sealed class LibUsbOverVhci : VhciContract
{
    protected override INodeBus Bus => LibUsbBus.OfSystem;
}
