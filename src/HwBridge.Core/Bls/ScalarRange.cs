using System.Buffers.Binary;

namespace HwBridge.Core.Bls;

/// <summary>The range check of secret keys, in constant time.</summary>
internal static class ScalarRange
{
    /// <summary>r, the order of the subgroup, most significant word first.</summary>
    private static ReadOnlySpan<ulong> Order => [0x73eda753299d7d48, 0x3339d80809a1d805, 0x53bda402fffe5bfe, 0xffffffff00000001];

    /// <summary>True for 32 big-endian bytes that are 1 … r−1.</summary>
    internal static bool IsValidSecretKey(ReadOnlySpan<byte> bigEndian)
    {
        ulong any = 0;
        ulong borrow = 0;
        for (int i = 3; i >= 0; i--)
        {
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[(8 * i)..]);
            any |= word;
            UInt128 difference = (UInt128)word - Order[i] - borrow;
            borrow = (ulong)(difference >> 64) & 1;
        }

        return (borrow & ((any | (0 - any)) >> 63)) == 1;
    }
}
