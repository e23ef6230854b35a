using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HwBridge.Core.Bls.Field;

/// <summary>Elements of Fp as bytes: 48, big-endian, below p. Constant time in the element, but for the answers.</summary>
internal static class FpCodec
{
    /// <summary>The encoded size in bytes.</summary>
    internal const int Size = 48;

    /// <summary>Reads one element into all lanes, in Montgomery form; false when it is not below p.</summary>
    /// <param name="bigEndian">48 bytes.</param>
    /// <param name="lanes">Receives the element, below 2p.</param>
    internal static bool TryRead(ReadOnlySpan<byte> bigEndian, ref FpLanes lanes)
    {
        Span<uint> limbs = stackalloc uint[FpLanes.Limbs];
        ReadLimbs(bigEndian, limbs);
        if (Below(limbs, FpConstants.Modulus) == 0)
        {
            return false;
        }

        FpLanes plain = FpLanes.Broadcast(limbs);
        FpLanes.Multiply(ref lanes, in plain, in FpConstants.RSquared);
        return true;
    }

    /// <summary>Puts a number into one lane as it stands, not in Montgomery form.</summary>
    /// <param name="bigEndian">At most 48 bytes.</param>
    /// <param name="lane">Which lane.</param>
    /// <param name="lanes">Receives the number.</param>
    internal static void ReadInto(ReadOnlySpan<byte> bigEndian, int lane, ref FpLanes lanes)
    {
        Span<uint> limbs = stackalloc uint[FpLanes.Limbs];
        limbs.Clear();
        ReadLimbs(bigEndian, limbs);
        for (int j = 0; j < limbs.Length; j++)
        {
            lanes[j] = lanes[j].WithElement(lane, limbs[j]);
        }
    }

    /// <summary>Writes the element of one lane.</summary>
    /// <param name="lanes">In Montgomery form, below 2519p.</param>
    /// <param name="lane">Which lane.</param>
    /// <param name="bigEndian">Receives 48 bytes.</param>
    /// <returns>1 when the element is above (p − 1) / 2, otherwise 0.</returns>
    internal static byte Write(ref readonly FpLanes lanes, int lane, Span<byte> bigEndian)
    {
        FpLanes plain = default;
        FpLanes.Multiply(ref plain, in lanes, in FpConstants.PlainOne);
        Span<uint> limbs = stackalloc uint[FpLanes.Limbs];
        for (int j = 0; j < limbs.Length; j++)
        {
            limbs[j] = (uint)plain[j].GetElement(lane);
        }

        // Leaving Montgomery form gives 0 … p, and p stands for 0.
        uint keep = 0 - Below(limbs, FpConstants.Modulus);
        foreach (ref uint limb in limbs)
        {
            limb &= keep;
        }

        ulong window = 0;
        int bits = 0;
        int next = 0;
        for (int i = Size - 1; i >= 0; i--)
        {
            if (bits < 8)
            {
                window |= (ulong)limbs[next++] << bits;
                bits += FpLanes.LimbBits;
            }

            bigEndian[i] = (byte)window;
            window >>= 8;
            bits -= 8;
        }

        byte sign = (byte)Below(FpConstants.HalfModulus, limbs);
        FpLanes.Wipe(ref plain);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(limbs));
        return sign;
    }

    /// <summary>A bit for each lane: set when the element, below 2519p, is 0 modulo p.</summary>
    internal static uint ZeroLanes(ref readonly FpLanes lanes)
    {
        FpLanes plain = default;
        FpLanes.Multiply(ref plain, in lanes, in FpConstants.PlainOne);
        Vector256<ulong> any = default;
        Vector256<ulong> other = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            any |= plain[j];
            other |= plain[j] ^ FpConstants.P[j];
        }

        return (Vector256.Equals(any, default) | Vector256.Equals(other, default)).ExtractMostSignificantBits();
    }

    private static void ReadLimbs(ReadOnlySpan<byte> bigEndian, Span<uint> limbs)
    {
        uint window = 0;
        int bits = 0;
        int next = 0;
        for (int i = bigEndian.Length - 1; i >= 0; i--)
        {
            // Bits are taken in from the last byte on, 28 at a time.
            ulong wide = window | ((ulong)bigEndian[i] << bits);
            bits += 8;
            if (bits >= FpLanes.LimbBits)
            {
                limbs[next++] = (uint)wide & FpLanes.LimbMask;
                wide >>= FpLanes.LimbBits;
                bits -= FpLanes.LimbBits;
            }

            window = (uint)wide;
        }

        limbs[next] = window;
    }

    /// <summary>1 when left is below right, otherwise 0.</summary>
    private static uint Below(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        ulong borrow = 0;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            borrow = ((ulong)left[j] - right[j] - borrow) >> 63;
        }

        return (uint)borrow;
    }
}
