namespace HwBridge.Transports.Hidraw;

/// <summary>A HID interface with a raw node, known by what the kernel read when it was plugged in.</summary>
/// <param name="Path">The node, such as <c>/dev/hidraw0</c>.</param>
/// <param name="VendorId">Of the USB device.</param>
/// <param name="ProductId">Of the USB device.</param>
/// <param name="Name">What the device calls itself, without control characters.</param>
/// <param name="Port">Where it is plugged in, the same after the device left the bus and came back; empty where nobody tells.</param>
/// <param name="Interface">The number of the USB interface; null where nobody tells.</param>
/// <param name="UsagePage">What its first collection is for, by its report descriptor; null where that can't be read.</param>
public sealed record HidrawNode(
    string Path,
    ushort VendorId,
    ushort ProductId,
    string Name,
    string Port,
    int? Interface,
    ushort? UsagePage);
