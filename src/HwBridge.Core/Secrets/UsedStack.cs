using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace HwBridge.Core.Secrets;

/// <summary>The stack below the caller, where methods that have returned left what the compiler kept there for itself.</summary>
internal static class UsedStack
{
    /// <summary>More than the deepest computation with a secret takes.</summary>
    private const int Size = 32 * 1024;

    /// <summary>Zeroes it. What a caller names itself, it wipes itself; this is for spilled registers and temporary copies.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Wipe()
    {
        Span<byte> used = stackalloc byte[Size];
        CryptographicOperations.ZeroMemory(used);
    }
}
