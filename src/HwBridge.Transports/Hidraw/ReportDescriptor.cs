using System.Buffers.Binary;

namespace HwBridge.Transports.Hidraw;

/// <summary>The few items of a HID report descriptor that tell what an interface is for (HID 1.11, 6.2.2).</summary>
internal static class ReportDescriptor
{
    private const byte LongItem = 0xfe;
    private const byte UsagePage = 0x04;
    private const byte ReportNumber = 0x84;
    private const byte Collection = 0xa0;
    private const byte WithoutSize = 0xfc;

    /// <summary>The usage page that is in force where the first collection begins; null when there is none, or the bytes make no sense.</summary>
    internal static ushort? FirstUsagePage(ReadOnlySpan<byte> descriptor)
    {
        ushort? page = null;
        while (TryTake(ref descriptor, out byte kind, out ReadOnlySpan<byte> data))
        {
            switch (kind)
            {
                case Collection:
                    return page;
                case UsagePage:
                    page = data.Length switch
                    {
                        1 => data[0],
                        2 or 4 => BinaryPrimitives.ReadUInt16LittleEndian(data),
                        _ => null,
                    };
                    break;
            }
        }

        return null;
    }

    /// <summary>Whether its reports begin with a number.</summary>
    internal static bool HasReportNumbers(ReadOnlySpan<byte> descriptor)
    {
        while (TryTake(ref descriptor, out byte kind, out _))
        {
            if (kind == ReportNumber)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the next item off; false at the end, and where the bytes make no sense.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> descriptor, out byte kind, out ReadOnlySpan<byte> data)
    {
        kind = 0;
        data = default;
        if (descriptor.IsEmpty)
        {
            return false;
        }

        // tag (4 bits) | type (2) | size of the data (2; 3 means four bytes), or a long item: fe | size | tag
        byte prefix = descriptor[0];
        bool isLong = prefix == LongItem;
        int header = isLong ? 3 : 1;
        if (descriptor.Length < header)
        {
            return false;
        }

        int size = isLong ? descriptor[1] : (prefix & 3) == 3 ? 4 : prefix & 3;
        if (descriptor.Length < header + size)
        {
            return false;
        }

        kind = isLong ? LongItem : (byte)(prefix & WithoutSize);
        data = descriptor.Slice(header, size);
        descriptor = descriptor[(header + size)..];
        return true;
    }
}
