namespace HwBridge.Transports.Usb;

/// <summary>A USB device.</summary>
/// <param name="Path">The node, such as <c>/dev/bus/usb/001/004</c>.</param>
/// <param name="VendorId">Of the USB device.</param>
/// <param name="ProductId">Of the USB device.</param>
/// <param name="Name">What the device calls itself, without control characters.</param>
/// <param name="Port">Where it is plugged in: <c>BUS-PORT[.PORT…]</c>.</param>
/// <param name="Release">The device's release number, in BCD.</param>
/// <param name="Vendor">The first interface of the vendor's own class; null for a device without one.</param>
public record UsbNode(
    string Path,
    ushort VendorId,
    ushort ProductId,
    string Name,
    string Port,
    ushort Release,
    UsbInterface? Vendor) : DeviceNode(Path, VendorId, ProductId, Name, Port)
{
    /// <inheritdoc/>
    public override ITransport Open(string uri) => UsbTransport.Open(uri, this);
}
