using System.Runtime.Intrinsics;

namespace HwBridge.Core.Bls.Field;

/// <summary>
/// Square roots in Fp2, of public values: the root of w = w₀ + w₁u comes from the root s of the norm w₀² + w₁² in Fp, for
/// w₀ + s or w₀ − s is twice a square of Fp. Two powers in Fp instead of one in Fp2, and both elements of a pair at once.
/// </summary>
internal static class Fp2SquareRoot
{
    private static readonly FpLanes Cover2 = FpConstants.Cover(2, 1);

    /// <summary>1/2 in Montgomery form.</summary>
    private static readonly FpLanes Half = FpLanes.Broadcast(
    [
        0x1a3fe5c, 0xec00000, 0x001588c, 0x066f369, 0x6390970, 0xc1d1048, 0x01bb34f,
        0x6d07b9f, 0x4d84da1, 0x894bdd8, 0x28aecc7, 0x009653e, 0x32cfe7d, 0x0002bbd,
    ]);

    /// <summary>(p − 3) / 4: x to this power is 1/√x of a square x, and 1/√−x of anything else, p being 3 modulo 4.</summary>
    internal static ReadOnlySpan<byte> Exponent =>
    [
        0x06, 0x80, 0x44, 0x7a, 0x8e, 0x5f, 0xf9, 0xa6, 0x92, 0xc6, 0xe9, 0xed, 0x90, 0xd2, 0xeb, 0x35,
        0xd9, 0x1d, 0xd2, 0xe1, 0x3c, 0xe1, 0x44, 0xaf, 0xd9, 0xcc, 0x34, 0xa8, 0x3d, 0xac, 0x3d, 0x89,
        0x07, 0xaa, 0xff, 0xff, 0xac, 0x54, 0xff, 0xff, 0xee, 0x7f, 0xbf, 0xff, 0xff, 0xff, 0xea, 0xaa,
    ];

    /// <summary>The roots of both elements; false when one has none.</summary>
    /// <param name="root">Receives the roots, below 2p.</param>
    /// <param name="value">Below 16p, limbs below 2^29.</param>
    internal static bool TryExtract(ref Fp2Pair root, ref readonly Fp2Pair value)
    {
        FpLanes norm = default;
        FpLanes normRoot = default;
        Norm(ref norm, in value);
        FpLanes.Power(ref normRoot, in norm, Exponent);
        FpLanes.Multiply(ref normRoot, in normRoot, in norm);
        if (SquareLanes(in normRoot, in norm) != 0b1111)
        {
            return false;
        }

        FromNormRoot(ref root, in value, in normRoot);
        return true;
    }

    /// <summary>The norms of x and y, x₀² + x₁² in lanes 0 and 1, y₀² + y₁² in lanes 2 and 3: below 4p, limbs below 2^29.</summary>
    /// <param name="norm">Receives the norms.</param>
    /// <param name="value">Below 50p, limbs below 2^30.</param>
    internal static void Norm(ref FpLanes norm, ref readonly Fp2Pair value)
    {
        FpLanes.Multiply(ref norm, in value.Lanes, in value.Lanes);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            norm[j] += Vector256.Shuffle(norm[j], Vector256.Create(1UL, 0, 3, 2));
        }
    }

    /// <summary>A bit for each lane: set when root² is the square.</summary>
    /// <param name="root">Below 2p, carried.</param>
    /// <param name="square">Below 16p, limbs below 2^29.</param>
    internal static uint SquareLanes(ref readonly FpLanes root, ref readonly FpLanes square)
    {
        FpLanes difference = default;
        FpLanes.Multiply(ref difference, in root, in root);
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            difference[j] = square[j] + Cover2[j] - difference[j];
        }

        return FpCodec.ZeroLanes(in difference);
    }

    /// <summary>The roots of both elements of a pair, which have one.</summary>
    /// <param name="root">Receives the roots, below 2p.</param>
    /// <param name="value">w: below 16p, limbs below 2^29.</param>
    /// <param name="normRoot">s of each element in both of its lanes, of either sign, below 2p.</param>
    internal static void FromNormRoot(ref Fp2Pair root, ref readonly Fp2Pair value, ref readonly FpLanes normRoot)
    {
        // t = (w₀ + s) / 2 and h = w₁ / 2.
        FpLanes t = default;
        FpLanes h = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            t[j] = Vector256.Shuffle(value.Lanes[j], Vector256.Create(0UL, 0, 2, 2)) + normRoot[j];
            h[j] = Vector256.Shuffle(value.Lanes[j], Vector256.Create(1UL, 1, 3, 3));
        }

        FpLanes.Multiply(ref t, in t, in Half);
        FpLanes.Multiply(ref h, in h, in Half);

        // Only w₁ = 0 and s = −w₀ give 0; the other sign of s gives w₀.
        Vector256<ulong> zero = Select(FpCodec.ZeroLanes(in t));
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> real = Vector256.Shuffle(value.Lanes[j], Vector256.Create(0UL, 0, 2, 2));
            t[j] = Vector256.ConditionalSelect(zero, real, t[j]);
        }

        // With v = 1/√±t: √t + h/√t u where t is a square; elsewhere (w₀ − s) / 2 = −h²/t is one, h v is its root and −t v u goes with it.
        FpLanes v = default;
        FpLanes.Power(ref v, in t, Exponent);
        FpLanes tv = default;
        FpLanes.Multiply(ref tv, in t, in v);
        FpLanes.Multiply(ref v, in h, in v);
        Vector256<ulong> isSquare = Select(SquareLanes(in tv, in t));
        Vector256<ulong> isReal = Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            Vector256<ulong> ofSquare = Vector256.ConditionalSelect(isReal, tv[j], v[j]);
            Vector256<ulong> ofOther = Vector256.ConditionalSelect(isReal, v[j], Cover2[j] - tv[j]);
            carry += Vector256.ConditionalSelect(isSquare, ofSquare, ofOther);
            root.Lanes[j] = j < FpLanes.Limbs - 1 ? carry & Vector256.Create((ulong)FpLanes.LimbMask) : carry;
            carry >>>= FpLanes.LimbBits;
        }
    }

    /// <summary>All ones in the lanes whose bit is set.</summary>
    private static Vector256<ulong> Select(uint lanes)
    {
        Vector256<ulong> bits = Vector256.Create(1UL, 2, 4, 8);
        return Vector256.Equals(bits & Vector256.Create((ulong)lanes), bits);
    }
}
