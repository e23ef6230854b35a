using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>
/// Secret multiples of a point of the subgroup, in four dimensions (Galbraith, Lin, Scott): −ψ multiplies by |z|, so that the scalar's
/// four digits in base |z| stand for P, −ψ(P), ψ²(P) and −ψ³(P), and 64 doublings and additions do for all of them.
/// </summary>
/// <remarks>
/// The digits are cut into columns that are never 0 and share their sign (Faz-Hernández, Longa and Sánchez, eprint 2013/158): a table
/// of the eight sums P + … is enough. Constant time: each look-up reads the whole table and keeps one entry by masks, the
/// sign is applied by a mask, and the additions are complete.
/// </remarks>
internal static class G2Multiplication
{
    /// <summary>Columns below the topmost one.</summary>
    internal const int Columns = 64;

    private const int Entries = 8;

    /// <summary>point = scalar · point.</summary>
    /// <param name="point">A point of the subgroup.</param>
    /// <param name="scalar">32 bytes, big-endian, 1 … r−1.</param>
    internal static void Multiply(ref G2Point point, ReadOnlySpan<byte> scalar)
    {
        Work work = default;
        Recode(scalar, ref work.Recoding);
        FillTable(ref work, in point);
        ref readonly Digits recoding = ref work.Recoding;
        Select(ref work, recoding.Top, recoding.Negative);
        work.Sum = work.Selected;
        for (int column = Columns - 1; column >= 0; column--)
        {
            work.Sum.Double(ref work.Scratch);
            ulong index = ((recoding.First >> column) & 1)
                | (((recoding.Second >> column) & 1) << 1)
                | (((recoding.Third >> column) & 1) << 2);
            Select(ref work, index, recoding.Negative ^ (((recoding.Positive >> column) & 1) - 1));
            work.Sum.Add(in work.Selected, ref work.Scratch);
        }

        point = work.Sum;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Work>(ref work)));
    }

    /// <summary>The columns of a scalar.</summary>
    /// <param name="scalar">32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="digits">Receives them.</param>
    internal static void Recode(ReadOnlySpan<byte> scalar, ref Digits digits)
    {
        // As |z| is even, the lowest digit is odd when the scalar is; one of s and r − s is.
        Span<uint> words = digits.Scalar;
        digits.Negative = (ulong)(int)ScalarField.TakeOdd(scalar, words);
        ulong lowest = Divide(words);
        digits.First = Divide(words);
        digits.Second = Divide(words);
        digits.Third = Divide(words);

        // lowest = 2^64 + Σ ±2^i, where the sign is + when bit i + 1 is set.
        digits.Positive = lowest >> 1;
        digits.Top = Align(ref digits.First, digits.Positive)
            | (Align(ref digits.Second, digits.Positive) << 1)
            | (Align(ref digits.Third, digits.Positive) << 2);
    }

    /// <summary>Turns the bits of a digit into those of Σ ±bit · 2^i with the given signs.</summary>
    /// <returns>The topmost bit, whose sign is +.</returns>
    private static ulong Align(ref ulong digit, ulong positive)
    {
        ulong rest = digit;
        ulong bits = 0;
        for (int i = 0; i < Columns; i++)
        {
            // A column of −1 leaves one more for those above.
            ulong bit = rest & 1;
            bits |= bit << i;
            rest = (rest >> 1) + (bit & ~(positive >> i));
        }

        digit = bits;
        return rest;
    }

    /// <summary>words = words / |z|, bit by bit.</summary>
    /// <returns>The remainder.</returns>
    private static ulong Divide(Span<uint> words)
    {
        ulong remainder = 0;
        for (int i = words.Length - 1; i >= 0; i--)
        {
            uint word = words[i];
            for (int bit = 0; bit < 32; bit++)
            {
                ulong above = remainder >> 63;
                remainder = (remainder << 1) | (word >> 31);
                ulong difference = remainder - G2Endomorphism.Z;
                ulong borrow = ((~remainder & G2Endomorphism.Z) | ((~remainder | G2Endomorphism.Z) & difference)) >> 63;
                ulong subtract = above | (borrow ^ 1);
                remainder -= G2Endomorphism.Z & (0 - subtract);
                word = (word << 1) | (uint)subtract;
            }

            words[i] = word;
        }

        return remainder;
    }

    /// <summary>Entry i is P + i₀ (−ψ(P)) + i₁ ψ²(P) + i₂ (−ψ³(P)), of the bits of i.</summary>
    private static void FillTable(ref Work work, ref readonly G2Point point)
    {
        Span<G2Point> table = work.Table;
        G2Point image = point;
        table[0] = point;
        for (int half = 1; half < Entries; half *= 2)
        {
            G2Endomorphism.Apply(ref image, in image);
            image.Negate();
            for (int i = 0; i < half; i++)
            {
                table[half + i] = table[i];
                table[half + i].Add(in image, ref work.Scratch);
            }
        }
    }

    /// <summary>Selected = an entry of the table, negated where the mask is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Select(ref Work work, ulong index, ulong negative)
    {
        const int Vectors = 2 * FpLanes.Limbs;
        ref Vector256<ulong> selected = ref Unsafe.As<G2Point, Vector256<ulong>>(ref work.Selected);
        ref Vector256<ulong> table = ref Unsafe.As<PointTable, Vector256<ulong>>(ref work.Table);
        Vector256<ulong> wanted = Vector256.Create(index);
        Vector256<ulong> mask0 = Vector256.Equals(wanted, Vector256.Create(0UL));
        Vector256<ulong> mask1 = Vector256.Equals(wanted, Vector256.Create(1UL));
        Vector256<ulong> mask2 = Vector256.Equals(wanted, Vector256.Create(2UL));
        Vector256<ulong> mask3 = Vector256.Equals(wanted, Vector256.Create(3UL));
        Vector256<ulong> mask4 = Vector256.Equals(wanted, Vector256.Create(4UL));
        Vector256<ulong> mask5 = Vector256.Equals(wanted, Vector256.Create(5UL));
        Vector256<ulong> mask6 = Vector256.Equals(wanted, Vector256.Create(6UL));
        Vector256<ulong> mask7 = Vector256.Equals(wanted, Vector256.Create(7UL));
        for (int j = 0; j < Vectors; j++)
        {
            ref Vector256<ulong> limb = ref Unsafe.Add(ref table, j);
            Unsafe.Add(ref selected, j) =
                (limb & mask0)
                | (Unsafe.Add(ref limb, Vectors) & mask1)
                | (Unsafe.Add(ref limb, 2 * Vectors) & mask2)
                | (Unsafe.Add(ref limb, 3 * Vectors) & mask3)
                | (Unsafe.Add(ref limb, 4 * Vectors) & mask4)
                | (Unsafe.Add(ref limb, 5 * Vectors) & mask5)
                | (Unsafe.Add(ref limb, 6 * Vectors) & mask6)
                | (Unsafe.Add(ref limb, 7 * Vectors) & mask7);
        }

        work.Selected.Negate(negative);
    }

    /// <summary>
    /// A scalar s as (2^64 + Σ ±2^i) + Σ ±first[i] 2^i |z| + Σ ±second[i] 2^i |z|² + Σ ±third[i] 2^i |z|³ with the same signs, i from 0
    /// to 63, and 2^64 times the topmost bits.
    /// </summary>
    internal struct Digits
    {
        /// <summary>Room for the scalar while it is divided.</summary>
        internal ScalarField.Words Scalar;

        /// <summary>Bit i: the sign of column i is +.</summary>
        internal ulong Positive;

        /// <summary>The digit of |z|, by columns.</summary>
        internal ulong First;

        /// <summary>The digit of |z|².</summary>
        internal ulong Second;

        /// <summary>The digit of |z|³.</summary>
        internal ulong Third;

        /// <summary>The bits of column 64, the first digit's being the lowest.</summary>
        internal ulong Top;

        /// <summary>All ones when the columns stand for r − s.</summary>
        internal ulong Negative;
    }

    /// <summary>All that depends on the secret, to be wiped at once.</summary>
    private struct Work
    {
        internal PointTable Table;
        internal G2Point Sum;
        internal G2Point Selected;
        internal G2Scratch Scratch;
        internal Digits Recoding;
    }

    [InlineArray(Entries)]
    private struct PointTable
    {
        private G2Point _first;
    }
}
