using System.Runtime.InteropServices;
using HwBridge.Core.Eip2335;

namespace HwBridge.Bench.Eip2335;

/// <summary>PBKDF2 with HMAC-SHA-256 of OpenSSL's libcrypto, called straight.</summary>
internal static partial class OpenSslPbkdf2
{
    internal static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Pbkdf2Kdf cost, Span<byte> key)
    {
        if (PKCS5_PBKDF2_HMAC(password, password.Length, salt, salt.Length, cost.C, EVP_sha256(), key.Length, key) != 1)
        {
            throw new InvalidOperationException("OpenSSL's PBKDF2 failed");
        }
    }

    /// <summary>https://docs.openssl.org/3.0/man3/PKCS5_PBKDF2_HMAC</summary>
    [LibraryImport("libcrypto.so.3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int PKCS5_PBKDF2_HMAC(
        ReadOnlySpan<byte> password,
        int passwordLength,
        ReadOnlySpan<byte> salt,
        int saltLength,
        int iterations,
        nint digest,
        int keyLength,
        Span<byte> key);

    [LibraryImport("libcrypto.so.3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint EVP_sha256();
}
