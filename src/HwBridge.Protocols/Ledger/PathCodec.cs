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
}
