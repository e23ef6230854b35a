namespace HwBridge.Transports.Hidraw;

/// <summary>A HID interface with a raw node.</summary>
/// <param name="Path">The node, such as <c>/dev/hidraw0</c>.</param>
/// <param name="VendorId">Of the USB device.</param>
/// <param name="ProductId">Of the USB device.</param>
/// <param name="Name">What the device calls itself, without control characters.</param>
/// <param name="Port">Where it is plugged in, the same after the device left the bus and came back; empty where nobody tells.</param>
/// <param name="Interface">The number of the USB interface; null where nobody tells.</param>
/// <param name="UsagePage">What its first collection is for, by its report descriptor; null where that can't be read.</param>
public record HidrawNode(
    string Path,
    ushort VendorId,
    ushort ProductId,
    string Name,
    string Port,
    int? Interface,
    ushort? UsagePage) : DeviceNode(Path, VendorId, ProductId, Name, Port)
{
    /// <summary>Whether each report begins with a number of its own, as those of the first Model One do: '?', their packets' first byte.</summary>
    public bool IsNumbered { get; init; }

    /// <inheritdoc/>
    public override ITransport Open(string uri) => HidrawTransport.Open(uri, Path, IsNumbered);
}
