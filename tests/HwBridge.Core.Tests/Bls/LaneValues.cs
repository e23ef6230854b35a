using System.Numerics;
using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Tests.Bls;

/// <summary>The elements in the lanes as plain numbers, and numbers in the lanes.</summary>
internal static class LaneValues
{
    /// <summary>R, by which an element in Montgomery form is multiplied.</summary>
    internal static readonly BigInteger Montgomery = BigInteger.One << (FpLanes.Limbs * FpLanes.LimbBits);

    /// <summary>Four elements below a multiple of p, the edges among them.</summary>
    internal static BigInteger[] Elements(Random random, int factor = 50)
    {
        BigInteger[] elements = new BigInteger[4];
        byte[] bytes = new byte[49];
        for (int i = 0; i < elements.Length; i++)
        {
            random.NextBytes(bytes);
            elements[i] = random.Next(8) switch
            {
                0 => random.Next(3),
                1 => ReferenceCurve.P + random.Next(-2, 3),
                2 => (factor * ReferenceCurve.P) - 1 - random.Next(3),
                3 => (BigInteger.One << (FpLanes.LimbBits * random.Next(1, 14))) - 1,
                _ => ReferenceCurve.FromBytes(bytes) % (factor * ReferenceCurve.P),
            };
        }

        return elements;
    }

    internal static FpLanes Lanes(BigInteger[] values)
    {
        FpLanes lanes = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            ulong mask = j == FpLanes.Limbs - 1 ? ulong.MaxValue : FpLanes.LimbMask;
            ulong Limb(int lane) => (ulong)((values[lane] >> (FpLanes.LimbBits * j)) & mask);
            lanes[j] = Vector256.Create(Limb(0), Limb(1), Limb(2), Limb(3));
        }

        return lanes;
    }

    internal static BigInteger Value(ref readonly FpLanes lanes, int lane)
    {
        BigInteger value = 0;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            value += (BigInteger)lanes[j].GetElement(lane) << (FpLanes.LimbBits * j);
        }

        return value;
    }
}
