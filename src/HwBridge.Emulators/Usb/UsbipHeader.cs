using System.Buffers.Binary;
using HwBridge.Core.Faults;

namespace HwBridge.Emulators.Usb;

/// <summary>The 48 bytes before each USB/IP request of an attached host, and before each answer (Linux, usbip_protocol.rst).</summary>
/// <remarks>
/// Big-endian, but for the eight bytes of a control request, which are as on the wire:
/// <code>
///   request  command u32 | sequence u32 | device u32 | direction u32 | endpoint u32 | submit: flags u32 | length i32 | frame | packets | interval | setup[8]
///                                                                                     unlink: sequence u32 of the other request
///   answer   command u32 | sequence u32 | 0 | 0 | 0 | status i32 | submit: length i32 | 0 …
/// </code>
/// </remarks>
/// <param name="Command">What is asked.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="IsIn">Whether the data go to the host.</param>
/// <param name="Endpoint">The endpoint's number, without its direction.</param>
/// <param name="Length">How many bytes the host sends after this, or takes at most.</param>
/// <param name="Unlinked">The number of the request that is taken back.</param>
/// <param name="Setup">The eight bytes of a control request.</param>
internal readonly record struct UsbipHeader(
    UsbipCommand Command, uint Sequence, bool IsIn, byte Endpoint, int Length, uint Unlinked, UsbSetup Setup)
{
    internal const int Size = 48;

    /// <summary>What a host may send with one request: more than any that this device knows.</summary>
    internal const int MaxOut = 4096;

    private const int MaxIn = 1 << 20;
    private const int MaxEndpoint = 15;

    /// <summary>Reads a request's header.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: none that such a device can get.</exception>
    internal static UsbipHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var command = (UsbipCommand)BinaryPrimitives.ReadUInt32BigEndian(bytes);
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (command == UsbipCommand.Unlink)
        {
            return new UsbipHeader(command, sequence, false, 0, 0, BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]), default);
        }

        uint direction = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        uint endpoint = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes[24..]);
        int packets = BinaryPrimitives.ReadInt32BigEndian(bytes[32..]);
        return command == UsbipCommand.Submit && direction <= 1 && endpoint <= MaxEndpoint && packets is 0 or -1
            && length >= 0 && length <= (direction == 1 ? MaxIn : MaxOut)
            ? new UsbipHeader(command, sequence, direction == 1, (byte)endpoint, length, 0, UsbSetup.Parse(bytes[40..]))
            : throw new FaultException(
                Fault.Protocol,
                $"the host sent a USB/IP request that makes no sense (command {(uint)command}, endpoint {endpoint}, {length} bytes)",
                "Attach the device with the usbip tool of Linux.");
    }

    /// <summary>Writes an answer's header.</summary>
    /// <param name="bytes">48 bytes.</param>
    /// <param name="command">What is answered.</param>
    /// <param name="sequence">The request's number.</param>
    /// <param name="status">0, or a negative error number of Linux.</param>
    /// <param name="length">How many bytes went over.</param>
    internal static void WriteAnswer(Span<byte> bytes, UsbipCommand command, uint sequence, int status, int length)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(command == UsbipCommand.Submit ? UsbipCommand.Submitted : UsbipCommand.Unlinked));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(bytes[20..], status);
        BinaryPrimitives.WriteInt32BigEndian(bytes[24..], length);
    }
}
