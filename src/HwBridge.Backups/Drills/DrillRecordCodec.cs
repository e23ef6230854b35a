using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Drills;

/// <summary>The bytes of a <see cref="DrillRecord"/> (protocols/hwbridge/drill-record.md § The file): always as many, big-endian.</summary>
internal static class DrillRecordCodec
{
    /// <summary>The size of every record.</summary>
    internal const int Size = 4096;

    private const int HeaderSize = 64;
    private const int SaltOffset = 16;
    private const int EntrySize = 32;
    private const int SumOffset = Size - SHA256.HashSizeInBytes;
    private const byte Match = 1;
    private const byte Failed = 2;

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    private static ReadOnlySpan<byte> Magic => "HWDRILL1"u8;

    /// <summary>Where there is no entry there is randomness, so that a compressed copy has the same size too.</summary>
    internal static byte[] Write(DrillRecord record)
    {
        byte[] bytes = new byte[Size];
        Magic.CopyTo(bytes);
        WriteDay(bytes.AsSpan(8), record.Written);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(12), (ushort)record.Entries.Count);
        record.Salt.CopyTo(bytes, SaltOffset);
        RandomNumberGenerator.Fill(bytes.AsSpan(HeaderSize..SumOffset));
        Span<byte> rest = bytes.AsSpan(HeaderSize);
        foreach (DrillEntry entry in record.Entries)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, entry.Id.Value);
            WriteDay(rest[16..], entry.LastMatch);
            WriteDay(rest[20..], entry.LastTry);
            rest[24..EntrySize].Clear();
            rest[24] = entry.Matched ? Match : Failed;
            rest = rest[EntrySize..];
        }

        SHA256.HashData(bytes.AsSpan(..SumOffset), bytes.AsSpan(SumOffset));
        return bytes;
    }

    /// <summary>Reads a record, all of it or nothing.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: damaged, naming where.</exception>
    internal static DrillRecord Read(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.Length != Size)
        {
            throw Damaged(source, $"has {bytes.Length} bytes instead of {Size}");
        }

        if (!bytes.StartsWith(Magic))
        {
            throw Damaged(source, "does not begin as one");
        }

        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..SumOffset], sum);
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        if (!sum.SequenceEqual(bytes[SumOffset..]) || count > DrillRecord.MaxEntries)
        {
            throw Damaged(source, "has other bytes than its checksum says");
        }

        List<DrillEntry> entries = [];
        for (int i = 0; i < count; i++)
        {
            int offset = HeaderSize + (i * EntrySize);
            ReadOnlySpan<byte> entry = bytes.Slice(offset, EntrySize);
            DrillId id = new(BinaryPrimitives.ReadUInt128BigEndian(entry));
            if (ReadDay(entry[20..]) is not { } lastTry || entry[24] is not (Match or Failed) || entries.Exists(one => one.Id == id))
            {
                throw Damaged(source, $"has an entry at byte {offset} that makes no sense");
            }

            entries.Add(new DrillEntry(id, ReadDay(entry[16..]), lastTry, entry[24] == Match));
        }

        DateOnly written = ReadDay(bytes[8..]) ?? throw Damaged(source, "has no date");
        return new DrillRecord(bytes.Slice(SaltOffset, DrillRecord.SaltSize).ToArray(), written, entries);
    }

    private static FaultException Damaged(string source, string what) => new(
        Fault.BadInput,
        $"{source}: the record of drills is damaged: it {what}",
        $"Move it away (mv {source} {source}.damaged), then run each drill again: which backups are due is not known until then.");

    // 0 for never; the first day after 1970-01-01 is 1.
    private static void WriteDay(Span<byte> destination, DateOnly? day) =>
        BinaryPrimitives.WriteInt32BigEndian(destination, day is { } known ? Math.Max(1, known.DayNumber - Epoch) : 0);

    private static DateOnly? ReadDay(ReadOnlySpan<byte> source)
    {
        int day = BinaryPrimitives.ReadInt32BigEndian(source);
        return day > 0 && day <= DateOnly.MaxValue.DayNumber - Epoch ? DateOnly.FromDayNumber(day + Epoch) : null;
    }
}
