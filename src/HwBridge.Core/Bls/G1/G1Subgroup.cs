using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G1;

/// <summary>Whether a point of the curve is in the subgroup of order r.</summary>
internal static class G1Subgroup
{
    /// <summary>|z|, the curve's parameter, with r = z⁴ − z² + 1.</summary>
    private const ulong Z = 0xd201000000010000;

    /// <summary>(β, 1, 1, 1) in Montgomery form: β is the cube root of 1 with (βx, y) = −z² (x, y) in the subgroup.</summary>
    private static readonly FpLanes Beta = MakeBeta();

    /// <summary>
    /// True when φ(P) = −z² P with φ(x, y) = (βx, y). As φ² + φ + 1 = 0 on the curve, that makes (z⁴ − z² + 1) P = r P infinity; and in
    /// the subgroup φ is multiplication by −z² (Scott, eprint 2021/1130). Two multiplications by 64 bits instead of one by 255.
    /// </summary>
    /// <param name="point">A point of the curve with Z = 1.</param>
    internal static bool Contains(ref readonly G1Point point)
    {
        G1Scratch scratch = default;
        G1Point multiple = point;
        MultiplyByZ(ref multiple, ref scratch);
        MultiplyByZ(ref multiple, ref scratch);

        // z² P = (X : Y : Z) is −φ(P) when βx · Z = X and y · Z = −Y. Infinity, with Y other than 0, is not.
        FpLanes z = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            z[j] = Vector256.Shuffle(multiple.Xyz[j], Vector256.Create(2UL, 2, 2, 2));
        }

        FpLanes image = default;
        FpLanes.Multiply(ref image, in point.Xyz, in Beta);
        FpLanes.Multiply(ref image, in image, in z);
        FpLanes difference = default;
        Vector256<ulong> lane0 = Vector256.Create(ulong.MaxValue, 0, 0, 0);
        Vector256<ulong> carry = default;
        FpLanes cover = FpConstants.Cover(4, 1);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            carry += image[j] + Vector256.ConditionalSelect(lane0, cover[j] - multiple.Xyz[j], multiple.Xyz[j]);
            difference[j] = j < FpLanes.Limbs - 1 ? carry & Vector256.Create((ulong)FpLanes.LimbMask) : carry;
            carry >>>= FpLanes.LimbBits;
        }

        return (FpCodec.ZeroLanes(in difference) & 0b11) == 0b11;
    }

    private static void MultiplyByZ(ref G1Point point, ref G1Scratch scratch)
    {
        G1Point once = point;
        for (int bit = 62; bit >= 0; bit--)
        {
            point.Double(ref scratch);
            if (((Z >> bit) & 1) != 0)
            {
                point.Add(in once, ref scratch);
            }
        }
    }

    private static FpLanes MakeBeta()
    {
        FpLanes lanes = FpLanes.Broadcast(
        [
            0xa75929a, 0x681b798, 0x22a3e9d, 0xabc02bf, 0x4e5bb45, 0x55e6e7e, 0x4814117,
            0x6d04f1b, 0xae3387d, 0x54acb0c, 0x0a4c74b, 0x56138b5, 0xb64e066, 0x00076f2,
        ]);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            lanes[j] = Vector256.ConditionalSelect(Vector256.Create(ulong.MaxValue, 0, 0, 0), lanes[j], FpConstants.One[j]);
        }

        return lanes;
    }
}
