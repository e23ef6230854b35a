using HwBridge.Core.Shamir;

namespace HwBridge.Core.Tests.Shamir;

public class GaloisFieldTests
{
    // FIPS 197 § 4.2 and § 4.2.1.
    [TestCase(0x57, 0x83, 0xc1)]
    [TestCase(0x57, 0x13, 0xfe)]
    [TestCase(0x57, 0x10, 0x07)]
    public void Multiply_ExamplesOfAes_GivesTheirProducts(byte left, byte right, byte product) =>
        Assert.That(GaloisField.Multiply(left, right), Is.EqualTo(product));

    [Test]
    public void Multiply_AllPairs_AreTheProductsOfLogarithms()
    {
        // The tables that other implementations use, from the generator 0xe5, computed by repeated addition.
        byte[] powers = new byte[255];
        int[] logarithms = new int[256];
        int power = 1;
        for (int i = 0; i < 255; i++)
        {
            powers[i] = (byte)power;
            logarithms[power] = i;
            int sum = 0;
            for (int bit = 7; bit >= 0; bit--)
            {
                sum = (sum << 1) ^ (sum >= 0x80 ? 0x11b : 0) ^ ((0xe5 >> bit & 1) == 1 ? power : 0);
            }

            power = sum;
        }

        Assert.That(powers.Distinct().Count(), Is.EqualTo(255), "0xe5 generates the field");
        for (int left = 0; left < 256; left++)
        {
            for (int right = 0; right < 256; right++)
            {
                byte expected = left == 0 || right == 0 ? (byte)0 : powers[(logarithms[left] + logarithms[right]) % 255];
                if (GaloisField.Multiply((byte)left, (byte)right) != expected)
                {
                    Assert.Fail($"{left:x2} × {right:x2}");
                }
            }
        }
    }

    [Test]
    public void Invert_EachElement_GivesOneWithIt() => Assert.That(
        Enumerable.Range(1, 255).Select(value => GaloisField.Multiply((byte)value, GaloisField.Invert((byte)value))), Has.All.EqualTo(1));
}
