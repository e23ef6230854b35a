using HwBridge.Core.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2335;

/// <summary>scrypt of OpenSSL's libcrypto, which is the faster one, or of libsodium where libcrypto is missing.</summary>
internal static unsafe class NativeScrypt
{
    private static readonly delegate* unmanaged<byte*, nuint, byte*, nuint, ulong, ulong, ulong, ulong, byte*, nuint, int> OpenSsl =
        (delegate* unmanaged<byte*, nuint, byte*, nuint, ulong, ulong, ulong, ulong, byte*, nuint, int>)LibCrypto.Find("EVP_PBE_scrypt");

    /// <summary>True when libcrypto was found.</summary>
    internal static bool HasOpenSsl => OpenSsl != null;

    internal static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ScryptKdf cost, Span<byte> key)
    {
        if (HasOpenSsl)
        {
            DeriveWithOpenSsl(password, salt, cost, key);
        }
        else
        {
            DeriveWithSodium(password, salt, cost, key);
        }
    }

    /// <summary>https://docs.openssl.org/3.0/man3/EVP_PBE_scrypt</summary>
    internal static void DeriveWithOpenSsl(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ScryptKdf cost, Span<byte> key)
    {
        // Its own limit is 32 MiB unless told; it counts a little more than our sum.
        ulong maxMemory = (ulong)cost.MemoryBytes + (1 << 20);
        fixed (byte* passwordBytes = password)
        fixed (byte* saltBytes = salt)
        fixed (byte* keyBytes = key)
        {
            int ok = OpenSsl(
                passwordBytes,
                (nuint)password.Length,
                saltBytes,
                (nuint)salt.Length,
                (ulong)cost.N,
                (ulong)cost.R,
                (ulong)cost.P,
                maxMemory,
                keyBytes,
                (nuint)key.Length);
            Demand(ok == 1, cost);
        }
    }

    /// <summary>https://doc.libsodium.org/advanced/scrypt</summary>
    internal static void DeriveWithSodium(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ScryptKdf cost, Span<byte> key)
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
            Demand(failed == 0, cost);
        }
    }

    private static void Demand(bool done, ScryptKdf cost)
    {
        if (!done)
        {
            throw new Faults.FaultException(
                Faults.Fault.Io,
                $"no memory for scrypt: it needs {cost.MemoryBytes >> 20} MiB",
                "Close other programs, or free memory, and try again.");
        }
    }
}
