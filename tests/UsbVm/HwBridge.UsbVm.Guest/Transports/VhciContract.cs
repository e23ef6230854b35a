using HwBridge.Emulators.Trezor;
using HwBridge.Emulators.Usb;
using HwBridge.Transports;
using HwBridge.Transports.Tests;
using HwBridge.Transports.Usb;

namespace HwBridge.UsbVm.Guest.Transports;

/// <summary>The contract over a vendor interface that this kernel believes to be plugged in.</summary>
internal abstract class VhciContract : PacketTransportContract, IGuestCases
{
    IReadOnlyList<string> IGuestCases.Measured => Measured;

    protected abstract INodeBus Bus { get; }

    protected override async Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        UsbDescription description = UsbDescription.Trezor(TrezorFlavour.Core);
        UsbipDevice device = VhciPort.Plug(description);
        while (true)
        {
            if (Bus.List().OfType<UsbNode>().FirstOrDefault(node => node is { Vendor: not null } && node.VendorId == description.VendorId) is { } found
                && File.Exists(found.Path))
            {
                return (found.Open($"usb:{found.Port}"), device);
            }

            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }
}
