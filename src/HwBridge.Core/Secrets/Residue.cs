using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HwBridge.Core.Secrets;

/// <summary>
/// What methods that have returned left behind: on the stack below the caller, where the compiler kept things for itself, and in the
/// vector registers, which a signal or a call that is bound late would write onto the stack again.
/// </summary>
internal static unsafe class Residue
{
    /// <summary>More than the deepest computation with a secret takes.</summary>
    private const int Size = 32 * 1024;

    /// <summary>Zeroes it. What a caller names itself, it wipes itself; this is for spilled registers and temporary copies.</summary>
    /// <remarks>Windows has x64's methods keep the registers from 6 to 15 for their callers: these stay there.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Wipe()
    {
        Span<byte> used = stackalloc byte[Size];
        CryptographicOperations.ZeroMemory(used);
        fixed (byte* zeros = used)
        {
            FillRegisters(zeros);
        }
    }

    /// <summary>Has as many vectors alive at once as the largest of processors has registers; a short vector zeroes the rest of a long register.</summary>
    // Not compiled ahead of time, for a processor without the registers of this one, nor without optimisation, with its variables on the stack.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FillRegisters(byte* zeros)
    {
        Vector128<byte> v0 = Vector128.Load(zeros + (0 * Vector128<byte>.Count));
        Vector128<byte> v1 = Vector128.Load(zeros + (1 * Vector128<byte>.Count));
        Vector128<byte> v2 = Vector128.Load(zeros + (2 * Vector128<byte>.Count));
        Vector128<byte> v3 = Vector128.Load(zeros + (3 * Vector128<byte>.Count));
        Vector128<byte> v4 = Vector128.Load(zeros + (4 * Vector128<byte>.Count));
        Vector128<byte> v5 = Vector128.Load(zeros + (5 * Vector128<byte>.Count));
        Vector128<byte> v6 = Vector128.Load(zeros + (6 * Vector128<byte>.Count));
        Vector128<byte> v7 = Vector128.Load(zeros + (7 * Vector128<byte>.Count));
        Vector128<byte> v8 = Vector128.Load(zeros + (8 * Vector128<byte>.Count));
        Vector128<byte> v9 = Vector128.Load(zeros + (9 * Vector128<byte>.Count));
        Vector128<byte> v10 = Vector128.Load(zeros + (10 * Vector128<byte>.Count));
        Vector128<byte> v11 = Vector128.Load(zeros + (11 * Vector128<byte>.Count));
        Vector128<byte> v12 = Vector128.Load(zeros + (12 * Vector128<byte>.Count));
        Vector128<byte> v13 = Vector128.Load(zeros + (13 * Vector128<byte>.Count));
        Vector128<byte> v14 = Vector128.Load(zeros + (14 * Vector128<byte>.Count));
        Vector128<byte> v15 = Vector128.Load(zeros + (15 * Vector128<byte>.Count));
        Vector128<byte> v16 = Vector128.Load(zeros + (16 * Vector128<byte>.Count));
        Vector128<byte> v17 = Vector128.Load(zeros + (17 * Vector128<byte>.Count));
        Vector128<byte> v18 = Vector128.Load(zeros + (18 * Vector128<byte>.Count));
        Vector128<byte> v19 = Vector128.Load(zeros + (19 * Vector128<byte>.Count));
        Vector128<byte> v20 = Vector128.Load(zeros + (20 * Vector128<byte>.Count));
        Vector128<byte> v21 = Vector128.Load(zeros + (21 * Vector128<byte>.Count));
        Vector128<byte> v22 = Vector128.Load(zeros + (22 * Vector128<byte>.Count));
        Vector128<byte> v23 = Vector128.Load(zeros + (23 * Vector128<byte>.Count));
        Vector128<byte> v24 = Vector128.Load(zeros + (24 * Vector128<byte>.Count));
        Vector128<byte> v25 = Vector128.Load(zeros + (25 * Vector128<byte>.Count));
        Vector128<byte> v26 = Vector128.Load(zeros + (26 * Vector128<byte>.Count));
        Vector128<byte> v27 = Vector128.Load(zeros + (27 * Vector128<byte>.Count));
        Vector128<byte> v28 = Vector128.Load(zeros + (28 * Vector128<byte>.Count));
        Vector128<byte> v29 = Vector128.Load(zeros + (29 * Vector128<byte>.Count));
        Vector128<byte> v30 = Vector128.Load(zeros + (30 * Vector128<byte>.Count));
        Vector128<byte> v31 = Vector128.Load(zeros + (31 * Vector128<byte>.Count));
        v0.Store(zeros + (0 * Vector128<byte>.Count));
        v1.Store(zeros + (1 * Vector128<byte>.Count));
        v2.Store(zeros + (2 * Vector128<byte>.Count));
        v3.Store(zeros + (3 * Vector128<byte>.Count));
        v4.Store(zeros + (4 * Vector128<byte>.Count));
        v5.Store(zeros + (5 * Vector128<byte>.Count));
        v6.Store(zeros + (6 * Vector128<byte>.Count));
        v7.Store(zeros + (7 * Vector128<byte>.Count));
        v8.Store(zeros + (8 * Vector128<byte>.Count));
        v9.Store(zeros + (9 * Vector128<byte>.Count));
        v10.Store(zeros + (10 * Vector128<byte>.Count));
        v11.Store(zeros + (11 * Vector128<byte>.Count));
        v12.Store(zeros + (12 * Vector128<byte>.Count));
        v13.Store(zeros + (13 * Vector128<byte>.Count));
        v14.Store(zeros + (14 * Vector128<byte>.Count));
        v15.Store(zeros + (15 * Vector128<byte>.Count));
        v16.Store(zeros + (16 * Vector128<byte>.Count));
        v17.Store(zeros + (17 * Vector128<byte>.Count));
        v18.Store(zeros + (18 * Vector128<byte>.Count));
        v19.Store(zeros + (19 * Vector128<byte>.Count));
        v20.Store(zeros + (20 * Vector128<byte>.Count));
        v21.Store(zeros + (21 * Vector128<byte>.Count));
        v22.Store(zeros + (22 * Vector128<byte>.Count));
        v23.Store(zeros + (23 * Vector128<byte>.Count));
        v24.Store(zeros + (24 * Vector128<byte>.Count));
        v25.Store(zeros + (25 * Vector128<byte>.Count));
        v26.Store(zeros + (26 * Vector128<byte>.Count));
        v27.Store(zeros + (27 * Vector128<byte>.Count));
        v28.Store(zeros + (28 * Vector128<byte>.Count));
        v29.Store(zeros + (29 * Vector128<byte>.Count));
        v30.Store(zeros + (30 * Vector128<byte>.Count));
        v31.Store(zeros + (31 * Vector128<byte>.Count));
    }
}
