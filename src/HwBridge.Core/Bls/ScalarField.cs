using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HwBridge.Core.Bls;

/// <summary>Numbers modulo r, the order of G1's subgroup, as eight little-endian words of 32 bits. Constant time throughout.</summary>
/// <remarks>Words of 32 bits in 64-bit arithmetic carry without comparing, and nothing here is called often.</remarks>
internal static class ScalarField
{
    private const int Length = 8;

    /// <summary>−r⁻¹ modulo 2^32.</summary>
    private const uint NegativeInverse = 0xffff_ffff;

    private static ReadOnlySpan<uint> Order =>
        [0x00000001, 0xffffffff, 0xfffe5bfe, 0x53bda402, 0x09a1d805, 0x3339d808, 0x299d7d48, 0x73eda753];

    /// <summary>2^256 modulo r.</summary>
    private static ReadOnlySpan<uint> R =>
        [0xfffffffe, 0x00000001, 0x00034802, 0x5884b7fa, 0xecbc4ff5, 0x998c4fef, 0xacc5056f, 0x1824b159];

    /// <summary>2^512 modulo r.</summary>
    private static ReadOnlySpan<uint> RSquared =>
        [0xf3f29c6d, 0xc999e990, 0x87925c23, 0x2b6cedcb, 0x7254398f, 0x05d31496, 0x9f59ff11, 0x0748d9d9];

    /// <summary>True for 32 big-endian bytes that are 1 … r−1.</summary>
    internal static bool IsValidSecretKey(ReadOnlySpan<byte> bigEndian)
    {
        Words words = default;
        Read(bigEndian, words);
        Words difference = default;
        uint below = Subtract(difference, words, Order);
        uint any = 0;
        foreach (uint word in words)
        {
            any |= word;
        }

        Wipe(words);
        Wipe(difference);
        return (below & ((any | (0 - any)) >> 31)) == 1;
    }

    /// <summary>A number modulo r.</summary>
    /// <param name="wide">48 bytes, big-endian.</param>
    /// <param name="scalar">Receives 32 bytes, big-endian.</param>
    internal static void Reduce(ReadOnlySpan<byte> wide, Span<byte> scalar)
    {
        // low + high · R, through the Montgomery products low · R · R⁻¹ and high · R² · R⁻¹.
        Words part = default;
        Words low = default;
        Words high = default;
        Read(wide[16..], part);
        Multiply(low, part, R);
        Wipe(part);
        for (int i = 0; i < 4; i++)
        {
            part[i] = BinaryPrimitives.ReadUInt32BigEndian(wide[(12 - (4 * i))..]);
        }

        Multiply(high, part, RSquared);
        ulong carry = 0;
        for (int i = 0; i < Length; i++)
        {
            carry += (ulong)low[i] + high[i];
            part[i] = (uint)carry;
            carry >>= 32;
        }

        SubtractOrderOnce(part);
        for (int i = 0; i < Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(scalar[(28 - (4 * i))..], part[i]);
        }

        Wipe(part);
        Wipe(low);
        Wipe(high);
    }

    /// <summary>Twice the smaller one of s and r − s, which is below 2^255.</summary>
    /// <param name="scalar">s: 32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="twice">Receives the words.</param>
    /// <returns>All ones when r − s was taken, otherwise 0.</returns>
    internal static uint Halve(ReadOnlySpan<byte> scalar, Span<uint> twice)
    {
        Words words = default;
        Words other = default;
        Words unused = default;
        Read(scalar, words);
        Subtract(other, Order, words);
        uint takeOther = 0 - Subtract(unused, other, words);
        uint carry = 0;
        for (int i = 0; i < Length; i++)
        {
            uint word = (words[i] & ~takeOther) | (other[i] & takeOther);
            twice[i] = (word << 1) | carry;
            carry = word >> 31;
        }

        Wipe(words);
        Wipe(other);
        Wipe(unused);
        return takeOther;
    }

    /// <summary>The odd one of s and r − s.</summary>
    /// <param name="scalar">s: 32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="odd">Receives the words.</param>
    /// <returns>All ones when r − s was taken, otherwise 0.</returns>
    internal static uint TakeOdd(ReadOnlySpan<byte> scalar, Span<uint> odd)
    {
        Words other = default;
        Read(scalar, odd);
        Subtract(other, Order, odd);
        uint takeOther = (odd[0] & 1) - 1;
        for (int i = 0; i < Length; i++)
        {
            odd[i] = (odd[i] & ~takeOther) | (other[i] & takeOther);
        }

        Wipe(other);
        return takeOther;
    }

    private static void Read(ReadOnlySpan<byte> bigEndian, Span<uint> words)
    {
        for (int i = 0; i < Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bigEndian[(28 - (4 * i))..]);
        }
    }

    /// <summary>left · right / 2^256 modulo r, below r; left is any 256-bit number, right is below r.</summary>
    private static void Multiply(Span<uint> product, ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        Words sum = default;
        ulong top = 0;
        foreach (uint word in left)
        {
            ulong carry = 0;
            for (int j = 0; j < Length; j++)
            {
                carry += sum[j] + ((ulong)word * right[j]);
                sum[j] = (uint)carry;
                carry >>= 32;
            }

            top += carry;
            uint m = sum[0] * NegativeInverse;
            carry = (sum[0] + ((ulong)m * Order[0])) >> 32;
            for (int j = 1; j < Length; j++)
            {
                carry += sum[j] + ((ulong)m * Order[j]);
                sum[j - 1] = (uint)carry;
                carry >>= 32;
            }

            top += carry;
            sum[Length - 1] = (uint)top;
            top >>= 32;
        }

        // left < 2^256 and right < r: the sum is below 2r, which is below 2^256.
        SubtractOrderOnce(sum);
        ((ReadOnlySpan<uint>)sum).CopyTo(product);
        Wipe(sum);
    }

    private static void SubtractOrderOnce(Span<uint> words)
    {
        Words difference = default;
        uint keep = 0 - Subtract(difference, words, Order);
        for (int i = 0; i < Length; i++)
        {
            words[i] = (words[i] & keep) | (difference[i] & ~keep);
        }

        Wipe(difference);
    }

    /// <summary>left − right; 1 when left is below right, otherwise 0.</summary>
    private static uint Subtract(Span<uint> difference, ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        ulong borrow = 0;
        for (int i = 0; i < Length; i++)
        {
            ulong word = (ulong)left[i] - right[i] - borrow;
            difference[i] = (uint)word;
            borrow = word >> 63;
        }

        return (uint)borrow;
    }

    private static void Wipe(Span<uint> words) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));

    /// <summary>256 bits.</summary>
    [InlineArray(Length)]
    internal struct Words
    {
        private uint _first;
    }
}
