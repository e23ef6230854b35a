using HwBridge.Transports;
using HwBridge.Transports.Vendor.HidNet;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>Hid.Net over this kernel's HID stack, in a build with -p:VendorUsb=true.</summary>
internal sealed class HidNetOverUhid : UhidContract
{
    protected override INodeBus Bus => HidNetBus.OfSystem;
}
