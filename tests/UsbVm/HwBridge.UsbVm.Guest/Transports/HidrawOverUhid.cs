using HwBridge.Transports;
using HwBridge.Transports.Hidraw;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>Our transport over this kernel's HID stack.</summary>
internal sealed class HidrawOverUhid : UhidContract
{
    protected override INodeBus Bus => HidrawBus.OfSystem;
}
