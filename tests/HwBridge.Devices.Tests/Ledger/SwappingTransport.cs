using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>A wire on which somebody sees what the host sends, may change it, and knows when an answer has come.</summary>
internal sealed class SwappingTransport(ITransport wire, Func<int, byte[], byte[]?> swap, Action? received = null) : ITransport
{
    private int _sent;

    public string Uri => wire.Uri;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await wire.ReceiveAsync(buffer, cancellationToken);
        received?.Invoke();
        return count;
    }

    public void Drain() => wire.Drain();

    /// <summary>Null pulls the plug.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (swap(_sent++, data.ToArray()) is { } sent)
        {
            await wire.SendAsync(sent, cancellationToken);
        }
        else
        {
            await wire.DisposeAsync();
            throw new FaultException(Fault.DeviceNotFound, $"{Uri} is gone", "Plug it in.");
        }
    }

    public ValueTask DisposeAsync() => wire.DisposeAsync();
}
