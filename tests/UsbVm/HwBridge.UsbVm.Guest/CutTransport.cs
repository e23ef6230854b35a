using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.UsbVm.Guest;

/// <summary>Counts the reports that a device takes and gives, and pulls its plug in the place of one of them.</summary>
internal sealed class CutTransport(ITransport device, Action unplug, int? cutAt) : ITransport
{
    private int _count;

    internal int Count => _count;

    public string Uri => device.Uri;

    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        Cut();
        return device.SendAsync(piece, cancellationToken);
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await device.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        Cut();
        return count;
    }

    public void Drain() => device.Drain();

    public ValueTask DisposeAsync() => device.DisposeAsync();

    private void Cut()
    {
        if (Interlocked.Increment(ref _count) - 1 == cutAt)
        {
            unplug();
            throw new FaultException(Fault.DeviceNotFound, "the plug was pulled", "Nothing: it is what this test does.");
        }
    }
}
