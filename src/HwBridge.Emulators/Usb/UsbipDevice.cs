using System.Threading.Channels;
using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Emulators.Usb;

/// <summary>The device's end of a USB device that a kernel believes to be plugged in, by USB/IP over a stream: packets of 64 bytes.</summary>
/// <remarks>
/// The host asks for each packet before there is one, as on a real bus. What it sends, and its questions about descriptors, are answered at
/// once; a packet of the device's goes out as soon as it is asked for. The device leaves the bus when the stream closes.
/// </remarks>
public sealed class UsbipDevice : ITransport
{
    /// <summary>As many as a device keeps; then it says "not now" to the host, or waits for it.</summary>
    private const int MaxPackets = 64;

    private const int Stalled = -32;
    private const int Unlinked = -104;

    private readonly Stream _host;
    private readonly UsbDescription _description;
    private readonly Channel<byte[]> _received = Channel.CreateBounded<byte[]>(MaxPackets);
    private readonly Channel<byte[]> _unread = Channel.CreateBounded<byte[]>(MaxPackets);
    private readonly List<UsbipHeader> _polls = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _answer = new byte[UsbipHeader.Size];
    private readonly CancellationTokenSource _unplugged = new();

    /// <summary>Plugs it in.</summary>
    /// <param name="host">The stream to the host; taken over.</param>
    /// <param name="description">What the device is.</param>
    public UsbipDevice(Stream host, UsbDescription description)
    {
        _host = host;
        _description = description;
        Completion = PumpAsync();
    }

    /// <summary>Ends when the host has let go of the device, or the device has left.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: the host broke the protocol.</exception>
    public Task Completion { get; }

    /// <inheritdoc/>
    public string Uri => _description.Product;

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(piece.Length, UsbDescription.PacketSize, nameof(piece));
        try
        {
            await _unread.Writer.WriteAsync(piece.ToArray(), cancellationToken).ConfigureAwait(false);
            await DeliverAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is ChannelClosedException or IOException or ObjectDisposedException
            || (gone is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Gone(gone);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, UsbDescription.PacketSize, nameof(buffer));
        try
        {
            byte[] packet = await _received.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            packet.CopyTo(buffer);
            return packet.Length;
        }
        catch (ChannelClosedException gone)
        {
            throw Gone(gone);
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        while (_received.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Pulls the plug, in the middle of whatever the host does.</summary>
    public void Unplug()
    {
        _unplugged.Cancel();
        _host.Dispose();
    }

    /// <summary>Pulls the plug as well, where that has not been done.</summary>
    public async ValueTask DisposeAsync()
    {
        Unplug();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static FaultException Gone(Exception inner) =>
        new(Fault.DeviceNotFound, "the host let go of the device", "Attach it again.", inner);

    private async Task PumpAsync()
    {
        byte[] bytes = new byte[UsbipHeader.Size];
        try
        {
            while (true)
            {
                await _host.ReadExactlyAsync(bytes, _unplugged.Token).ConfigureAwait(false);
                await TakeAsync(UsbipHeader.Parse(bytes)).ConfigureAwait(false);
            }
        }
        catch (Exception left) when (left is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The host let go, which is how it ends.
        }
        finally
        {
            _received.Writer.TryComplete();
            _unread.Writer.TryComplete();
            await _host.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(UsbipHeader header)
    {
        byte[] data = header is { IsIn: false, Length: > 0 } ? new byte[header.Length] : [];
        await _host.ReadExactlyAsync(data, _unplugged.Token).ConfigureAwait(false);
        switch (header)
        {
            case { Command: UsbipCommand.Unlink }:
                await UnlinkAsync(header).ConfigureAwait(false);
                break;
            case { Endpoint: 0 }:
                await ControlAsync(header).ConfigureAwait(false);
                break;
            case { IsIn: true } when (_description.InEndpoint & 0x7f) == header.Endpoint:
                await PollAsync(header).ConfigureAwait(false);
                break;
            case { IsIn: false } when _description.OutEndpoint == header.Endpoint && data.Length <= UsbDescription.PacketSize:
                await _received.Writer.WriteAsync(data, _unplugged.Token).ConfigureAwait(false);
                await AnswerAsync(header, 0, data.Length, default).ConfigureAwait(false);
                break;
            default:
                await AnswerAsync(header, Stalled, 0, default).ConfigureAwait(false);
                break;
        }
    }

    private Task ControlAsync(UsbipHeader header)
    {
        byte[]? answer = header.Setup.IsToHost == header.IsIn ? header.Setup.Answer(_description) : null;
        byte[] sent = answer is null || !header.IsIn ? [] : answer[..Math.Min(answer.Length, header.Length)];
        return AnswerAsync(header, answer is null ? Stalled : 0, header.IsIn ? sent.Length : header.Length, sent);
    }

    private async Task PollAsync(UsbipHeader header)
    {
        await _writing.WaitAsync(_unplugged.Token).ConfigureAwait(false);
        _polls.Add(header);
        _writing.Release();
        await DeliverAsync().ConfigureAwait(false);
    }

    private async Task UnlinkAsync(UsbipHeader header)
    {
        await _writing.WaitAsync(_unplugged.Token).ConfigureAwait(false);
        try
        {
            bool found = _polls.RemoveAll(poll => poll.Sequence == header.Unlinked) > 0;
            await WriteAsync(header, found ? Unlinked : 0, 0, default).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Gives the host what it asked for, as far as there is something.</summary>
    private async Task DeliverAsync()
    {
        await _writing.WaitAsync(_unplugged.Token).ConfigureAwait(false);
        try
        {
            while (_polls.Count > 0 && _unread.Reader.TryRead(out byte[]? packet))
            {
                UsbipHeader poll = _polls[0];
                _polls.RemoveAt(0);
                ReadOnlyMemory<byte> sent = packet.AsMemory(0, Math.Min(packet.Length, poll.Length));
                await WriteAsync(poll, 0, sent.Length, sent).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task AnswerAsync(UsbipHeader header, int status, int length, ReadOnlyMemory<byte> data)
    {
        await _writing.WaitAsync(_unplugged.Token).ConfigureAwait(false);
        try
        {
            await WriteAsync(header, status, length, data).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteAsync(UsbipHeader header, int status, int length, ReadOnlyMemory<byte> data)
    {
        UsbipHeader.WriteAnswer(_answer, header.Command, header.Sequence, status, length);
        byte[] message = [.. _answer, .. data.Span];
        await _host.WriteAsync(message, _unplugged.Token).ConfigureAwait(false);
    }
}
