using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HwBridge.Backups.Storage;

/// <summary>What stands in a slot that holds a part of a backup (protocols/hwbridge/stored-backup.md).</summary>
internal static class StoredPartCodec
{
    /// <summary>What each part takes beside the file's own bytes.</summary>
    internal const int HeaderSize = 20;

    /// <summary>The most parts of a backup.</summary>
    internal const int MaxParts = 255;

    /// <summary>The largest file.</summary>
    internal const int MaxFileSize = ushort.MaxValue;

    private const int IdSize = 8;
    private const int CheckSize = 4;
    private const int CheckOffset = HeaderSize - CheckSize;

    private static ReadOnlySpan<byte> Magic => "HWB1"u8;

    /// <summary>The name of a file: the first 8 bytes of its SHA-256, in hex.</summary>
    internal static string IdOf(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, IdSize));

    /// <summary>Cuts a file into parts that fit the slots, in their order, each filled before the next.</summary>
    /// <param name="file">1 to 65,535 bytes.</param>
    /// <param name="capacities">Of the slots; together at least the file and a header each, and none left over.</param>
    internal static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> file, IReadOnlyList<int> capacities)
    {
        ArgumentOutOfRangeException.ThrowIfZero(file.Length, nameof(file));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(file.Length, MaxFileSize, nameof(file));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacities.Count, MaxParts, nameof(capacities));
        byte[] id = SHA256.HashData(file)[..IdSize];
        List<byte[]> parts = [];
        ReadOnlySpan<byte> rest = file;
        foreach (int capacity in capacities)
        {
            int size = Math.Min(rest.Length, capacity - HeaderSize);
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(capacities));
            byte[] part = new byte[HeaderSize + size];
            Magic.CopyTo(part);
            part[4] = (byte)(parts.Count + 1);
            part[5] = (byte)capacities.Count;
            BinaryPrimitives.WriteUInt16BigEndian(part.AsSpan(6), (ushort)file.Length);
            id.CopyTo(part.AsSpan(8));
            rest[..size].CopyTo(part.AsSpan(HeaderSize));
            Check(part, part.AsSpan(CheckOffset, CheckSize));
            rest = rest[size..];
            parts.Add(part);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(rest.Length, 0, nameof(capacities));
        return parts;
    }

    /// <summary>Whether a slot's content means to be a part, whole or not.</summary>
    internal static bool IsPart(ReadOnlySpan<byte> content) => content.StartsWith(Magic);

    /// <summary>Reads a part; null where it is damaged or cut off.</summary>
    internal static StoredPart? TryRead(ReadOnlySpan<byte> content)
    {
        if (content.Length <= HeaderSize || !IsPart(content))
        {
            return null;
        }

        Span<byte> check = stackalloc byte[CheckSize];
        Check(content, check);
        (int number, int count) = (content[4], content[5]);
        int size = BinaryPrimitives.ReadUInt16BigEndian(content[6..]);
        bool isSound = check.SequenceEqual(content.Slice(CheckOffset, CheckSize))
            && number >= 1
            && number <= count
            && content.Length - HeaderSize <= size;
        return isSound
            ? new StoredPart(Convert.ToHexStringLower(content.Slice(8, IdSize)), number, count, size, content[HeaderSize..].ToArray())
            : null;
    }

    /// <summary>The file again; null where a part is missing or another file's.</summary>
    /// <param name="parts">In any order; the same part may come twice.</param>
    internal static byte[]? TryJoin(IReadOnlyList<StoredPart> parts)
    {
        StoredPart[] ordered = [.. parts.DistinctBy(part => part.Number).OrderBy(part => part.Number)];
        if (ordered.Length == 0 || ordered.Length != ordered[0].Count || ordered.Sum(part => part.Data.Length) != ordered[0].FileSize)
        {
            return null;
        }

        byte[] file = new byte[ordered[0].FileSize];
        int offset = 0;
        foreach (StoredPart part in ordered)
        {
            part.Data.Span.CopyTo(file.AsSpan(offset));
            offset += part.Data.Length;
        }

        return IdOf(file) == ordered[0].Backup ? file : null;
    }

    /// <summary>The first 4 bytes of SHA-256 of the header before the check and of the data behind it.</summary>
    private static void Check(ReadOnlySpan<byte> part, Span<byte> check)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(part[..CheckOffset]);
        hash.AppendData(part[HeaderSize..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        digest[..check.Length].CopyTo(check);
    }
}
