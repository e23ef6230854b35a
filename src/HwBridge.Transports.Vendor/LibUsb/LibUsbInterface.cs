using LibUsbDotNet;
using LibUsbDotNet.Info;
using LibUsbDotNet.LibUsb;
using LibUsbDotNet.Main;

namespace HwBridge.Transports.Vendor.LibUsb;

/// <summary>The interface of a USB device that carries packets of 64 bytes in a way of its maker's own, by its descriptors.</summary>
/// <param name="Number">Of the interface.</param>
/// <param name="In">The endpoint that the host reads.</param>
/// <param name="Out">The endpoint that the host writes.</param>
internal sealed record LibUsbInterface(int Number, UsbEndpointInfo In, UsbEndpointInfo Out)
{
    /// <summary>The first one of the class "vendor-specific" that has a pair of endpoints; null where there is none.</summary>
    internal static LibUsbInterface? Of(IUsbDevice device) => device.Configs
        .Take(1)
        .SelectMany(configuration => configuration.Interfaces)
        .Where(one => one.Class == ClassCode.VendorSpec && one.AlternateSetting == 0)
        .OrderBy(one => one.Number)
        .Select(one => (one.Number, In: Packets(one, EndpointDirection.In), Out: Packets(one, EndpointDirection.Out)))
        .Where(one => one is { In: not null, Out: not null })
        .Select(one => new LibUsbInterface(one.Number, one.In!, one.Out!))
        .FirstOrDefault();

    private static UsbEndpointInfo? Packets(UsbInterfaceInfo one, EndpointDirection direction) => one.Endpoints.FirstOrDefault(endpoint =>
        endpoint.EndpointDirection == direction
        && endpoint.EndpointType is EndpointType.Interrupt or EndpointType.Bulk
        && endpoint.MaxPacketSize == LibUsbTransport.PacketSize);
}
