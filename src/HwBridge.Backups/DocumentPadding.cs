using System.Numerics;

namespace HwBridge.Backups;

/// <summary>
/// The steps to which documents are padded, so that the size of a backup tells little of what is inside (protocols/hwbridge/backup.md § Padding):
/// 16 KiB, and above that four steps between each power of two and the next.
/// </summary>
public static class DocumentPadding
{
    /// <summary>The lowest step, in bytes: about 55 keys without history.</summary>
    public const int Smallest = 16 << 10;

    /// <summary>The step that holds <paramref name="length"/> bytes: at most a quarter more, above the lowest one.</summary>
    public static long StepOf(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length <= Smallest)
        {
            return Smallest;
        }

        long step = 1L << (BitOperations.Log2((ulong)(length - 1)) - 2);
        return (length + step - 1) / step * step;
    }

    /// <summary>Whether a document of this length is on a step, as every padded one is.</summary>
    public static bool IsStep(long length) => length >= Smallest && StepOf(length) == length;
}
