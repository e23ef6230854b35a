using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.ReedSolomon;

namespace HwBridge.Backups.Repair;

/// <summary>
/// The appendix that repairs a file of which parts have rotted or are cut off: a file beside it, since age allows nothing after its own
/// (protocols/hwbridge/repair.md). It tells nothing that the file does not.
/// </summary>
public static class RepairAppendix
{
    /// <summary>What is added to the name of the file.</summary>
    public const string Extension = ".rs";

    /// <summary>The least and the most parity that can be asked for, in percent of the file.</summary>
    public const int MinPercent = 5, MaxPercent = 100;

    /// <summary>The largest file, in bytes.</summary>
    internal const int MaxFileSize = BackupCreator.MaxFileSize;

    /// <summary>The largest appendix, in bytes.</summary>
    internal const int MaxSize = MaxFileSize + (MaxFileSize / 64) + (2 * HeadSize);

    private const int RowSumSize = 4;
    private const int HeadSize = 56 + (RowSumSize * ReedSolomonCode.MaxLength) + SHA256.HashSizeInBytes;
    private const string Remedy = "Take another copy of the backup.";

    private static ReadOnlySpan<byte> Magic => "HWBRSv1\n"u8;

    /// <summary>Makes the appendix of a file.</summary>
    /// <param name="file">1 byte up to about 50 MiB.</param>
    /// <param name="percent">How much parity, in percent of the file: <see cref="MinPercent"/> … <see cref="MaxPercent"/>.</param>
    public static byte[] Create(ReadOnlySpan<byte> file, int percent)
    {
        ArgumentOutOfRangeException.ThrowIfZero(file.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(file.Length, MaxFileSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, MinPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, MaxPercent);
        int parity = ReedSolomonCode.MaxLength - (ReedSolomonCode.MaxLength * 100 / (100 + percent));
        int width = (file.Length + ReedSolomonCode.MaxLength - parity - 1) / (ReedSolomonCode.MaxLength - parity);
        Head head = new(file.Length, width, (file.Length + width - 1) / width, parity);
        byte[] rows = new byte[(head.DataRows + parity) * width];
        file.CopyTo(rows);
        new ReedSolomonCode(parity).Encode(rows.AsSpan(0, head.DataRows * width), width, rows.AsSpan(head.DataRows * width));

        byte[] appendix = new byte[(2 * HeadSize) + (parity * width)];
        Span<byte> first = appendix.AsSpan(0, HeadSize);
        Magic.CopyTo(first);
        BinaryPrimitives.WriteInt64BigEndian(first[8..], file.Length);
        BinaryPrimitives.WriteInt32BigEndian(first[16..], width);
        first[20] = (byte)head.DataRows;
        first[21] = (byte)parity;
        SHA256.HashData(file, first[24..]);
        for (int row = 0; row < head.DataRows + parity; row++)
        {
            RowSum(rows.AsSpan(row * width, width)).CopyTo(first[(56 + (RowSumSize * row))..]);
        }

        SHA256.HashData(first[..^SHA256.HashSizeInBytes], first[^SHA256.HashSizeInBytes..]);
        rows.AsSpan(head.DataRows * width).CopyTo(appendix.AsSpan(HeadSize));
        first.CopyTo(appendix.AsSpan(appendix.Length - HeadSize));
        return appendix;
    }

    /// <summary>The file as it was when the appendix was made.</summary>
    /// <param name="file">What is left of it: changed bytes, or less or more at its end.</param>
    /// <param name="appendix">Its appendix, which may be damaged too.</param>
    /// <returns>Bytes with the SHA-256 that the appendix knows.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: the appendix is none, or both of its heads are damaged; <see cref="Fault.Mismatch"/>: there is more damage than
    /// it repairs, or less than half of the file is left, so that it may be another file's.
    /// </exception>
    public static byte[] Repair(ReadOnlySpan<byte> file, ReadOnlySpan<byte> appendix)
    {
        ReadOnlySpan<byte> bytes = FindHead(appendix, out Head head);
        ReadOnlySpan<byte> sha256 = bytes[24..56];
        int width = head.Width;
        byte[] rows = new byte[(head.DataRows + head.Parity) * width];
        file[..Math.Min(file.Length, head.FileLength)].CopyTo(rows);
        Span<byte> parity = rows.AsSpan(head.DataRows * width);
        ReadOnlySpan<byte> there = appendix[Math.Min(HeadSize, appendix.Length)..];
        there[..Math.Min(there.Length, parity.Length)].CopyTo(parity);

        List<int> damaged = [];
        for (int row = 0; row < head.DataRows + head.Parity; row++)
        {
            if (!RowSum(rows.AsSpan(row * width, width)).SequenceEqual(bytes.Slice(56 + (RowSumSize * row), RowSumSize)))
            {
                damaged.Add(row);
            }
        }

        // Rows that are known to be damaged count once each; where there are too many, the errors in each column are looked for, which count twice.
        int[] missing = damaged.Count <= head.Parity ? [.. damaged] : [];
        if (damaged.Count > 0)
        {
            Decode(rows, head, missing);
        }

        // With much parity an appendix gives back its file out of nothing: an old one must not take a new one's place.
        byte[] repaired = rows[..head.FileLength];
        return SHA256.HashData(repaired).AsSpan().SequenceEqual(sha256) && 2L * SameBytes(file, repaired) >= repaired.Length
            ? repaired
            : throw new FaultException(
                Fault.Mismatch, "there is more damage than the appendix repairs, or it is another file's", Remedy);
    }

    private static int SameBytes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        int count = 0;
        for (int i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            count += one[i] == other[i] ? 1 : 0;
        }

        return count;
    }

