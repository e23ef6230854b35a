using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Backups.Tests.Storage;

/// <summary>Counts the APDUs to a device, and cuts the line at one of them.</summary>
/// <param name="line">To the device.</param>
/// <param name="counter">How many APDUs have passed; goes on counting on the next line.</param>
/// <param name="cut">The number of the APDU to cut at, from 0; none when negative.</param>
/// <param name="delivered">Cut when the device has answered it, instead of before it gets it.</param>
internal sealed class CuttingTransport(ITransport line, int[] counter, int cut, bool delivered) : ITransport
{
    private bool _isCut;

    public string Uri => line.Uri;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        _isCut |= counter[0]++ == cut;
        if (!_isCut || delivered)
        {
            await line.SendAsync(piece, cancellationToken).ConfigureAwait(false);
        }

        if (_isCut && !delivered)
        {
            throw Gone();
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await line.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        return _isCut ? throw Gone() : count;
    }

    public void Drain() => line.Drain();

    public ValueTask DisposeAsync() => line.DisposeAsync();

    private FaultException Gone() => new(Fault.DeviceNotFound, $"{Uri}: the line was cut", "Plug it in again.");
}
