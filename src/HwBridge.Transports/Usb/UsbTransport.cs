using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Usb;

/// <summary>64-byte packets to and from the vendor interface of a USB device of Linux, over libusb.</summary>
/// <remarks>
/// The endpoints are those of the descriptors. The device is not reset, so that what its screen asks stays there; the interface is claimed
/// while this is open, so that no other program mixes its packets in. A transfer takes 10 ms of the calling thread, then waits on
/// another one until it is over, the device leaves (which ends the wait at once and for good), or the token says so, upon which the kernel
/// gives the transfer back first; no time of the processor is used meanwhile.
/// </remarks>
public sealed class UsbTransport : ITransport
{
    /// <summary>The size of each packet in bytes.</summary>
    public const int PacketSize = 64;

    /// <summary>More than a device keeps.</summary>
    private const int MaximumStale = 256;

    private const int BriefMilliseconds = 10;

    private readonly UsbHandle _device;
    private readonly UsbInterface _interface;
    private readonly UsbTransfer _transfer;

    private UsbTransport(UsbHandle device, UsbInterface wanted, string uri)
    {
        _device = device;
        _interface = wanted;
        _transfer = new UsbTransfer(device, PacketSize);
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Opens a device, claims its interface, and throws away what it still had to say to somebody else.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <param name="node">The device.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: it has left; <see cref="Fault.DevicePermission"/>: this user may not open it;
    /// <see cref="Fault.DeviceBusy"/>: another program has it; <see cref="Fault.Unsupported"/>: this machine has no libusb, or the device no
    /// vendor interface.
    /// </exception>
    public static UsbTransport Open(string uri, UsbNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        UsbInterface wanted = node.Vendor ?? throw new FaultException(
            Fault.Unsupported,
            $"{uri} has no interface of its vendor's own kind",
            "'hwbridge devices' lists what is there.");
        UsbHandle? device = UsbHandle.Open(uri, node, wanted);
        UsbTransport? transport = null;
        try
        {
            transport = new UsbTransport(device, wanted, uri);
            device = null;
            transport.Drain();
            UsbTransport open = transport;
            transport = null;
            return open;
        }
        finally
        {
            transport?.Close();
            device?.Dispose();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, PacketSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        piece.Span.CopyTo(_transfer.Packet);
        await TransferAsync(_interface.OutEndpoint, cancellationToken).ConfigureAwait(false);
        _transfer.Packet.Clear();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, PacketSize, nameof(buffer));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = await TransferAsync(_interface.InEndpoint, cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                // An empty packet ends nothing here: each message says how long it is.
                _transfer.Packet[..count].CopyTo(buffer.Span);
                _transfer.Packet.Clear();
                return count;
            }
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        try
        {
            for (int i = 0; i < MaximumStale; i++)
            {
                _transfer.Submit(_interface.InEndpoint);
                if (!_transfer.TryWait(BriefMilliseconds))
                {
                    _transfer.Cancel();
                    _transfer.Wait(CancellationToken.None);
                }

                // It may have come while it was called back.
                bool isEmpty = _transfer.Status == LibUsb.TransferStatus.Cancelled;
                if (!isEmpty)
                {
                    Check();
                }

                _transfer.Packet.Clear();
                if (isEmpty)
                {
                    return;
                }
            }
        }
        catch (IOException failed)
        {
            throw TransportFault.WentAway(Uri, failed);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        _transfer.Dispose();
        _device.Dispose();
    }

    private async ValueTask<int> TransferAsync(byte endpoint, CancellationToken cancellationToken)
    {
        try
        {
            _transfer.Submit(endpoint);
            if (!_transfer.TryWait(BriefMilliseconds))
            {
                await LongWait.RunAsync(() => _transfer.Wait(cancellationToken)).ConfigureAwait(false);
            }

            return Check(cancellationToken);
        }
        catch (IOException failed)
        {
            throw TransportFault.WentAway(Uri, failed);
        }
    }

    /// <summary>How the transfer ended.</summary>
    /// <returns>How many bytes went over.</returns>
    private int Check(CancellationToken cancellationToken = default)
    {
        switch (_transfer.Status)
        {
            case LibUsb.TransferStatus.Completed:
                return _transfer.Count;
            case LibUsb.TransferStatus.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            case LibUsb.TransferStatus.Stall:
                throw Broken("refuses packets");
            case LibUsb.TransferStatus.Overflow:
                throw Broken($"sent more than {PacketSize} bytes at once");
            default:
                throw TransportFault.WentAway(Uri);
        }
    }

    private FaultException Broken(string what) =>
        new(Fault.Protocol, $"{Uri} {what}", "Unplug it, plug it in again and close other programs, then try again.");
}