    private static void Decode(byte[] rows, Head head, int[] missing)
    {
        ReedSolomonCode code = new(head.Parity);
        int count = head.DataRows + head.Parity;
        Parallel.For(0, head.Width, column =>
        {
            Span<byte> word = stackalloc byte[count];
            for (int row = 0; row < count; row++)
            {
                word[row] = rows[(row * head.Width) + column];
            }

            // A column that can't be restored is no fault here: the checksum of the whole tells.
            if (code.TryDecode(word, missing))
            {
                for (int row = 0; row < count; row++)
                {
                    rows[(row * head.Width) + column] = word[row];
                }
            }
        });
    }

    /// <summary>The head at the beginning, or the same one at the end.</summary>
    private static ReadOnlySpan<byte> FindHead(ReadOnlySpan<byte> appendix, out Head head)
    {
        if (appendix.Length >= HeadSize)
        {
            foreach (int start in (int[])[0, appendix.Length - HeadSize])
            {
                ReadOnlySpan<byte> bytes = appendix.Slice(start, HeadSize);
                if (TryRead(bytes, out head))
                {
                    return bytes;
                }
            }
        }

        throw new FaultException(Fault.BadInput, "this is no repair appendix, or both of its heads are damaged", Remedy);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out Head head)
    {
        head = default;
        if (!bytes.StartsWith(Magic)
            || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            return false;
        }

        long length = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        long width = BinaryPrimitives.ReadInt32BigEndian(bytes[16..]);
        (int dataRows, int parity) = (bytes[20], bytes[21]);

        // Anybody can compute the checksum: sizes are held to what a file of that length has.
        if (length is < 1 or > MaxFileSize
            || width < 1
            || parity < 1
            || dataRows + parity > ReedSolomonCode.MaxLength
            || dataRows != (length + width - 1) / width)
        {
            return false;
        }

        head = new Head((int)length, (int)width, dataRows, parity);
        return (long)parity * width <= MaxSize;
    }

    private static ReadOnlySpan<byte> RowSum(ReadOnlySpan<byte> row) => SHA256.HashData(row).AsSpan(0, RowSumSize);

    private readonly record struct Head(int FileLength, int Width, int DataRows, int Parity);
}
