using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HwBridge.Core.Bls.Field;

/// <summary>
/// The inverse of one element in constant time, by the division steps of Bernstein and Yang (eprint 2019/266): ten times faster than
/// raising it to p − 2.
/// </summary>
/// <remarks>
/// Numbers are 14 limbs of 28 bits, the topmost with the sign. 28 steps need the lowest bits of f and g only: they are
/// collected in a matrix, which is then applied to f and g and, modulo p, to the factors d and e.
/// </remarks>
internal static class FpInverse
{
    private const int Limbs = FpLanes.Limbs;
    private const int StepsPerBatch = FpLanes.LimbBits;
    private const long Mask = FpLanes.LimbMask;

    /// <summary>896 steps: numbers of 381 bits need at most 879 with δ starting at 1/2, (45907 · 381 + 26313) / 19929.</summary>
    private const int Batches = 32;

    /// <summary>p⁻¹ modulo 2^28.</summary>
    private const long Inverse = (1L << 28) - 0xffcfffd;

    /// <summary>The inverse of the element in one lane, in Montgomery form, below p, in all lanes.</summary>
    /// <param name="value">Below 2519p, and not 0 modulo p.</param>
    /// <param name="lane">Which lane.</param>
    /// <param name="inverse">Receives the inverse; may be the value.</param>
    internal static void Invert(ref readonly FpLanes value, int lane, ref FpLanes inverse)
    {
        Work work = default;
        FpLanes.Multiply(ref work.Plain, in value, in FpConstants.PlainOne);
        Span<long> f = work.F;
        Span<long> g = work.G;
        Span<long> d = work.D;
        Span<long> e = work.E;
        for (int j = 0; j < Limbs; j++)
        {
            f[j] = FpConstants.Modulus[j];
            g[j] = (long)work.Plain[j].GetElement(lane);

            // Starting from R instead of 1 gives the inverse in Montgomery form.
            e[j] = (long)FpConstants.One[j].GetElement(0);
        }

        long zeta = -1;
        for (int batch = 0; batch < Batches; batch++)
        {
            zeta = Steps(zeta, f[0] | (f[1] << StepsPerBatch), g[0] | (g[1] << StepsPerBatch), ref work.Matrix);
            Apply(f, g, in work.Matrix);
            ApplyModuloP(d, e, in work.Matrix);
        }

        // Now f is 1 or −1, and d, between −2p and p, is the inverse or its negative.
        AddModulusAndNegate(d, d[Limbs - 1] >> 63, f[Limbs - 1] >> 63);
        AddModulusAndNegate(d, d[Limbs - 1] >> 63, 0);
        for (int j = 0; j < Limbs; j++)
        {
            inverse[j] = Vector256.Create((ulong)d[j]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Work>(ref work)));
    }

    /// <summary>28 division steps on the lowest bits of f and g.</summary>
    /// <param name="zeta">−(δ + 1/2).</param>
    /// <param name="f">At least 28 bits of f, which is odd.</param>
    /// <param name="g">As many of g.</param>
    /// <param name="matrix">Receives what the steps do, times 2^28.</param>
    /// <returns>The new −(δ + 1/2).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Steps(long zeta, long f, long g, ref Matrix matrix)
    {
        long u = 1;
        long v = 0;
        long q = 0;
        long r = 1;
        for (int i = 0; i < StepsPerBatch; i++)
        {
            // g odd and δ > 0: (f, g) becomes (g, (g − f) / 2) and δ 1 − δ. Otherwise g becomes g / 2 or (g + f) / 2, and δ 1 + δ.
            long positive = zeta >> 63;
            long odd = -(g & 1);
            g += ((f ^ positive) - positive) & odd;
            q += ((u ^ positive) - positive) & odd;
            r += ((v ^ positive) - positive) & odd;
            long both = positive & odd;
            zeta = (zeta ^ both) - 1;
            f += g & both;
            u = (u + (q & both)) << 1;
            v = (v + (r & both)) << 1;
            g >>= 1;
        }

        matrix = new Matrix(u, v, q, r);
        return zeta;
    }

    /// <summary>(f, g) = matrix · (f, g) / 2^28, which divides exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(Span<long> f, Span<long> g, ref readonly Matrix matrix)
    {
        (long u, long v, long q, long r) = matrix;
        long carryF = 0;
        long carryG = 0;
        for (int j = 0; j < Limbs; j++)
        {
            long fj = f[j];
            long gj = g[j];
            carryF += (u * fj) + (v * gj);
            carryG += (q * fj) + (r * gj);
            if (j > 0)
            {
                f[j - 1] = carryF & Mask;
                g[j - 1] = carryG & Mask;
            }

            carryF >>= FpLanes.LimbBits;
            carryG >>= FpLanes.LimbBits;
        }

        f[Limbs - 1] = carryF;
        g[Limbs - 1] = carryG;
    }

    /// <summary>(d, e) = matrix · (d, e) / 2^28 modulo p; both stay between −2p and p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyModuloP(Span<long> d, Span<long> e, ref readonly Matrix matrix)
    {
        (long u, long v, long q, long r) = matrix;
        long negativeD = d[Limbs - 1] >> 63;
        long negativeE = e[Limbs - 1] >> 63;

        // A multiple of p is added that lifts negative numbers and makes the lowest limb 0.
        long timesPinD = (u & negativeD) + (v & negativeE);
        long timesPinE = (q & negativeD) + (r & negativeE);
        timesPinD -= ((Inverse * ((u * d[0]) + (v * e[0]))) + timesPinD) & Mask;
        timesPinE -= ((Inverse * ((q * d[0]) + (r * e[0]))) + timesPinE) & Mask;
        long carryD = 0;
        long carryE = 0;
        ReadOnlySpan<uint> modulus = FpConstants.Modulus;
        for (int j = 0; j < Limbs; j++)
        {
            long dj = d[j];
            long ej = e[j];
            carryD += (u * dj) + (v * ej) + (modulus[j] * timesPinD);
            carryE += (q * dj) + (r * ej) + (modulus[j] * timesPinE);
            if (j > 0)
            {
                d[j - 1] = carryD & Mask;
                e[j - 1] = carryE & Mask;
            }

            carryD >>= FpLanes.LimbBits;
            carryE >>= FpLanes.LimbBits;
        }

        d[Limbs - 1] = carryD;
        e[Limbs - 1] = carryE;
    }

    /// <summary>Adds p where the first mask is set, then changes the sign where the second is.</summary>
    private static void AddModulusAndNegate(Span<long> d, long add, long negate)
    {
        long carry = 0;
        for (int j = 0; j < Limbs; j++)
        {
            carry += ((d[j] + (FpConstants.Modulus[j] & add)) ^ negate) - negate;
            d[j] = j < Limbs - 1 ? carry & Mask : carry;
            carry >>= FpLanes.LimbBits;
        }
    }

    /// <summary>f' = u f + v g and g' = q f + r g, over 2^28.</summary>
    private readonly record struct Matrix(long U, long V, long Q, long R);

    /// <summary>All that depends on the secret, to be wiped at once.</summary>
    private struct Work
    {
        internal FpLanes Plain;
        internal Number F;
        internal Number G;
        internal Number D;
        internal Number E;
        internal Matrix Matrix;
    }

    [InlineArray(Limbs)]
    private struct Number
    {
        private long _limb;
    }
}
