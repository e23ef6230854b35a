using HwBridge.Core.Execution;
using HwBridge.Core.Signing;

namespace HwBridge.Emulators.Ledger;

/// <summary>What is known of a transaction of which a part has come.</summary>
/// <param name="To">To whom, where that has come.</param>
/// <param name="Data">As much of the data as has come.</param>
/// <param name="End">Where it ends in what has come; null while more is to come.</param>
internal sealed record PartialTransaction(ExecutionAddress? To, ReadOnlyMemory<byte> Data, int? End)
{
    /// <summary>Reads from the first byte on; null where no RLP can begin so.</summary>
    internal static PartialTransaction? TryRead(ReadOnlyMemory<byte> received)
    {
        int toIndex = received.Span[0] switch
        {
            (byte)TransactionKind.AccessList => 4,
            (byte)TransactionKind.FeeMarket => 5,
            _ => 3,
        };
        int offset = toIndex == 3 ? 0 : 1;
        PartialTransaction nothing = new(null, default, null);
        if (offset == received.Length)
        {
            return nothing;
        }

        if (received.Span[offset] < 0xc0)
        {
            return null;
        }

        if (Header(received.Span, ref offset) is not { } listLength)
        {
            return nothing;
        }

        int end = offset + listLength;
        ExecutionAddress? to = null;
        for (int index = 0; index <= toIndex + 2; index++)
        {
            if (offset >= Math.Min(end, received.Length) || Header(received.Span, ref offset) is not { } length)
            {
                break;
            }

            ReadOnlyMemory<byte> item = received[Math.Min(offset, received.Length)..Math.Min(offset + length, received.Length)];
            if (index == toIndex && item.Length == ExecutionAddress.Size)
            {
                to = new ExecutionAddress(item.Span);
            }
            else if (index == toIndex + 2)
            {
                return new PartialTransaction(to, item, received.Length >= end ? end : null);
            }

            offset += length;
        }

        return nothing with { To = to, End = received.Length >= end ? end : null };
    }

    /// <summary>The length of the item's content, before which the offset is left; null where its header has not come whole.</summary>
    private static int? Header(ReadOnlySpan<byte> received, ref int offset)
    {
        byte first = received[offset];
        if (first < 0x80)
        {
            return 1;
        }

        int length = first - (first >= 0xc0 ? 0xc0 : 0x80);
        int size = Math.Max(length - 55, 0);
        if (size > received.Length - offset - 1)
        {
            return null;
        }

        if (size > 0)
        {
            length = 0;
            foreach (byte part in received.Slice(offset + 1, size))
            {
                // Longer ones are cut: the transaction is refused for its size then.
                length = (int)Math.Min(((long)length << 8) | part, int.MaxValue / 4);
            }
        }

        offset += 1 + size;
        return length;
    }
}
