using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HwBridge.Core.ReedSolomon;

/// <summary>
/// GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11D) with the primitive element α = 2, as in ISO/IEC 18004 (QR codes). Tables: never for
/// secrets.
/// </summary>
internal static class GaloisField
{
    /// <summary>How many elements have an inverse: α^255 = 1.</summary>
    internal const int Order = 255;

    private const int Modulus = 0x11D;
    private static readonly byte[] Powers = new byte[2 * Order];
    private static readonly byte[] Logarithms = new byte[Order + 1];

    static GaloisField()
    {
        int power = 1;
        for (int i = 0; i < Order; i++)
        {
            Powers[i] = Powers[i + Order] = (byte)power;
            Logarithms[power] = (byte)i;
            power <<= 1;
            power ^= power > Order ? Modulus : 0;
        }
    }

    /// <summary>α to a power of 0 or more.</summary>
    internal static byte Power(int exponent) => Powers[exponent % Order];

    internal static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : Powers[Logarithms[a] + Logarithms[b]];

    /// <summary>1 ÷ <paramref name="a"/>, which is not 0.</summary>
    internal static byte Invert(byte a) => Powers[Order - Logarithms[a]];

    /// <summary>Adds <paramref name="factor"/> times each byte of a row to those of another of the same length.</summary>
    internal static void MultiplyAdd(byte factor, ReadOnlySpan<byte> row, Span<byte> sum)
    {
        Span<byte> products = stackalloc byte[32];
        for (int i = 0; i < 16; i++)
        {
            products[i] = Multiply(factor, (byte)i);
            products[16 + i] = Multiply(factor, (byte)(i << 4));
        }

        // A product is that of the low half of a byte plus that of its high half: two looks into tables of 16, for 16 bytes at once.
        Vector128<byte> low = Vector128.Create<byte>(products[..16]);
        Vector128<byte> high = Vector128.Create<byte>(products[16..]);
        ReadOnlySpan<Vector128<byte>> source = MemoryMarshal.Cast<byte, Vector128<byte>>(row);
        Span<Vector128<byte>> target = MemoryMarshal.Cast<byte, Vector128<byte>>(sum);
        Vector128<byte> half = Vector128.Create((byte)15);
        for (int i = 0; i < source.Length; i++)
        {
            target[i] ^= Vector128.Shuffle(low, source[i] & half) ^ Vector128.Shuffle(high, source[i] >>> 4);
        }

        for (int i = source.Length * Vector128<byte>.Count; i < row.Length; i++)
        {
            sum[i] ^= (byte)(products[row[i] & 15] ^ products[16 + (row[i] >> 4)]);
        }
    }
}
