using HwBridge.Transports;
using HwBridge.Transports.Usb;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>Our transport over this kernel's USB stack.</summary>
internal sealed class UsbOverVhci : VhciContract
{
    protected override INodeBus Bus => UsbBus.OfSystem;
}
