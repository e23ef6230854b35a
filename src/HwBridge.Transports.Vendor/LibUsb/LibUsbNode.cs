using HwBridge.Transports.Usb;

namespace HwBridge.Transports.Vendor.LibUsb;

/// <summary>A USB device that LibUsbDotNet opens.</summary>
internal sealed record LibUsbNode(string Path, ushort VendorId, ushort ProductId, string Port, ushort Release, UsbInterface? Vendor)
    : UsbNode(Path, VendorId, ProductId, string.Empty, Port, Release, Vendor)
{
    public override ITransport Open(string uri) => LibUsbTransport.Open(uri, Port);
}
