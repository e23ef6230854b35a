using HwBridge.Emulators.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Tests;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>The contract over a HID interface that this kernel believes to be plugged in.</summary>
internal abstract class UhidContract : PacketTransportContract, IGuestCases
{
    private const string Port = "usb-guest-contract";

    IReadOnlyList<string> IGuestCases.Measured => Measured;

    protected abstract INodeBus Bus { get; }

    protected override async Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        UhidDevice device = UhidDevice.Plug("Echo", $"{Port}/input0", 0x2c97, 0x5015, UhidDevice.ApduDescriptor);
        while (true)
        {
            if (Bus.List().OfType<HidrawNode>().FirstOrDefault(node => node.Port == Port) is { } found && File.Exists(found.Path))
            {
                return (found.Open($"hid:{found.Path}"), device);
            }

            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }
}
