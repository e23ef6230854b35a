using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests;

/// <summary>A cable that is pulled after so many pieces, in either direction.</summary>
internal sealed class LimitedTransport(ITransport inner, int limit = int.MaxValue) : ITransport
{
    public string Uri => inner.Uri;

    internal int Pieces { get; private set; }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        Count();
        await inner.SendAsync(piece, cancellationToken);
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await inner.ReceiveAsync(buffer, cancellationToken);
        Count();
        return count;
    }

    public void Drain() => inner.Drain();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Count()
    {
        if (Pieces++ >= limit)
        {
            throw new FaultException(Fault.DeviceNotFound, $"{Uri} went away", "Plug it in.");
        }
    }
}
