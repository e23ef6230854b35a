using System.Buffers.Binary;
using System.Security.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2333;

/// <summary>The Lamport key between a parent and a child: secret chunks that exist one at a time, and the hashes of all.</summary>
internal static unsafe class LamportKey
{
    internal const int HashSize = SHA256.HashSizeInBytes;
    private const int Chunks = 255;
    private const int BlockSize = 64;

    /// <summary>parent_SK_to_lamport_PK.</summary>
    /// <param name="parent">32 bytes, big-endian.</param>
    /// <param name="index">The child's.</param>
    /// <param name="compressed">Receives 32 secret bytes.</param>
    internal static void Compress(ReadOnlySpan<byte> parent, uint index, Span<byte> compressed)
    {
        Span<byte> salt = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(salt, index);
        using SecretBuffer scratch = SecretBuffer.Allocate(parent.Length + HashSize + (2 * Chunks * HashSize));
        Span<byte> material = scratch.Span[..parent.Length];
        Span<byte> pseudoRandomKey = scratch.Span.Slice(parent.Length, HashSize);
        Span<byte> hashes = scratch.Span[(parent.Length + HashSize)..];
        parent.CopyTo(material);
        for (int half = 0; half < 2; half++)
        {
            HKDF.Extract(HashAlgorithmName.SHA256, material, salt, pseudoRandomKey);
            HashChunks(pseudoRandomKey, hashes.Slice(half * Chunks * HashSize, Chunks * HashSize));

            // The second half comes from the parent's complement.
            foreach (ref byte value in material)
            {
                value = (byte)~value;
            }
        }

        SHA256.HashData(hashes, compressed);
    }

    /// <summary>The SHA-256 of each of the 255 blocks that HKDF-Expand gives (RFC 5869 § 2.3: T(i) = HMAC(key, T(i−1) | i)).</summary>
    internal static void HashChunks(ReadOnlySpan<byte> key, Span<byte> hashes)
    {
        if (NativeSha256.IsAvailable)
        {
            HashChunksNatively(key, hashes);
        }
        else
        {
            HashChunksByFramework(key, hashes);
        }
    }

    internal static void HashChunksByFramework(ReadOnlySpan<byte> key, Span<byte> hashes)
    {
        using SecretBuffer scratch = SecretBuffer.Allocate(HashSize + 1);
        Span<byte> message = scratch.Span;
        for (int i = 1; i <= Chunks; i++)
        {
            message[HashSize] = (byte)i;
            HMACSHA256.HashData(key, i == 1 ? message[HashSize..] : message, message);
            SHA256.HashData(message[..HashSize], hashes.Slice((i - 1) * HashSize, HashSize));
        }
    }

    private static void HashChunksNatively(ReadOnlySpan<byte> key, Span<byte> hashes)
    {
        NativeSha256.State empty = default;
        NativeSha256.Init(&empty);
        using SecretBuffer scratch = SecretBuffer.Allocate(sizeof(Work));
        fixed (byte* bytes = scratch.Span)
        fixed (byte* destination = hashes)
        {
            Work* work = (Work*)bytes;
            StartHmac(key, 0x36, &empty, &work->Inner, work->Block);
            StartHmac(key, 0x5c, &empty, &work->Outer, work->Block);
            for (int i = 1; i <= Chunks; i++)
            {
                work->Message[HashSize] = (byte)i;
                work->Running = work->Inner;
                int known = i == 1 ? HashSize : 0;
                NativeSha256.Update(&work->Running, work->Message + known, HashSize + 1 - known);
                NativeSha256.Final(&work->Running, work->Message);
                work->Running = work->Outer;
                NativeSha256.Update(&work->Running, work->Message, HashSize);
                NativeSha256.Final(&work->Running, work->Message);
                work->Running = empty;
                NativeSha256.Update(&work->Running, work->Message, HashSize);
                NativeSha256.Final(&work->Running, destination + ((i - 1) * HashSize));
            }
        }
    }

    /// <summary>The state after the padded key, which every HMAC of the chain starts from.</summary>
    private static void StartHmac(ReadOnlySpan<byte> key, byte pad, NativeSha256.State* empty, NativeSha256.State* state, byte* block)
    {
        for (int i = 0; i < BlockSize; i++)
        {
            block[i] = (byte)(pad ^ (i < key.Length ? key[i] : 0));
        }

        *state = *empty;
        NativeSha256.Update(state, block, BlockSize);
    }

    /// <summary>All that is secret. A multiple of 8 bytes, so that it is aligned in guarded memory, which ends with its page.</summary>
    private struct Work
    {
        internal NativeSha256.State Inner;
        internal NativeSha256.State Outer;
        internal NativeSha256.State Running;
        internal fixed byte Block[BlockSize];
        internal fixed byte Message[HashSize + 1];
    }
}
