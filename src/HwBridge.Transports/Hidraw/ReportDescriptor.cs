using System.Buffers.Binary;

namespace HwBridge.Transports.Hidraw;

/// <summary>The few items of a HID report descriptor that tell what an interface is for (HID 1.11, 6.2.2).</summary>
internal static class ReportDescriptor
{
    private const byte LongItem = 0xfe;
    private const byte UsagePage = 0x04;
    private const byte Collection = 0xa0;
    private const byte WithoutSize = 0xfc;

    /// <summary>The usage page that is in force where the first collection begins; null when there is none, or the bytes make no sense.</summary>
    internal static ushort? FirstUsagePage(ReadOnlySpan<byte> descriptor)
    {
        ushort? page = null;
        while (!descriptor.IsEmpty)
        {
            // tag (4 bits) | type (2) | size of the data (2; 3 means four bytes), or a long item: fe | size | tag
            byte prefix = descriptor[0];
            bool isLong = prefix == LongItem;
            int header = isLong ? 3 : 1;
            if (descriptor.Length < header)
            {
                return null;
            }

            int size = isLong ? descriptor[1] : (prefix & 3) == 3 ? 4 : prefix & 3;
            if (descriptor.Length < header + size)
            {
                return null;
            }

            if (!isLong && (prefix & WithoutSize) == Collection)
            {
                return page;
            }

            if (!isLong && (prefix & WithoutSize) == UsagePage)
            {
                page = size switch
                {
                    1 => descriptor[1],
                    2 or 4 => BinaryPrimitives.ReadUInt16LittleEndian(descriptor[1..]),
                    _ => null,
                };
            }

            descriptor = descriptor[(header + size)..];
        }

        return null;
    }
}
