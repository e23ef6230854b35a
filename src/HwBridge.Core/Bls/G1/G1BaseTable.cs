using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G1;

/// <summary>
/// Secret multiples of the generator G. The scalar is cut into 51 signed digits of 5 bits, Σ digit[i] · 2^(5 i) with −16 … 16; table t holds
/// 1 … 16 times 2^(15 t) G, so that 51 additions and 10 doublings do.
/// </summary>
/// <remarks>
/// Constant time: each look-up reads its whole table and keeps one entry by masks, signs are applied by masks, and
/// the additions are complete. The tables (30 KB) are computed at first use.
/// </remarks>
internal static class G1BaseTable
{
    private const int WindowBits = 5;
    private const int Entries = 1 << (WindowBits - 1);
    private const int Rounds = 3;
    private const int Tables = 17;

    /// <summary>An entry is x and y, limb by limb in turn, 32 bits each.</summary>
    private const int VectorsPerEntry = FpLanes.Limbs / 2;

    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);

    private static readonly Vector128<uint>[] Table = Compute();

    private static ReadOnlySpan<byte> CompressedGenerator =>
    [
        0x97, 0xf1, 0xd3, 0xa7, 0x31, 0x97, 0xd7, 0x94, 0x26, 0x95, 0x63, 0x8c, 0x4f, 0xa9, 0xac, 0x0f,
        0xc3, 0x68, 0x8c, 0x4f, 0x97, 0x74, 0xb9, 0x05, 0xa1, 0x4e, 0x3a, 0x3f, 0x17, 0x1b, 0xac, 0x58,
        0x6c, 0x55, 0xe8, 0x3f, 0xf9, 0x7a, 0x1a, 0xef, 0xfb, 0x3a, 0xf0, 0x0a, 0xdb, 0x22, 0xc6, 0xbb,
    ];

    /// <summary>scalar · G, compressed.</summary>
    /// <param name="scalar">32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="compressed">Receives 48 bytes.</param>
    internal static void MultiplyAndEncode(ReadOnlySpan<byte> scalar, Span<byte> compressed)
    {
        Work work = default;
        work.Sum = G1Point.Infinity;
        uint negative = ScalarField.Halve(scalar, work.Digits);
        for (int round = Rounds - 1; round >= 0; round--)
        {
            for (int i = 0; i < WindowBits && round < Rounds - 1; i++)
            {
                work.Sum.Double(ref work.Scratch);
            }

            for (int table = 0; table < Tables; table++)
            {
                Select(ref work, table, Window(work.Digits, WindowBits * ((Rounds * table) + round)), negative);
                work.Sum.Add(in work.Selected, ref work.Scratch);
            }
        }

        G1Codec.Encode(in work.Sum, compressed);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Work>(ref work)));
    }

    /// <summary>Bits bit−1 … bit+4 of the scalar, from twice the scalar.</summary>
    private static uint Window(ReadOnlySpan<uint> twice, int bit)
    {
        int word = bit / 32;
        ulong pair = twice[word] | ((ulong)(word + 1 < twice.Length ? twice[word + 1] : 0) << 32);
        return (uint)(pair >> (bit % 32)) & ((2 << WindowBits) - 1);
    }

    /// <summary>Selected = the signed digit of a window times the table's point, negated again when <paramref name="negative"/> is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Select(ref Work work, int table, uint window, uint negative)
    {
        // Booth: the digit is (window + 1) / 2, less 32 when the topmost bit is set; here its absolute value and its sign.
        uint sign = 0 - (window >> WindowBits);
        uint digit = (((window ^ sign) & ((2 << WindowBits) - 1)) + 1) >> 1;
        Vector128<uint> wanted = Vector128.Create(digit);
        Vector128<uint> v0 = default;
        Vector128<uint> v1 = default;
        Vector128<uint> v2 = default;
        Vector128<uint> v3 = default;
        Vector128<uint> v4 = default;
        Vector128<uint> v5 = default;
        Vector128<uint> v6 = default;
        ref Vector128<uint> entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Table), table * Entries * VectorsPerEntry);
        for (uint i = 1; i <= Entries; i++)
        {
            Vector128<uint> mask = Vector128.Equals(wanted, Vector128.Create(i));
            v0 |= entry & mask;
            v1 |= Unsafe.Add(ref entry, 1) & mask;
            v2 |= Unsafe.Add(ref entry, 2) & mask;
            v3 |= Unsafe.Add(ref entry, 3) & mask;
            v4 |= Unsafe.Add(ref entry, 4) & mask;
            v5 |= Unsafe.Add(ref entry, 5) & mask;
            v6 |= Unsafe.Add(ref entry, 6) & mask;
            entry = ref Unsafe.Add(ref entry, VectorsPerEntry);
        }

        ref Vector128<uint> packed = ref work.Packed[0];
        packed = v0;
        Unsafe.Add(ref packed, 1) = v1;
        Unsafe.Add(ref packed, 2) = v2;
        Unsafe.Add(ref packed, 3) = v3;
        Unsafe.Add(ref packed, 4) = v4;
        Unsafe.Add(ref packed, 5) = v5;
        Unsafe.Add(ref packed, 6) = v6;

        // No entry matches 0, which is infinity: y = 0 + 1 and Z = 0 instead of y and Z = 1.
        ulong zero = 0 - (ulong)((digit - 1) >> 31);
        ulong minus = 0 - (ulong)((sign ^ negative) & 1);
        Vector256<ulong> negate = Vector256.Create(0, minus, 0, 0);
        Vector256<ulong> one = Vector256.Create(0, zero, ~zero, 0);
        Vector256<ulong> limbMask = Vector256.Create((ulong)FpLanes.LimbMask);
        Vector256<ulong> carry = default;
        ref Vector256<ulong> selected = ref work.Selected.Xyz[0];
        ref Vector256<ulong> cover = ref Unsafe.AsRef(in Cover2[0]);
        ref Vector256<ulong> unit = ref Unsafe.AsRef(in FpConstants.One[0]);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector64<uint> pair = Unsafe.Add(ref Unsafe.As<Vector128<uint>, Vector64<uint>>(ref packed), j);
            Vector256<ulong> xy = Vector256.WidenLower(Vector256.Create(Vector128.Create(pair, default), default));
            carry += (((Unsafe.Add(ref cover, j) - xy) & negate) | Vector256.AndNot(xy, negate)) + (Unsafe.Add(ref unit, j) & one);
            Unsafe.Add(ref selected, j) = carry & limbMask;
            carry >>>= FpLanes.LimbBits;
        }
    }

    private static Vector128<uint>[] Compute()
    {
        G1Point[] points = new G1Point[Tables * Entries];
        G1Scratch scratch = default;
        if (G1Codec.TryDecode(CompressedGenerator, out G1Point first) != PointValidity.Valid)
        {
            throw new InvalidOperationException("the generator is not on the curve");
        }

        for (int table = 0; table < Tables; table++)
        {
            Span<G1Point> multiples = points.AsSpan(table * Entries, Entries);
            multiples[0] = first;
            for (int i = 1; i < Entries; i++)
            {
                multiples[i] = multiples[i - 1];
                multiples[i].Add(in first, ref scratch);
            }

            for (int i = 0; i < Rounds * WindowBits; i++)
            {
                first.Double(ref scratch);
            }
        }

        return Normalize(points);
    }

    /// <summary>x and y of all points, with one inversion for four of them at a time (Montgomery's trick, in each lane).</summary>
    private static Vector128<uint>[] Normalize(ReadOnlySpan<G1Point> points)
    {
        int groups = points.Length / 4;
        FpLanes[] before = new FpLanes[groups];
        FpLanes product = FpConstants.One;
        FpLanes z = default;
        for (int group = 0; group < groups; group++)
        {
            before[group] = product;
            Gather(points.Slice(4 * group, 4), 2, ref z);
            FpLanes.Multiply(ref product, in product, in z);
        }

        FpLanes.Power(ref product, in product, FpConstants.InverseExponent);
        Vector128<uint>[] table = new Vector128<uint>[points.Length * VectorsPerEntry];
        Span<uint> limbs = MemoryMarshal.Cast<Vector128<uint>, uint>(table.AsSpan());
        FpLanes inverse = default;
        FpLanes coordinate = default;
        for (int group = groups - 1; group >= 0; group--)
        {
            ReadOnlySpan<G1Point> four = points.Slice(4 * group, 4);
            FpLanes.Multiply(ref inverse, in product, in before[group]);
            Gather(four, 2, ref z);
            FpLanes.Multiply(ref product, in product, in z);
            for (int axis = 0; axis < 2; axis++)
            {
                Gather(four, axis, ref coordinate);
                FpLanes.Multiply(ref coordinate, in coordinate, in inverse);
                for (int i = 0; i < 4; i++)
                {
                    for (int j = 0; j < FpLanes.Limbs; j++)
                    {
                        limbs[(((4 * group) + i) * FpLanes.Limbs * 2) + (2 * j) + axis] = (uint)coordinate[j].GetElement(i);
                    }
                }
            }
        }

        return table;
    }

    /// <summary>The same coordinate of four points, one in each lane.</summary>
    private static void Gather(ReadOnlySpan<G1Point> four, int axis, ref FpLanes lanes)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            lanes[j] = Vector256.Create(
                four[0].Xyz[j].GetElement(axis),
                four[1].Xyz[j].GetElement(axis),
                four[2].Xyz[j].GetElement(axis),
                four[3].Xyz[j].GetElement(axis));
        }
    }

    /// <summary>All that depends on the secret, to be wiped at once.</summary>
    private struct Work
    {
        internal G1Point Sum;
        internal G1Point Selected;
        internal G1Scratch Scratch;
        internal PackedEntry Packed;
        internal ScalarField.Words Digits;
    }

    [InlineArray(VectorsPerEntry)]
    private struct PackedEntry
    {
        private Vector128<uint> _first;
    }
}
