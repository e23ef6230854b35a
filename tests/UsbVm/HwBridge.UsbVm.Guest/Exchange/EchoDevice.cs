using HwBridge.Emulators.Ledger;

namespace HwBridge.UsbVm.Guest.Exchange;

/// <summary>A device in a process of its own that gives back what it gets, until its input ends: the same for every host that is compared.</summary>
internal static class EchoDevice
{
    internal const string Verb = "echo";

    internal const string Port = "usb-guest-echo";

    internal static async Task<int> RunAsync()
    {
        await using UhidDevice device = UhidDevice.Plug("Echo", $"{Port}/input0", 0x2c97, 0x5015, UhidDevice.ApduDescriptor);
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
