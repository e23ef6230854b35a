using System.Runtime.InteropServices;
using HwBridge.Core.Eip2335;

namespace HwBridge.Bench.Eip2335;

/// <summary>scrypt of OpenSSL's libcrypto, called straight.</summary>
internal static unsafe partial class OpenSslScrypt
{
    internal static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ScryptKdf cost, Span<byte> key)
    {
        // Its own limit is 32 MiB unless told; it counts a little more than our sum.
        ulong maxMemory = (ulong)cost.MemoryBytes + (1 << 20);
        int ok = EVP_PBE_scrypt(
            password,
            (nuint)password.Length,
            salt,
            (nuint)salt.Length,
            (ulong)cost.N,
            (ulong)cost.R,
            (ulong)cost.P,
            maxMemory,
            key,
            (nuint)key.Length);
        if (ok != 1)
        {
            throw new InvalidOperationException("OpenSSL's scrypt failed");
        }
    }

    /// <summary>https://docs.openssl.org/3.0/man3/EVP_PBE_scrypt</summary>
    [LibraryImport("libcrypto.so.3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EVP_PBE_scrypt(
        ReadOnlySpan<byte> password,
        nuint passwordLength,
        ReadOnlySpan<byte> salt,
        nuint saltLength,
        ulong n,
        ulong r,
        ulong p,
        ulong maxMemory,
        Span<byte> key,
        nuint keyLength);
}
