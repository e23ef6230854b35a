using System.Diagnostics;
using HwBridge.Transports;

namespace HwBridge.Bench.Ledger;

/// <summary>The device's end of a connection, which adds up how long the device took for its answers.</summary>
internal sealed class TimedTransport(ITransport inner) : ITransport
{
    private long _received;

    internal long DeviceTicks { get; set; }

    internal int Answers { get; set; }

    public string Uri => inner.Uri;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        DeviceTicks += Stopwatch.GetTimestamp() - _received;
        Answers++;
        await inner.SendAsync(piece, cancellationToken);
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await inner.ReceiveAsync(buffer, cancellationToken);
        _received = Stopwatch.GetTimestamp();
        return count;
    }

    public void Drain() => inner.Drain();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
