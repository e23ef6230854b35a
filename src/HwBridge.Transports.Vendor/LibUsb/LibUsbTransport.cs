using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using LibUsbDotNet;
using LibUsbDotNet.LibUsb;
using LibUsbDotNet.Main;

namespace HwBridge.Transports.Vendor.LibUsb;

/// <summary>64-byte packets to and from the interface of a maker's own, by LibUsbDotNet 3.</summary>
/// <remarks>
/// LibUsbDotNet has no way to end a transfer early, so a transfer is asked for in slices of time, between which the token is looked at; what a slice that
/// has just run out still brought is kept. Only its calls that move caller's memory are used: the others copy it into a pool that nobody wipes.
/// </remarks>
public sealed class LibUsbTransport : ITransport
{
    /// <summary>The size of each packet in bytes.</summary>
    public const int PacketSize = 64;

    private const int BriefMilliseconds = 10;
    private const int SliceMilliseconds = 100;
    private const int MaximumStale = 256;

    private readonly UsbContext _context;
    private readonly UsbDevice _device;
    private readonly int _interface;
    private readonly UsbEndpointReader _reader;
    private readonly UsbEndpointWriter _writer;
    private readonly SecretBuffer _outgoing = SecretBuffer.Allocate(PacketSize);

    private LibUsbTransport(UsbContext context, UsbDevice device, LibUsbInterface found, string uri)
    {
        _context = context;
        _device = device;
        _interface = found.Number;
        _reader = device.OpenEndpointReader((ReadEndpointID)found.In.EndpointAddress, PacketSize, found.In.EndpointType);
        _writer = device.OpenEndpointWriter((WriteEndpointID)found.Out.EndpointAddress, found.Out.EndpointType);
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Opens a device, claims its interface, and throws away what it had received for somebody else. The device is not reset.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <param name="place">Bus and ports, as in the list.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: it has left; <see cref="Fault.DevicePermission"/>: this user may not open it;
    /// <see cref="Fault.DeviceBusy"/>: another program has it; <see cref="Fault.Unsupported"/>: a library or a driver is missing.
    /// </exception>
    public static LibUsbTransport Open(string uri, string place)
    {
        (UsbContext context, UsbDevice device) = LibUsbBus.Find(uri, place);
        LibUsbTransport? transport = null;
        try
        {
            device.Open();
            LibUsbInterface found = LibUsbInterface.Of(device) ?? throw TransportFault.WentAway(uri);
            device.SetAutoDetachKernelDriver(true);
            device.ClaimInterface(found.Number);
            transport = new LibUsbTransport(context, device, found, uri);
            transport.Drain();
            return transport;
        }
        catch (Exception failed)
        {
            transport?.Close();
            device.Dispose();
            context.Dispose();
            if (failed is UsbException refused)
            {
                throw Refused(uri, refused);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, PacketSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        piece.CopyTo(_outgoing.Memory);
        try
        {
            await MoveAsync(_writer, _outgoing.Memory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _outgoing.Span.Clear();
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, PacketSize, nameof(buffer));
        cancellationToken.ThrowIfCancellationRequested();
        return MoveAsync(_reader, buffer[..PacketSize], cancellationToken);
    }

    /// <inheritdoc/>
    public void Drain()
    {
        Span<byte> stale = stackalloc byte[PacketSize];
        for (int i = 0; i < MaximumStale && Move(_reader, stale, BriefMilliseconds) > 0; i++)
        {
            stale.Clear();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> MoveAsync(UsbEndpointBase endpoint, Memory<byte> packet, CancellationToken cancellationToken)
    {
        int count = Move(endpoint, packet.Span, BriefMilliseconds);
        return count > 0
            ? count
            : await Task.Run(() => MoveInSlices(endpoint, packet, cancellationToken), CancellationToken.None).ConfigureAwait(false);
    }

    private int MoveInSlices(UsbEndpointBase endpoint, Memory<byte> packet, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Move(endpoint, packet.Span, SliceMilliseconds) is > 0 and int count)
            {
                return count;
            }
        }
    }

    /// <summary>The number of bytes that were moved; 0 when none were in this time.</summary>
    private int Move(UsbEndpointBase endpoint, Span<byte> packet, int milliseconds)
    {
        Error error = endpoint.Transfer(packet, milliseconds, out int count);
        return error is Error.Success or Error.Timeout or Error.Interrupted ? count : throw TransportFault.WentAway(Uri, new UsbException(error));
    }

    /// <summary>Releases the interface; LibUsbDotNet's thread ends with the device, so that the process can.</summary>
    private void Close()
    {
        try
        {
            if (_device.IsOpen)
            {
                _device.ReleaseInterface(_interface);
            }
        }
        catch (UsbException)
        {
            // It has left, and its claim with it.
        }
        finally
        {
            _device.Dispose();
            _context.Dispose();
            _outgoing.Dispose();
        }
    }

    private static FaultException Refused(string uri, UsbException refused) => refused.ErrorCode switch
    {
        Error.Access => new FaultException(
            Fault.DevicePermission,
            $"{uri}: the system does not let {Environment.UserName} open the device",
            "'hwbridge doctor' says what mends it; mostly: sudo hwbridge doctor --install-udev",
            refused),
        Error.Busy => new FaultException(
            Fault.DeviceBusy,
            $"{uri} is in use by another program",
            "Let that program finish, or close it, then run the command again.",
            refused),
        Error.NotSupported => new FaultException(
            Fault.Unsupported,
            $"{uri}: the system has no driver for it that lets programs use it",
            "On Windows, let the driver WinUSB serve the device.",
            refused),
        _ => TransportFault.WentAway(uri, refused),
    };
}
