using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Trezor;
using HwBridge.Emulators.Usb;
using HwBridge.Transports;

namespace HwBridge.UsbVm.Guest.Exchange;

/// <summary>A device in a process of its own that gives back what it gets, until its input ends: the same for every host that is compared.</summary>
internal static class EchoDevice
{
    internal const string Verb = "echo";

    internal const string Hid = "hid";

    internal const string Usb = "usb";

    internal const string Port = "usb-guest-echo";

    /// <summary>Plugs it in as <c>hid</c> or as <c>usb</c>, with an interface of its maker's own.</summary>
    internal static async Task<int> RunAsync(string kind)
    {
        await using ITransport device = kind == Hid
            ? UhidDevice.Plug("Echo", $"{Port}/input0", 0x2c97, 0x5015, UhidDevice.ApduDescriptor)
            : VhciPort.Plug(UsbDescription.Trezor(TrezorFlavour.Core));
        using CancellationTokenSource stop = new();
        Task ended = Task.Run(async () =>
        {
            await Console.In.ReadLineAsync().ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
        });
        byte[] packet = new byte[64];
        try
        {
            while (true)
            {
                await device.ReceiveAsync(packet, stop.Token).ConfigureAwait(false);
                await device.SendAsync(packet, stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await ended.ConfigureAwait(false);
            return 0;
        }
    }
}
