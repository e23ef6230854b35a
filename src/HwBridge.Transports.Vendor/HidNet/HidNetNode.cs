using HwBridge.Transports.Hidraw;

namespace HwBridge.Transports.Vendor.HidNet;

/// <summary>A HID interface that Hid.Net opens.</summary>
internal sealed record HidNetNode(
    HidNetBus Bus,
    string Path,
    ushort VendorId,
    ushort ProductId,
    string Name,
    string Port,
    ushort? UsagePage) : HidrawNode(Path, VendorId, ProductId, Name, Port, null, UsagePage)
{
    public override ITransport Open(string uri) => Bus.Open(uri, this);
}
