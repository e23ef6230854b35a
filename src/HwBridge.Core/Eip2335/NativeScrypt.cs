using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2335;

/// <summary>scrypt of libsodium: two thirds of what OpenSSL's takes (tests/bench), and always there.</summary>
/// <remarks>Its work memory goes straight back to the kernel, which clears it before anybody gets it.</remarks>
internal static unsafe class NativeScrypt
{
    /// <summary>https://doc.libsodium.org/advanced/scrypt</summary>
    internal static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ScryptKdf cost, Span<byte> key)
    {
        fixed (byte* passwordBytes = password)
        fixed (byte* saltBytes = salt)
        fixed (byte* keyBytes = key)
        {
            int failed = Sodium.crypto_pwhash_scryptsalsa208sha256_ll(
                passwordBytes,
                (nuint)password.Length,
                saltBytes,
                (nuint)salt.Length,
                (ulong)cost.N,
                (uint)cost.R,
                (uint)cost.P,
                keyBytes,
                (nuint)key.Length);
            if (failed != 0)
            {
                throw new Faults.FaultException(
                    Faults.Fault.Io,
                    $"no memory for scrypt: it needs {cost.MemoryBytes >> 20} MiB",
                    "Close other programs, or free memory, and try again.");
            }
        }
    }
}
