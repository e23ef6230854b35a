using System.Buffers.Binary;

namespace HwBridge.Emulators.Usb;

/// <summary>A control request (USB 2.0, 9.3).</summary>
/// <param name="Kind">Direction (bit 7: to the host), class (bits 5 and 6) and recipient.</param>
/// <param name="Request">What is asked.</param>
/// <param name="Value">Its parameter.</param>
/// <param name="Length">How many bytes the host takes at most.</param>
internal readonly record struct UsbSetup(byte Kind, byte Request, ushort Value, ushort Length)
{
    private const byte ClassMask = 0x60;
    private const byte ToHost = 0x80;

    private const byte GetStatus = 0;
    private const byte ClearFeature = 1;
    private const byte GetDescriptor = 6;
    private const byte GetConfiguration = 8;
    private const byte SetConfiguration = 9;
    private const byte GetInterface = 10;
    private const byte SetInterface = 11;
    private const byte HidSetIdle = 10;
    private const byte HidClass = 0x20;

    internal bool IsToHost => (Kind & ToHost) != 0;

    internal static UsbSetup Parse(ReadOnlySpan<byte> bytes) => new(
        bytes[0], bytes[1], BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]));

    /// <summary>What a device of this description answers; null where it stalls.</summary>
    internal byte[]? Answer(UsbDescription description)
    {
        byte[]? answer = (Kind & ClassMask, Request) switch
        {
            (0, GetDescriptor) => description.Descriptor((byte)(Value >> 8), (byte)Value),
            (0, GetStatus) => [0, 0],
            (0, GetConfiguration) => [1],
            (0, GetInterface) when IsToHost => [0],
            (0, ClearFeature or SetConfiguration or SetInterface) or (HidClass, HidSetIdle) when !IsToHost => [],
            _ => null,
        };
        return answer is not null && answer.Length > Length ? answer[..Length] : answer;
    }
}
