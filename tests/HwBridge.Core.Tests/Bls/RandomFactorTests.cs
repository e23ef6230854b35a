using HwBridge.Core.Bls.Pairing;

namespace HwBridge.Core.Tests.Bls;

internal sealed class RandomFactorTests
{
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Of_AnyNumber_HasItsValueAndNoTwoDigitsSideBySide(ulong number) => IsNonAdjacentFormOf(number);

    [Test]
    public void Of_NumbersAtTheEdges_HasTheirValue()
    {
        ulong[] numbers = [1, 2, 3, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 0xaaaa_aaaa_aaaa_aaaa];
        Assert.That(numbers, Has.All.Matches<ulong>(IsNonAdjacentFormOf));
    }

    [Test]
    public void Fill_OfManyFactors_GivesDifferentOnes()
    {
        RandomFactor[] factors = new RandomFactor[1000];
        RandomFactor.Fill(factors);
        Assert.That(factors, Is.Unique);
        Assert.That(factors, Has.All.Matches<RandomFactor>(factor => factor.Plus > factor.Minus));
    }

    private static bool IsNonAdjacentFormOf(ulong number)
    {
        RandomFactor factor = RandomFactor.Of(number);
        Int128 value = 0;
        bool hadDigit = false;
        for (int place = 65; place >= 0; place--)
        {
            int digit = factor.Digit(place);
            value = (2 * value) + digit;
            if ((hadDigit && digit != 0) || (place == factor.Top && value != 1))
            {
                return false;
            }

            hadDigit = digit != 0;
        }

        return value == number;
    }
}
