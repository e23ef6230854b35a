using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>A number 1 … 2^64 − 1 as a difference of two that have no bit in common and few bits: a third of all places, at most.</summary>
/// <param name="Plus">The bits that count 1.</param>
/// <param name="Minus">The bits that count −1.</param>
internal readonly record struct RandomFactor(UInt128 Plus, UInt128 Minus)
{
    /// <summary>The place of the topmost bit, which counts 1.</summary>
    internal int Top => 127 - (int)UInt128.LeadingZeroCount(Plus);

    /// <summary>The non-adjacent form of a number.</summary>
    internal static RandomFactor Of(ulong number)
    {
        // 3n and n differ in the places of n's digits, one above.
        UInt128 triple = (UInt128)number * 3;
        return new RandomFactor((triple & ~(UInt128)number) >> 1, (number & ~triple) >> 1);
    }

    /// <summary>Fills a span from the system's random numbers.</summary>
    internal static void Fill(Span<RandomFactor> factors)
    {
        Span<ulong> numbers = stackalloc ulong[1];
        foreach (ref RandomFactor factor in factors)
        {
            do
            {
                RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(numbers));
            }
            while (numbers[0] == 0);

            factor = Of(numbers[0]);
        }
    }

    /// <summary>1, 0 or −1: the digit at a place.</summary>
    internal int Digit(int place) => (int)((Plus >> place) & 1) - (int)((Minus >> place) & 1);
}
