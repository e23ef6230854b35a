using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>
/// Compressed points of G2 as Zcash and Ethereum write them: 96 bytes, x₁ and x₀ big-endian, in the three topmost bits of x₁ the
/// flags "compressed", "infinity" and "y is the larger one of the two": y₁ is above (p − 1) / 2, or y₁ is 0 and y₀ is.
/// </summary>
internal static class G2Codec
{
    /// <summary>The encoded size in bytes.</summary>
    internal const int Size = 2 * FpCodec.Size;

    /// <summary>Reads a point of the curve. Time depends on the bytes, which are public.</summary>
    /// <param name="compressed">96 bytes.</param>
    /// <param name="point">The point, Z being 1; infinity where <see cref="PointValidity.Infinity"/> is the answer.</param>
    /// <returns>Valid stands for: canonical and on the curve; the subgroup is not looked at.</returns>
    internal static PointValidity TryDecode(ReadOnlySpan<byte> compressed, out G2Point point)
    {
        point = G2Point.Infinity;
        Span<byte> plain = stackalloc byte[Size];
        if (PointFlags.Take(compressed, plain, out byte larger) is var flags and not PointValidity.Valid)
        {
            return flags;
        }

        FpLanes x0 = default;
        FpLanes x1 = default;
        if (!FpCodec.TryRead(plain[..FpCodec.Size], ref x1) || !FpCodec.TryRead(plain[FpCodec.Size..], ref x0))
        {
            return PointValidity.NotCanonical;
        }

        Fp2Pair x = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            x.Lanes[j] = Vector256.ConditionalSelect(Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0), x0[j], x1[j]);
        }

        Fp2Pair square = default;
        Fp2Pair.Square(ref square, in x);
        Fp2Pair.Multiply(ref square, in square, in x);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            // b = 4 + 4u.
            square.Lanes[j] += FpConstants.Four[j];
        }

        Fp2Pair y = default;
        if (!Fp2SquareRoot.TryExtract(ref y, in square))
        {
            return PointValidity.NotOnCurve;
        }

        // No point of this curve has y = 0, so that one of the two roots is the larger one.
        Vector256<ulong> low = Vector256.Create(ulong.MaxValue, ulong.MaxValue, 0, 0);
        byte sign = Sign(in y, 2, plain);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            x.Lanes[j] = Vector256.ConditionalSelect(low, x.Lanes[j], y.Lanes[j]);
        }

        point = G2Point.FromAffine(in x);
        if (sign != larger)
        {
            point.Negate();
        }

        return PointValidity.Valid;
    }

    /// <summary>Writes a point. Constant time in its coordinates; infinity, which no signature is, is a case of its own.</summary>
    internal static void Encode(ref readonly G2Point point, Span<byte> compressed)
    {
        if (point.IsInfinity)
        {
            PointFlags.WriteInfinity(compressed);
            return;
        }

        Fp2Pair xy = default;
        Normalize(ref xy, in point);
        byte sign = Sign(in xy, 2, compressed);
        FpCodec.Write(in xy.Lanes, 1, compressed);
        FpCodec.Write(in xy.Lanes, 0, compressed[FpCodec.Size..]);
        PointFlags.Put(compressed, sign);
    }

    /// <summary>X/Z and Y/Z side by side, below 2p. Constant time in the point, which is not infinity.</summary>
    internal static void Normalize(ref Fp2Pair xy, ref readonly G2Point point)
    {
        // 1 / Z is the conjugate over the norm.
        FpLanes norm = default;
        Fp2SquareRoot.Norm(ref norm, in point.Zz);
        FpInverse.Invert(in norm, 0, ref norm);
        Fp2Pair reciprocal = default;
        FpLanes.Multiply(ref reciprocal.Lanes, in norm, in point.Zz.Lanes);
        Fp2Pair.Conjugate(ref reciprocal, in reciprocal);
        Fp2Pair.Multiply(ref xy, in point.Xy, in reciprocal);
        FpLanes.Wipe(ref norm);
        FpLanes.Wipe(ref reciprocal.Lanes);
    }

    /// <summary>1 when the element whose real part is in that lane is larger than its negative, otherwise 0. Constant time.</summary>
    /// <param name="pair">Any.</param>
    /// <param name="lane">0 or 2.</param>
    /// <param name="scratch">At least 48 bytes.</param>
    private static byte Sign(ref readonly Fp2Pair pair, int lane, Span<byte> scratch)
    {
        byte ofReal = FpCodec.Write(in pair.Lanes, lane, scratch);
        byte ofImaginary = FpCodec.Write(in pair.Lanes, lane + 1, scratch);
        uint zero = (FpCodec.ZeroLanes(in pair.Lanes) >> (lane + 1)) & 1;
        return (byte)(ofImaginary | (ofReal & zero));
    }
}
