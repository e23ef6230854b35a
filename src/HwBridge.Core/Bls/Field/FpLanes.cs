using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HwBridge.Core.Bls.Field;

/// <summary>
/// Four elements of Fp (p of 381 bits) side by side, one in each lane: element = Σ limb[j] · 2^(28 j), in Montgomery form
/// with R = 2^392. A point's coordinates, an element of Fp2 or four independent elements fit.
/// </summary>
/// <remarks>
/// <para>
/// The JIT has neither add-with-carry nor a two-register multiplication, so that one 64-bit Montgomery product costs more than
/// these four do: 32 × 32 → 64 bit lanes leave room to add up all partial products without a carry.
/// </para>
/// <para>
/// Elements are not reduced below p between operations. <see cref="Multiply"/> takes limbs below 2^30 and gives limbs below
/// 2^28 (the topmost holds what is left); when the operands are below k·p and l·p with k·l ≤ 2519, so that k·l·p ≤ R, the product is
/// below 2p. Each caller states its bounds. No branch and no index depends on a value.
/// </para>
/// </remarks>
[InlineArray(Limbs)]
internal struct FpLanes
{
    /// <summary>Limbs of an element.</summary>
    internal const int Limbs = 14;

    /// <summary>Bits of a limb.</summary>
    internal const int LimbBits = 28;

    /// <summary>The bits of a limb, set.</summary>
    internal const uint LimbMask = (1u << LimbBits) - 1;

    /// <summary>−p⁻¹ modulo 2^28.</summary>
    internal const ulong NegativeInverse = 0xffcfffd;

    private Vector256<ulong> _limb;

    /// <summary>left · right · R⁻¹, lane by lane. The destination may be one of the operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(ref FpLanes product, ref readonly FpLanes left, ref readonly FpLanes right)
    {
        ref Vector256<ulong> x = ref Unsafe.AsRef(in left[0]);
        ref Vector256<ulong> y = ref Unsafe.AsRef(in right[0]);
        ref Vector256<ulong> p = ref Unsafe.AsRef(in FpConstants.P[0]);
        Vector256<ulong> inverse = Vector256.Create(NegativeInverse);
        Vector256<ulong> mask = Vector256.Create((ulong)LimbMask);
        Vector256<ulong> t0 = default;
        Vector256<ulong> t1 = default;
        Vector256<ulong> t2 = default;
        Vector256<ulong> t3 = default;
        Vector256<ulong> t4 = default;
        Vector256<ulong> t5 = default;
        Vector256<ulong> t6 = default;
        Vector256<ulong> t7 = default;
        Vector256<ulong> t8 = default;
        Vector256<ulong> t9 = default;
        Vector256<ulong> t10 = default;
        Vector256<ulong> t11 = default;
        Vector256<ulong> t12 = default;
        Vector256<ulong> t13 = default;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> a = Unsafe.Add(ref x, i);
            t0 += Widen(a, y);
            Vector256<ulong> m = Widen(t0, inverse) & mask;
            t0 = (t0 + Widen(m, p)) >>> LimbBits;
            t0 += t1 + Widen(a, Unsafe.Add(ref y, 1)) + Widen(m, Unsafe.Add(ref p, 1));
            t1 = t2 + Widen(a, Unsafe.Add(ref y, 2)) + Widen(m, Unsafe.Add(ref p, 2));
            t2 = t3 + Widen(a, Unsafe.Add(ref y, 3)) + Widen(m, Unsafe.Add(ref p, 3));
            t3 = t4 + Widen(a, Unsafe.Add(ref y, 4)) + Widen(m, Unsafe.Add(ref p, 4));
            t4 = t5 + Widen(a, Unsafe.Add(ref y, 5)) + Widen(m, Unsafe.Add(ref p, 5));
            t5 = t6 + Widen(a, Unsafe.Add(ref y, 6)) + Widen(m, Unsafe.Add(ref p, 6));
            t6 = t7 + Widen(a, Unsafe.Add(ref y, 7)) + Widen(m, Unsafe.Add(ref p, 7));
            t7 = t8 + Widen(a, Unsafe.Add(ref y, 8)) + Widen(m, Unsafe.Add(ref p, 8));
            t8 = t9 + Widen(a, Unsafe.Add(ref y, 9)) + Widen(m, Unsafe.Add(ref p, 9));
            t9 = t10 + Widen(a, Unsafe.Add(ref y, 10)) + Widen(m, Unsafe.Add(ref p, 10));
            t10 = t11 + Widen(a, Unsafe.Add(ref y, 11)) + Widen(m, Unsafe.Add(ref p, 11));
            t11 = t12 + Widen(a, Unsafe.Add(ref y, 12)) + Widen(m, Unsafe.Add(ref p, 12));
            t12 = t13 + Widen(a, Unsafe.Add(ref y, 13)) + Widen(m, Unsafe.Add(ref p, 13));
            t13 = default;
        }

