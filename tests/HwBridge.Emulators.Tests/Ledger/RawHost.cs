using HwBridge.Emulators.Ledger;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Emulators.Tests.Ledger;

/// <summary>A host without any opinion: bytes in, bytes out.</summary>
internal sealed class RawHost : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ITransport _transport;
    private readonly IFraming _framing;

    internal RawHost(SoftwareLedger ledger) => (_transport, _framing) = ledger.Connect();

    public void Dispose()
    {
        _transport.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _framing.Dispose();
    }

    internal async Task<string> ExchangeAsync(byte[] apdu)
    {
        await SendAsync(apdu);
        return await ReceiveAsync();
    }

    internal async Task SendAsync(byte[] apdu)
    {
        using CancellationTokenSource patience = new(Deadline);
        _framing.BeginSend(apdu);
        while (_framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            await _transport.SendAsync(piece, patience.Token);
        }
    }

    internal async Task<string> ReceiveAsync()
    {
        using CancellationTokenSource patience = new(Deadline);
        _framing.BeginReceive();
        while (!_framing.Receive(await _transport.ReceiveAsync(_framing.ReceiveBuffer, patience.Token)))
        {
        }

        return Convert.ToHexStringLower(_framing.Message);
    }

    internal async Task<bool> IsSilentAsync(TimeSpan wait)
    {
        using CancellationTokenSource patience = new(wait);
        try
        {
            byte[] nowhere = new byte[1];
            await _transport.ReceiveAsync(nowhere, patience.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
