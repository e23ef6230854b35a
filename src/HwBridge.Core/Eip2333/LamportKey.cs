using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HwBridge.Core.Eip2333;

/// <summary>The Lamport key between a parent and a child: secret chunks that exist one at a time, and the hashes of all.</summary>
internal static unsafe class LamportKey
{
    internal const int HashSize = SHA256.HashSizeInBytes;

    /// <summary>One from the parent, one from its complement.</summary>
    internal const int Halves = 2;

    /// <summary>In each half.</summary>
    internal const int Chunks = 255;

    /// <summary>The chains first: guarded memory ends with its page, so that what has a size of whole 16 bytes is aligned.</summary>
    internal static int ScratchSize => ChainsSize + (Halves * Chunks * HashSize) + (Halves * HashSize) + HashSize;

    internal static int ChainsSize => Halves * sizeof(Chain);

    /// <summary>parent_SK_to_lamport_PK.</summary>
    /// <param name="parent">32 bytes, big-endian.</param>
    /// <param name="index">The child's.</param>
    /// <param name="compressed">Receives 32 secret bytes.</param>
    /// <param name="scratch">Guarded memory to work in, <see cref="ScratchSize"/> bytes.</param>
    internal static void Compress(ReadOnlySpan<byte> parent, uint index, Span<byte> compressed, Span<byte> scratch)
    {
        Span<byte> salt = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(salt, index);
        Span<byte> chains = scratch[..ChainsSize];
        Span<byte> hashes = scratch.Slice(ChainsSize, Halves * Chunks * HashSize);
        Span<byte> keys = scratch.Slice(ChainsSize + hashes.Length, Halves * HashSize);
        Span<byte> material = scratch[^HashSize..];
        parent.CopyTo(material);
        HKDF.Extract(HashAlgorithmName.SHA256, material, salt, keys[..HashSize]);
        foreach (ref byte value in material)
        {
            value = (byte)~value;
        }

        HKDF.Extract(HashAlgorithmName.SHA256, material, salt, keys[HashSize..]);
        HashChunks(keys, hashes, chains);
        SHA256.HashData(hashes, compressed);
    }

