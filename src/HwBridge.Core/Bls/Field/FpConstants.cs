using System.Runtime.Intrinsics;

namespace HwBridge.Core.Bls.Field;

/// <summary>Numbers of Fp, little-endian in 28-bit limbs, and the same in all lanes.</summary>
internal static class FpConstants
{
    /// <summary>p in all lanes.</summary>
    internal static readonly FpLanes P = FpLanes.Broadcast(Modulus);

    /// <summary>1 in Montgomery form, in all lanes.</summary>
    internal static readonly FpLanes One = FpLanes.Broadcast([
        0x347fcb8, 0xd800000, 0x002b119, 0x0cde6d2, 0xc7212e0, 0x83a2090, 0x037669f,
        0xda0f73e, 0x9b09b42, 0x1297bb0, 0x515d98f, 0x012ca7c, 0x659fcfa, 0x000577a,
    ]);

    /// <summary>4 in Montgomery form: b of the curve's equation, and both components of the twist's.</summary>
    internal static readonly FpLanes Four = FpLanes.Broadcast([
        0xd1ff2e0, 0x6000000, 0x00ac467, 0x3379b48, 0x1c84b80, 0x0e88243, 0x0dd9a7e,
        0x683dcf8, 0x6c26d0b, 0x4a5eec2, 0x457663c, 0x04b29f1, 0x967f3e8, 0x0015de9,
    ]);

    /// <summary>1 as it stands: multiplying by it leaves Montgomery form, and gives at most p.</summary>
    internal static readonly FpLanes PlainOne = FpLanes.Broadcast([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>R² modulo p: multiplying by it enters Montgomery form.</summary>
    internal static readonly FpLanes RSquared = FpLanes.Broadcast([
        0x10370ed, 0x6d1c345, 0xe243d62, 0xec45c53, 0x3b1d65a, 0x093317d, 0xb4f36a0,
        0x5d74088, 0xc10ea72, 0x865d118, 0x7320a75, 0xfd5cd50, 0xcc8a759, 0x000c8d4,
    ]);

    /// <summary>p, the modulus.</summary>
    internal static ReadOnlySpan<uint> Modulus =>
    [
        0xfffaaab, 0xfefffff, 0x3ffffb9, 0xfffeb15, 0x6241eab, 0xa0f6b0f, 0xf6730d2,
        0xf38512b, 0x4774b84, 0x4bacd76, 0xba7b643, 0xe69a4b1, 0x1ea397f, 0x001a011,
    ];

    /// <summary>(p − 1) / 2: a y above it has the sign bit.</summary>
    internal static ReadOnlySpan<uint> HalfModulus =>
    [
        0xfffd555, 0xff7ffff, 0x9ffffdc, 0xffff58a, 0xb120f55, 0x507b587, 0xfb39869,
        0x79c2895, 0x23ba5c2, 0xa5d66bb, 0xdd3db21, 0xf34d258, 0x8f51cbf, 0x000d008,
    ];

    /// <summary>p − 2: the exponent that inverts.</summary>
    internal static ReadOnlySpan<byte> InverseExponent =>
    [
        0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
        0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
        0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xa9,
    ];

    /// <summary>(p + 1) / 4: the exponent that gives a square root, p being 3 modulo 4.</summary>
    internal static ReadOnlySpan<byte> SquareRootExponent =>
    [
        0x06, 0x80, 0x44, 0x7a, 0x8e, 0x5f, 0xf9, 0xa6, 0x92, 0xc6, 0xe9, 0xed, 0x90, 0xd2, 0xeb, 0x35,
        0xd9, 0x1d, 0xd2, 0xe1, 0x3c, 0xe1, 0x44, 0xaf, 0xd9, 0xcc, 0x34, 0xa8, 0x3d, 0xac, 0x3d, 0x89,
        0x07, 0xaa, 0xff, 0xff, 0xac, 0x54, 0xff, 0xff, 0xee, 0x7f, 0xbf, 0xff, 0xff, 0xff, 0xea, 0xab,
    ];

    /// <summary>k·p, written so that each limb but the topmost covers n limbs of 28 bits: x + this − n·y has no negative limb.</summary>
    /// <param name="k">The multiple of p; at least n times the bound of y over p.</param>
    /// <param name="n">How many limbs each limb covers.</param>
    internal static FpLanes Cover(uint k, uint n)
    {
        FpLanes lanes = default;
        ulong carry = 0;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            carry += (ulong)Modulus[j] * k;
            ulong limb = (carry & FpLanes.LimbMask) + ((ulong)n << FpLanes.LimbBits) - (j == 0 ? 0 : n);

            // The topmost limb wraps around when it is lent more than it has; the sum that it is part of does not.
            lanes[j] = Vector256.Create(j == FpLanes.Limbs - 1 ? carry - n : limb);
            carry >>= FpLanes.LimbBits;
        }

        return lanes;
    }
}
