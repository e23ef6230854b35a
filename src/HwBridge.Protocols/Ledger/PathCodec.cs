using System.Buffers.Binary;
using HwBridge.Core.Bip32;

namespace HwBridge.Protocols.Ledger;

/// <summary>The app's form of a path: one byte of count, then four bytes big-endian for each element.</summary>
internal static class PathCodec
{
    /// <summary>The most bytes that a path takes.</summary>
    internal const int MaxSize = 1 + (4 * Bip32Path.MaxDepth);

    /// <returns>The number of bytes written.</returns>
    internal static int Encode(ReadOnlySpan<uint> indices, Span<byte> destination)
    {
        destination[0] = checked((byte)indices.Length);
        for (int i = 0; i < indices.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[(1 + (4 * i))..], indices[i]);
        }

        return 1 + (4 * indices.Length);
    }

    /// <summary>A path and what follows it.</summary>
    internal static byte[] Before(Bip32Path path, ReadOnlySpan<byte> rest)
    {
        byte[] payload = new byte[1 + (4 * path.Indices.Length) + rest.Length];
        rest.CopyTo(payload.AsSpan(Encode(path.Indices, payload)));
        return payload;
    }

    /// <summary>Where a payload is cut into parts of at most 255 bytes: its begin, each cut, its end.</summary>
    /// <param name="length">Of the payload.</param>
    /// <param name="end">So many bytes at the end stay together with at least one byte before them.</param>
    internal static int[] Cut(int length, int end = 0)
    {
        List<int> cuts = [0];
        while (length - cuts[^1] > ApduLimits.MaxData)
        {
            cuts.Add(Math.Min(cuts[^1] + ApduLimits.MaxData, length - 1 - end));
        }

        return [.. cuts, length];
    }
}
