using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HwBridge.Core.Bls.G2;

/// <summary>expand_message_xmd of RFC 9380 §5.3.1 with SHA-256: as many uniform bytes as are asked for, of a message and a tag.</summary>
internal static class ExpandMessage
{
    private const int BlockSize = 64;
    private const int MaxTag = 255;

    private static ReadOnlySpan<byte> OversizeTag => "H2C-OVERSIZE-DST-"u8;

    /// <summary>Fills <paramref name="uniform"/>, which has at most 255 · 32 bytes.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="domainSeparationTag">At least 1 byte; more than 255 are hashed (§5.3.3).</param>
    /// <param name="uniform">Receives the bytes.</param>
    internal static void Fill(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> uniform)
    {
        ArgumentOutOfRangeException.ThrowIfZero(domainSeparationTag.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uniform.Length, byte.MaxValue * SHA256.HashSizeInBytes);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // A block is the first hash xor the one before, the block's number and the tag with its length; the first block is the first hash.
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes + 1 + MaxTag + 1];
        Span<byte> tag = block[(SHA256.HashSizeInBytes + 1)..];
        if (domainSeparationTag.Length > MaxTag)
        {
            hash.AppendData(OversizeTag);
            hash.AppendData(domainSeparationTag);
            tag = tag[..(hash.GetHashAndReset(tag) + 1)];
        }
        else
        {
            domainSeparationTag.CopyTo(tag);
            tag = tag[..(domainSeparationTag.Length + 1)];
        }

        tag[^1] = (byte)(tag.Length - 1);
        block = block[..(SHA256.HashSizeInBytes + 1 + tag.Length)];
        Span<byte> length = stackalloc byte[3];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)uniform.Length);
        length[2] = 0;
        Span<byte> first = stackalloc byte[BlockSize];
        first.Clear();
        hash.AppendData(first);
        hash.AppendData(message);
        hash.AppendData(length);
        hash.AppendData(tag);
        first = first[..hash.GetHashAndReset(first)];

        Span<byte> previous = block[..SHA256.HashSizeInBytes];
        Span<byte> next = stackalloc byte[SHA256.HashSizeInBytes];
        first.CopyTo(previous);
        for (byte number = 1; uniform.Length > 0; number++)
        {
            block[SHA256.HashSizeInBytes] = number;
            SHA256.HashData(block, next);
            int used = Math.Min(next.Length, uniform.Length);
            next[..used].CopyTo(uniform);
            uniform = uniform[used..];
            for (int i = 0; i < next.Length; i++)
            {
                previous[i] = (byte)(first[i] ^ next[i]);
            }
        }
    }
}