        ref Vector256<ulong> z = ref product[0];
        z = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t1;
        Unsafe.Add(ref z, 1) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t2;
        Unsafe.Add(ref z, 2) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t3;
        Unsafe.Add(ref z, 3) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t4;
        Unsafe.Add(ref z, 4) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t5;
        Unsafe.Add(ref z, 5) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t6;
        Unsafe.Add(ref z, 6) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t7;
        Unsafe.Add(ref z, 7) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t8;
        Unsafe.Add(ref z, 8) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t9;
        Unsafe.Add(ref z, 9) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t10;
        Unsafe.Add(ref z, 10) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t11;
        Unsafe.Add(ref z, 11) = t0 & mask;
        t0 >>>= LimbBits;
        t0 += t12;
        Unsafe.Add(ref z, 12) = t0 & mask;
        t0 >>>= LimbBits;
        Unsafe.Add(ref z, 13) = t0;
    }

    /// <summary>value^exponent, lane by lane, of public values: intermediate ones are left in memory.</summary>
    /// <param name="power">Receives the power; may be the value.</param>
    /// <param name="value">The base, below 50p.</param>
    /// <param name="exponent">Big-endian.</param>
    internal static void Power(ref FpLanes power, ref readonly FpLanes value, ReadOnlySpan<byte> exponent)
    {
        Span<FpLanes> powers = stackalloc FpLanes[16];
        powers[0] = FpConstants.One;
        for (int i = 1; i < powers.Length; i++)
        {
            Multiply(ref powers[i], ref powers[i - 1], in value);
        }

        FpLanes result = FpConstants.One;
        foreach (byte two in exponent)
        {
            RaiseNibble(ref result, powers, two >> 4);
            RaiseNibble(ref result, powers, two & 15);
        }

        power = result;
    }

    /// <summary>Zeroes secret lanes; never optimised away.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    internal static void Wipe(ref FpLanes lanes) => lanes = default;

    /// <summary>The products of the low 32 bits of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Widen(Vector256<ulong> a, Vector256<ulong> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) : WidenPortable(a, b);

    /// <summary>The same on any processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> WidenPortable(Vector256<ulong> a, Vector256<ulong> b) =>
        (a & Vector256.Create(0xffff_ffffUL)) * (b & Vector256.Create(0xffff_ffffUL));

    /// <summary>One limb for all lanes.</summary>
    internal static FpLanes Broadcast(ReadOnlySpan<uint> limbs)
    {
        FpLanes lanes = default;
        for (int j = 0; j < Limbs; j++)
        {
            lanes[j] = Vector256.Create((ulong)limbs[j]);
        }

        return lanes;
    }

    private static void RaiseNibble(ref FpLanes result, ReadOnlySpan<FpLanes> powers, int nibble)
    {
        Multiply(ref result, in result, in result);
        Multiply(ref result, in result, in result);
        Multiply(ref result, in result, in result);
        Multiply(ref result, in result, in result);
        if (nibble != 0)
        {
            Multiply(ref result, in result, in powers[nibble]);
        }
    }
}
