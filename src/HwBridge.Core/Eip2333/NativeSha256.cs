using System.Runtime.CompilerServices;
using HwBridge.Core.Cryptography;

namespace HwBridge.Core.Eip2333;

/// <summary>
/// SHA-256 by three old functions of OpenSSL's libcrypto that work on plain memory: a state is copied and wiped like any struct, and a
/// short message costs its compression only. The framework's one-shot calls cost five times as much, which 1,530 of them make felt.
/// </summary>
/// <remarks>https://docs.openssl.org/3.0/man3/SHA256_Init: deprecated there, and in every libcrypto so far.</remarks>
internal static unsafe class NativeSha256
{
    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, int> InitFunction =
        (delegate* unmanaged[SuppressGCTransition]<State*, int>)LibCrypto.Find("SHA256_Init");

    private static readonly delegate* unmanaged[SuppressGCTransition]<State*, byte*, nuint, int> UpdateFunction =
        (delegate* unmanaged[SuppressGCTransition]<State*, byte*, nuint, int>)LibCrypto.Find("SHA256_Update");

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, State*, int> FinalFunction =
        (delegate* unmanaged[SuppressGCTransition]<byte*, State*, int>)LibCrypto.Find("SHA256_Final");

    /// <summary>True when libcrypto was found, with all three.</summary>
    internal static bool IsAvailable => InitFunction != null && UpdateFunction != null && FinalFunction != null;

    internal static void Init(State* state) => _ = InitFunction(state);

    /// <summary>Takes in a few bytes: the collector waits meanwhile.</summary>
    internal static void Update(State* state, byte* data, int length) => _ = UpdateFunction(state, data, (nuint)length);

    /// <summary>Writes 32 bytes.</summary>
    internal static void Final(State* state, byte* hash) => _ = FinalFunction(hash, state);

    /// <summary>SHA256_CTX: 112 bytes.</summary>
    [InlineArray(112 / sizeof(ulong))]
    internal struct State
    {
        private ulong _first;
    }
}
