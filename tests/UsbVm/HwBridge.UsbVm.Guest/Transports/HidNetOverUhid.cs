using HwBridge.Emulators.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Tests;
using HwBridge.Transports.Vendor.HidNet;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>Hid.Net over this kernel's HID stack, in a build with -p:VendorUsb=true.</summary>
internal sealed class HidNetOverUhid : PacketTransportContract, IGuestCases
{
    IReadOnlyList<string> IGuestCases.Measured => Measured;

    protected override async Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        (HidrawNode node, UhidDevice device) = await HidrawOverUhid.PlugAsync(cancellationToken).ConfigureAwait(false);
        return (HidNetBus.OfSystem.Open($"hid:{node.Path}", node.Path), device);
    }
}