    /// <summary>The SHA-256 of each of the blocks that HKDF-Expand gives (RFC 5869 § 2.3: T(i) = HMAC(key, T(i−1) | i)).</summary>
    /// <param name="keys">The pseudorandom keys of both halves, 32 bytes each.</param>
    /// <param name="hashes">Receives 255 hashes for each.</param>
    /// <param name="chains">Guarded memory to work in, <see cref="ChainsSize"/> bytes.</param>
    internal static void HashChunks(ReadOnlySpan<byte> keys, Span<byte> hashes, Span<byte> chains)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(chains.Length, ChainsSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, Halves * HashSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, Halves * Chunks * HashSize);
        if (NativeSha256.IsAvailable)
        {
            HashChunksNatively(keys, hashes, chains);
        }
        else
        {
            HashChunksByFramework(keys, hashes, chains);
        }
    }

    internal static void HashChunksByFramework(ReadOnlySpan<byte> keys, Span<byte> hashes, Span<byte> work)
    {
        Span<byte> message = work[..(HashSize + 1)];
        for (int n = 0; n < Halves * Chunks; n++)
        {
            int i = n % Chunks;
            message[HashSize] = (byte)(i + 1);
            HMACSHA256.HashData(keys.Slice(n / Chunks * HashSize, HashSize), i == 0 ? message[HashSize..] : message, message);
            SHA256.HashData(message[..HashSize], hashes.Slice(n * HashSize, HashSize));
        }
    }

    /// <summary>
    /// Every message fits one padded block, so a chunk costs three compressions. The halves take turns: neither waits for the other, and
    /// the processor starts one's compression while the other's ends.
    /// </summary>
    private static void HashChunksNatively(ReadOnlySpan<byte> keys, Span<byte> hashes, Span<byte> work)
    {
        NativeSha256.State empty = default;
        NativeSha256.Init(&empty);
        work.Clear();
        fixed (byte* bytes = work, first = hashes)
        {
            Chain* chains = (Chain*)bytes;
            Chain* end = chains + Halves;
            for (Chain* chain = chains; chain < end; chain++, keys = keys[HashSize..])
            {
                Start(chain, keys[..HashSize], &empty);
            }

            for (int i = 0; i < Chunks; i++)
            {
                for (Chain* chain = chains; chain < end; chain++)
                {
                    NativeSha256.Compress(&chain->Inner, chain->Message, &chain->Running);
                    NativeSha256.Write(&chain->Running, chain->Digest);
                }

                for (Chain* chain = chains; chain < end; chain++)
                {
                    NativeSha256.Compress(&chain->Outer, chain->Digest, &chain->Running);
                    NativeSha256.Write(&chain->Running, chain->Chunk);
                    NativeSha256.Write(&chain->Running, chain->Message);
                    if (i == 0)
                    {
                        Pad(chain->Message, HashSize + 1, NativeSha256.BlockSize + HashSize + 1);
                    }

                    chain->Message[HashSize] = (byte)(i + 2);
                }

                byte* hash = first + (i * HashSize);
                for (Chain* chain = chains; chain < end; chain++, hash += Chunks * HashSize)
                {
                    NativeSha256.Compress(&empty, chain->Chunk, &chain->Running);
                    NativeSha256.Write(&chain->Running, hash);
                }
            }
        }
    }

    /// <summary>The first message, which is the counter alone, and the keyed states that every HMAC of a chain starts from.</summary>
    private static void Start(Chain* chain, ReadOnlySpan<byte> key, NativeSha256.State* empty)
    {
        chain->Message[0] = 1;
        Pad(chain->Message, 1, NativeSha256.BlockSize + 1);
        Pad(chain->Digest, HashSize, NativeSha256.BlockSize + HashSize);
        Pad(chain->Chunk, HashSize, HashSize);
        PadKey(key, 0x36, chain->Key);
        NativeSha256.Compress(empty, chain->Key, &chain->Inner);
        PadKey(key, 0x5c, chain->Key);
        NativeSha256.Compress(empty, chain->Key, &chain->Outer);
    }

    /// <summary>The first block of an inner or outer hash (RFC 2104 § 2).</summary>
    /// <remarks>
    /// A method of its own, and the last before the compressions: what computes in 256-bit registers ends with VZEROUPPER. Where their
    /// upper halves are left in use, libcrypto's 128-bit instructions wait for them, and two compressions never overlap.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PadKey(ReadOnlySpan<byte> key, byte pad, byte* block)
    {
        Vector256<byte> pads = Vector256.Create(pad);
        (Vector256.Create(key) ^ pads).Store(block);
        pads.Store(block + HashSize);
    }

    /// <summary>Ends a message (FIPS 180-4 § 5.1.1): the bit 1, zeroes, and the number of its bits.</summary>
    /// <param name="block">The message's last block.</param>
    /// <param name="used">How many bytes of that block are the message's.</param>
    /// <param name="length">How many bytes the message has in all blocks.</param>
    private static void Pad(byte* block, int used, int length)
    {
        Span<byte> padding = new(block + used, NativeSha256.BlockSize - used);
        padding.Clear();
        padding[0] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(padding[^sizeof(int)..], 8 * length);
    }

    /// <summary>One half's secrets: states, and the last block of each kind of message.</summary>
    private struct Chain
    {
        internal NativeSha256.State Inner;
        internal NativeSha256.State Outer;
        internal NativeSha256.State Running;
        internal fixed byte Key[NativeSha256.BlockSize];
        internal fixed byte Message[NativeSha256.BlockSize];
        internal fixed byte Digest[NativeSha256.BlockSize];
        internal fixed byte Chunk[NativeSha256.BlockSize];
    }
}
