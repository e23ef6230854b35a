using System.Runtime.InteropServices;

namespace HwBridge.Core.Cryptography;

/// <summary>OpenSSL's libcrypto, where the system has one: it is no part of this program.</summary>
internal static class LibCrypto
{
    private static readonly nint Library = Load();

    /// <summary>The address of an exported function; 0 where the library or the function is missing.</summary>
    internal static nint Find(string function) =>
        Library != 0 && NativeLibrary.TryGetExport(Library, function, out nint address) ? address : 0;

    private static nint Load()
    {
        foreach (string name in (string[])["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.3.dylib", "libcrypto-3-x64.dll"])
        {
            if (NativeLibrary.TryLoad(name, typeof(LibCrypto).Assembly, DllImportSearchPath.SafeDirectories, out nint library))
            {
                return library;
            }
        }

        return 0;
    }
}
