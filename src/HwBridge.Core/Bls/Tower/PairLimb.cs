using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Tower;

/// <summary>
/// What is done to one limb of an <see cref="Fp2Pair"/> (x₀, x₁ in the low half, y₀, y₁ in the high half) inside loops over the limbs.
/// </summary>
/// <remarks>A "cover" is a limb of a multiple of p that no subtraction exhausts: see <see cref="FpConstants.Cover"/>.</remarks>
internal static class PairLimb
{
    /// <summary>2^44 over the topmost limb of p, rounded up: a topmost limb times this is its quotient by p, times 2^44.</summary>
    private const uint QuotientFactor = 165163133;
    private const int QuotientBits = 44;

    private static Vector256<ulong> LowHalf => Vector256.Create(ulong.MaxValue, ulong.MaxValue, 0, 0);

    private static Vector256<ulong> Reals => Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);

    /// <summary>x in both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Low(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(0UL, 1, 0, 1));

    /// <summary>y in both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> High(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(2UL, 3, 2, 3));

    /// <summary>The halves exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> SwapHalves(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(2UL, 3, 0, 1));

    /// <summary>The components of both elements exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> SwapComponents(Vector256<ulong> limb) => Vector256.Shuffle(limb, Vector256.Create(1UL, 0, 3, 2));

    /// <summary>The low half of one and the high half of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Join(Vector256<ulong> low, Vector256<ulong> high) =>
        Vector256.ConditionalSelect(LowHalf, low, high);

    /// <summary>The low half, and 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> LowOnly(Vector256<ulong> limb) => limb & LowHalf;

    /// <summary>u · limb in both halves: (cover − x₁, x₀).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> TimesU(Vector256<ulong> limb, Vector256<ulong> cover)
    {
        Vector256<ulong> swapped = SwapComponents(limb);
        return Vector256.ConditionalSelect(Reals, cover - swapped, swapped);
    }

    /// <summary>ξ · limb in both halves, with ξ = 1 + u: (x₀ + cover − x₁, x₀ + x₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> TimesXi(Vector256<ulong> limb, Vector256<ulong> cover) => limb + TimesU(limb, cover);

    /// <summary>s · limb of x + y s in Fp4, with s² = ξ: (ξ y, x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> TimesS(Vector256<ulong> limb, Vector256<ulong> cover)
    {
        Vector256<ulong> swapped = SwapHalves(limb);
        return Join(TimesXi(swapped, cover), swapped);
    }

    /// <summary>How many times p fits into each lane, or one less: what is left after subtracting that is below 1.01p.</summary>
    /// <param name="top">The topmost limb.</param>
    /// <param name="next">The one below, not carried.</param>
    /// <remarks>The value is at least p and below 2^24 · 2^364, limbs below 2^40.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Quotient(Vector256<ulong> top, Vector256<ulong> next) =>
        FpLanes.Widen(top + (next >>> FpLanes.LimbBits), Vector256.Create((ulong)QuotientFactor)) >>> QuotientBits;

    /// <summary>Writes limb j of a sum whose limbs come one after the other, and keeps the carry.</summary>
    /// <remarks>The topmost limb of a sum below 2^392 is below 2^28 as well: what covers have borrowed from it, the carry gives back.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Put(ref Vector256<ulong> limbs, int j, ref Vector256<ulong> carry, Vector256<ulong> limb)
    {
        carry += limb;
        Unsafe.Add(ref limbs, j) = carry & Vector256.Create((ulong)FpLanes.LimbMask);
        carry >>>= FpLanes.LimbBits;
    }
}
