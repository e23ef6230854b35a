namespace HwBridge.Core.Shamir;

/// <summary>GF(2^8) with the polynomial of AES, x⁸ + x⁴ + x³ + x + 1 (FIPS 197 § 4.2). Constant time: no tables, no branches.</summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11b;

    /// <summary>The product, by shifts and masks.</summary>
    internal static byte Multiply(byte left, byte right)
    {
        int product = 0;
        int factor = left;
        for (int bit = 0; bit < 8; bit++)
        {
            product ^= factor & -((right >> bit) & 1);
            factor = (factor << 1) ^ (Polynomial & -(factor >> 7));
        }

        return (byte)product;
    }

    /// <summary>The inverse, as the 254th power; 0 for 0.</summary>
    internal static byte Invert(byte value)
    {
        byte power = value;
        for (int i = 0; i < 6; i++)
        {
            power = Multiply(Multiply(power, power), value);
        }

        return Multiply(power, power);
    }
}
