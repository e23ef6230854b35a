using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G1;

/// <summary>
/// Compressed points of G1 as Zcash and Ethereum write them: 48 bytes, x big-endian, in its three topmost bits the flags
/// "compressed", "infinity" and "y is above (p − 1) / 2".
/// </summary>
internal static class G1Codec
{
    /// <summary>The encoded size in bytes.</summary>
    internal const int Size = FpCodec.Size;

    private static readonly FpLanes Cover4 = FpConstants.Cover(4, 2);

    /// <summary>Reads a point of the curve. Time depends on the bytes, which are public.</summary>
    /// <param name="compressed">48 bytes.</param>
    /// <param name="point">The point, Z being 1; infinity where <see cref="PointValidity.Infinity"/> is the answer.</param>
    /// <returns>Valid stands for: canonical and on the curve; the subgroup is not looked at.</returns>
    internal static PointValidity TryDecode(ReadOnlySpan<byte> compressed, out G1Point point)
    {
        point = G1Point.Infinity;
        Span<byte> plain = stackalloc byte[Size];
        if (PointFlags.Take(compressed, plain, out byte larger) is var flags and not PointValidity.Valid)
        {
            return flags;
        }

        FpLanes x = default;
        if (!FpCodec.TryRead(plain, ref x))
        {
            return PointValidity.NotCanonical;
        }

        FpLanes square = default;
        FpLanes.Multiply(ref square, in x, in x);
        FpLanes.Multiply(ref square, in square, in x);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            square[j] += FpConstants.Four[j];
        }

        // Below 3p, limbs below 2^29.
        FpLanes y = default;
        FpLanes.Power(ref y, in square, FpConstants.SquareRootExponent);
        FpLanes difference = default;
        FpLanes.Multiply(ref difference, in y, in y);
        Subtract(ref difference, in square);
        if (FpCodec.ZeroLanes(in difference) == 0)
        {
            return PointValidity.NotOnCurve;
        }

        // No point of this curve has y = 0 (−4 is no cube), so that one of the two roots has the sign bit.
        byte sign = FpCodec.Write(in y, 0, plain);
        if (sign != larger)
        {
            FpLanes negative = default;
            Subtract(ref negative, in y);
            y = negative;
        }

        Vector256<ulong> lane0 = Vector256.Create(ulong.MaxValue, 0, 0, 0);
        Vector256<ulong> lane1 = Vector256.Create(0, ulong.MaxValue, 0, 0);
        Vector256<ulong> lane2 = Vector256.Create(0, 0, ulong.MaxValue, 0);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            point.Xyz[j] = (x[j] & lane0) | (y[j] & lane1) | (FpConstants.One[j] & lane2);
        }

        return PointValidity.Valid;
    }

    /// <summary>Writes a point. Constant time in its coordinates; infinity, which no key is, is a case of its own.</summary>
    internal static void Encode(ref readonly G1Point point, Span<byte> compressed)
    {
        if (point.IsInfinity)
        {
            PointFlags.WriteInfinity(compressed);
            return;
        }

        FpLanes z = default;
        FpInverse.Invert(in point.Xyz, 2, ref z);
        FpLanes.Multiply(ref z, in point.Xyz, in z);
        byte sign = FpCodec.Write(in z, 1, compressed);
        FpCodec.Write(in z, 0, compressed);
        PointFlags.Put(compressed, sign);
        FpLanes.Wipe(ref z);
    }

    /// <summary>left − right + 4p with limbs below 2^28; right has limbs below 2^29 and is below 4p.</summary>
    private static void Subtract(ref FpLanes left, ref readonly FpLanes right)
    {
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs - 1; j++)
        {
            carry += left[j] + Cover4[j] - right[j];
            left[j] = carry & Vector256.Create((ulong)FpLanes.LimbMask);
            carry >>>= FpLanes.LimbBits;
        }

        left[FpLanes.Limbs - 1] += carry + Cover4[FpLanes.Limbs - 1] - right[FpLanes.Limbs - 1];
    }
}
