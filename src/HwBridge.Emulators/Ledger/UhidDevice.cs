using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;

namespace HwBridge.Emulators.Ledger;

/// <summary>
/// The device's end of a HID interface that this machine's kernel believes to be plugged in, by <c>/dev/uhid</c>: reports of 64 bytes without
/// a number.
/// </summary>
/// <remarks>
/// Events have a type (u32) and a body, in the machine's byte order, as <c>linux/uhid.h</c> lays them out:
/// <code>
///   create  name[128] | phys[64] | uniq[64] | descriptor's size u16 | bus u16 | vendor, product, version, country u32 | descriptor[4096]
///   output  data[4096] | size u16 | kind u8          input  size u16 | data[4096]          get report  id u32, answered by id u32 | error u16
/// </code>
/// </remarks>
public sealed class UhidDevice : ITransport
{
    private const string ControlNode = "/dev/uhid";
    private const int TypeSize = 4;
    private const int DataSize = 4096;
    private const int EventSize = 4380;
    private const int BriefMilliseconds = 10;

    private const uint DestroyEvent = 1;
    private const uint OutputEvent = 6;
    private const uint GetReportEvent = 9;
    private const uint GetReportReplyEvent = 10;
    private const uint CreateEvent = 11;
    private const uint InputEvent = 12;
    private const uint SetReportEvent = 13;
    private const uint SetReportReplyEvent = 14;

    private const ushort UsbBus = 3;
    private const ushort InputOutputError = 5;

    private readonly Descriptor _control;
    private readonly byte[] _incoming = new byte[EventSize];
    private readonly byte[] _outgoing = new byte[TypeSize + sizeof(ushort) + HidrawTransport.ReportSize];

    private UhidDevice(Descriptor control, string uri) => (_control, Uri) = (control, uri);

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>What an interface for APDUs says of itself: usage page ffa0, 64 bytes in, 64 bytes out.</summary>
    public static ReadOnlySpan<byte> ApduDescriptor =>
    [
        0x06, 0xa0, 0xff, 0x09, 0x01, 0xa1, 0x01,
        0x09, 0x03, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81, 0x08,
        0x09, 0x04, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x08,
        0xc0,
    ];

    /// <summary>Plugs an interface in; its node appears a moment later.</summary>
    /// <param name="name">What the device calls itself.</param>
    /// <param name="phys">Its place, such as <c>usb-1-2/input0</c>.</param>
    /// <param name="vendorId">The vendor's number.</param>
    /// <param name="productId">The product's number.</param>
    /// <param name="descriptor">The report descriptor.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DevicePermission"/>: only root may; <see cref="Fault.DeviceNotFound"/>: the kernel's module uhid is not loaded.
    /// </exception>
    public static UhidDevice Plug(string name, string phys, ushort vendorId, ushort productId, ReadOnlySpan<byte> descriptor)
    {
        Descriptor control;
        try
        {
            control = Descriptor.Open(ControlNode, LibC.ReadWrite | LibC.NonBlocking);
        }
        catch (IOException refused)
        {
            throw refused.HResult is LibC.AccessDenied or LibC.NotPermitted
                ? new FaultException(
                    Fault.DevicePermission,
                    $"the system does not let {Environment.UserName} open {ControlNode}",
                    "Run the emulator as root: what it plugs in can do whatever a USB device can, typing included.",
                    refused)
                : new FaultException(
                    Fault.DeviceNotFound, $"{ControlNode} can't be opened ({refused.Message})", "Load the kernel's module: sudo modprobe uhid", refused);
        }

        Span<byte> create = new byte[EventSize];
        BinaryPrimitives.WriteUInt32LittleEndian(create, CreateEvent);
        Encoding.UTF8.GetBytes(name, create.Slice(4, 127));
        Encoding.UTF8.GetBytes(phys, create.Slice(132, 63));
        "0001"u8.CopyTo(create[196..]);
        BinaryPrimitives.WriteUInt16LittleEndian(create[260..], (ushort)descriptor.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(create[262..], UsbBus);
        BinaryPrimitives.WriteUInt32LittleEndian(create[264..], vendorId);
        BinaryPrimitives.WriteUInt32LittleEndian(create[268..], productId);
        descriptor.CopyTo(create[280..]);
        try
        {
            control.Write(create);
            return new UhidDevice(control, phys);
        }
        catch (IOException failed)
        {
            control.Dispose();
            throw new FaultException(Fault.Io, $"{ControlNode} did not take a device ({failed.Message})", "Try again.", failed);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, HidrawTransport.ReportSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        BinaryPrimitives.WriteUInt32LittleEndian(_outgoing, InputEvent);
        BinaryPrimitives.WriteUInt16LittleEndian(_outgoing.AsSpan(TypeSize), HidrawTransport.ReportSize);
        piece.Span.CopyTo(_outgoing.AsSpan(TypeSize + sizeof(ushort)));
        Write(_outgoing);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, HidrawTransport.ReportSize, nameof(buffer));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (!_control.TryRead(_incoming, BriefMilliseconds, out _))
                {
                    await Task.Run(() => _control.Read(_incoming, cancellationToken), CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (IOException broken)
            {
                throw Broken(broken);
            }

            if (TryTake(buffer.Span))
            {
                return HidrawTransport.ReportSize;
            }
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        byte[] report = new byte[HidrawTransport.ReportSize];
        while (_control.TryRead(_incoming, 0, out _))
        {
            TryTake(report);
        }
    }

    /// <summary>Pulls the plug, in the middle of whatever the host does. What was sent before still arrives.</summary>
    public void Unplug()
    {
        Span<byte> destroy = stackalloc byte[TypeSize];
        BinaryPrimitives.WriteUInt32LittleEndian(destroy, DestroyEvent);
        Write(destroy);
    }

    /// <summary>Pulls the plug as well, where that has not been done.</summary>
    public ValueTask DisposeAsync()
    {
        _control.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>True for a report; other events are answered, or need no answer.</summary>
    private bool TryTake(Span<byte> report)
    {
        switch (BinaryPrimitives.ReadUInt32LittleEndian(_incoming))
        {
            case OutputEvent:
                // The number of a report without one is 0, and comes in front.
                int size = BinaryPrimitives.ReadUInt16LittleEndian(_incoming.AsSpan(TypeSize + DataSize));
                int number = size > HidrawTransport.ReportSize ? 1 : 0;
                _incoming.AsSpan(TypeSize + number, HidrawTransport.ReportSize).CopyTo(report);
                return true;
            case GetReportEvent:
                Refuse(GetReportReplyEvent);
                return false;
            case SetReportEvent:
                Refuse(SetReportReplyEvent);
                return false;
            default:
                return false;
        }
    }

    private void Refuse(uint reply)
    {
        Span<byte> answer = stackalloc byte[TypeSize + sizeof(uint) + (2 * sizeof(ushort))];
        answer.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(answer, reply);
        _incoming.AsSpan(TypeSize, sizeof(uint)).CopyTo(answer[TypeSize..]);
        BinaryPrimitives.WriteUInt16LittleEndian(answer[(TypeSize + sizeof(uint))..], InputOutputError);
        Write(answer);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _control.Write(bytes);
        }
        catch (IOException broken)
        {
            throw Broken(broken);
        }
    }

    private static FaultException Broken(IOException broken) =>
        new(Fault.DeviceNotFound, $"{ControlNode} broke ({broken.Message})", "Start the emulator again.", broken);
}
