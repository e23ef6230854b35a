using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Cryptography;

namespace HwBridge.Core.Eip2333;

/// <summary>
/// SHA-256's compression by two old functions of OpenSSL's libcrypto that work on plain memory: whoever pads the blocks pays for nothing
/// else, and wipes the state like any struct. The framework's one-shot calls cost ten times as much, which 1,530 of them make felt.
/// </summary>
/// <remarks>https://docs.openssl.org/3.0/man3/SHA256_Init and crypto/sha: deprecated there, and in every libcrypto so far.</remarks>
internal static unsafe class NativeSha256
{
    internal const int BlockSize = 64;

    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, int> InitFunction =
        (delegate* unmanaged[SuppressGCTransition]<State*, int>)LibCrypto.Find("SHA256_Init");

    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, byte*, void> TransformFunction =
        (delegate* unmanaged[SuppressGCTransition]<State*, byte*, void>)LibCrypto.Find("SHA256_Transform");

    private static readonly Vector128<byte> ByteOrder =
        Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);

    /// <summary>True when libcrypto was found, with both.</summary>
    internal static bool IsAvailable => InitFunction != null && TransformFunction != null && BitConverter.IsLittleEndian;

    /// <summary>The state before any block.</summary>
    internal static void Init(State* state) => _ = InitFunction(state);

    /// <summary>The state that 64 bytes lead to: a fraction of a microsecond, for which the collector waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Compress(State* from, byte* block, State* to)
    {
        to->Left = from->Left;
        to->Right = from->Right;
        TransformFunction(to, block);
    }

    /// <summary>The state as a hash: 32 bytes, each word big-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(State* state, byte* hash)
    {
        Vector128.Shuffle(state->Left.AsByte(), ByteOrder).Store(hash);
        Vector128.Shuffle(state->Right.AsByte(), ByteOrder).Store(hash + Vector128<byte>.Count);
    }

    /// <summary>SHA256_CTX: eight words in the machine's byte order, then what counts and buffers, which a compression ignores.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    internal struct State
    {
        internal Vector128<uint> Left;
        internal Vector128<uint> Right;
    }
}
