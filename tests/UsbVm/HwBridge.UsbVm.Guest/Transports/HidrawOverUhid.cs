using HwBridge.Emulators.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Tests;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>Our transport over this kernel's HID stack.</summary>
internal sealed class HidrawOverUhid : PacketTransportContract, IGuestCases
{
    IReadOnlyList<string> IGuestCases.Measured => Measured;

    protected override async Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        (HidrawNode node, UhidDevice device) = await PlugAsync(cancellationToken).ConfigureAwait(false);
        return (HidrawTransport.Open($"hid:{node.Path}", node.Path), device);
    }

    /// <summary>Plugs a device in that does nothing by itself.</summary>
    internal static async Task<(HidrawNode Node, UhidDevice Device)> PlugAsync(CancellationToken cancellationToken)
    {
        const string Port = "usb-guest-contract";
        UhidDevice device = UhidDevice.Plug("Echo", $"{Port}/input0", 0x2c97, 0x5015, UhidDevice.ApduDescriptor);
        while (true)
        {
            if (HidrawBus.OfSystem.List().FirstOrDefault(node => node.Port == Port) is { } found && File.Exists(found.Path))
            {
                return (found, device);
            }

            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }
}
