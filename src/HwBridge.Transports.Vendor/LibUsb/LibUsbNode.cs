namespace HwBridge.Transports.Vendor.LibUsb;

/// <summary>A USB device with an interface of its maker's own, known by its descriptors: nothing was opened to learn it.</summary>
/// <param name="Place">Bus and ports, such as <c>1-2.3</c>.</param>
/// <param name="VendorId">Of the USB device.</param>
/// <param name="ProductId">Of the USB device.</param>
public sealed record LibUsbNode(string Place, ushort VendorId, ushort ProductId);
