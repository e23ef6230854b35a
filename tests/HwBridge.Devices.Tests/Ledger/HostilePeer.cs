using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>A device that does whatever a test says to each APDU, over the APDU socket's framing.</summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    private readonly ITransport _device;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="answer">Given the number of the APDU (from 0) and the APDU; returns the raw bytes to send, or null to close.</param>
    internal HostilePeer(Func<int, byte[], IEnumerable<byte[]?>> answer)
    {
        (Host, _device) = InProcessTransport.CreatePair("hostile");
        _serving = ServeAsync(answer);
    }

    internal ITransport Host { get; }

    /// <summary>How many APDUs arrived.</summary>
    internal int Received { get; private set; }

    /// <summary>The answer as the socket carries it.</summary>
    internal static byte[] Frame(byte[] answer) => [0, 0, 0, (byte)(answer.Length - 2), .. answer];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _device.DisposeAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<int, byte[], IEnumerable<byte[]?>> answer)
    {
        using ApduSocketDeviceFraming framing = new();
        while (true)
        {
            framing.BeginReceive();
            bool whole = framing.Receive(0);
            while (!whole)
            {
                whole = framing.Receive(await _device.ReceiveAsync(framing.ReceiveBuffer, _stop.Token));
            }

            foreach (byte[]? piece in answer(Received++, framing.Message.ToArray()))
            {
                if (piece is null)
                {
                    await _device.DisposeAsync();
                    return;
                }

                if (piece.Length > 0)
                {
                    await _device.SendAsync(piece, _stop.Token);
                    await Task.Yield();
                }
            }
        }
    }
}
