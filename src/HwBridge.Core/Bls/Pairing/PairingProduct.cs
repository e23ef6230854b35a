using HwBridge.Core.Bls.Tower;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>Products e(P₁, Q₁) · … · e(Pₙ, Qₙ) of the optimal ate pairing. Of public values only: variable time.</summary>
internal static class PairingProduct
{
    /// <summary>|z|, the curve's parameter; z itself is negative.</summary>
    private const ulong Z = 0xd201000000010000;

    /// <summary>True when the product is 1.</summary>
    /// <param name="terms">Any number; none give 1.</param>
    internal static bool IsOne(ReadOnlySpan<PairingTerm> terms)
    {
        Fp12 product = default;
        MillerLoop(ref product, terms);
        FinalExponentiation.Apply(ref product);
        return product.IsOne;
    }

    /// <summary>The product before its final exponentiation, with one chain of squarings for all terms.</summary>
    internal static void MillerLoop(ref Fp12 product, ReadOnlySpan<PairingTerm> terms)
    {
        TermPair[] pairs = new TermPair[(terms.Length + 1) / 2];
        for (int i = 0; i < pairs.Length; i++)
        {
            // An odd last term is there twice; the lines of the second are left alone.
            pairs[i].Start(in terms[2 * i], in terms[Math.Min((2 * i) + 1, terms.Length - 1)]);
        }

        bool isOdd = terms.Length % 2 != 0;
        LineFactors lines = default;
        product = Fp12.One;
        for (int bit = 62; bit >= 0; bit--)
        {
            Fp12.Square(ref product, in product);
            for (int i = 0; i < pairs.Length; i++)
            {
                pairs[i].Double(ref lines);
                Multiply(ref product, in lines, isOdd && i == pairs.Length - 1);
            }

            for (int i = 0; i < pairs.Length && ((Z >> bit) & 1) != 0; i++)
            {
                pairs[i].Add(ref lines);
                Multiply(ref product, in lines, isOdd && i == pairs.Length - 1);
            }
        }

        Fp12.Conjugate(ref product, in product);
    }

    private static void Multiply(ref Fp12 product, ref readonly LineFactors lines, bool firstOnly)
    {
        Fp12.MultiplyByLine(ref product, in product, in lines.L0, in lines.L2, in lines.L3);
        if (!firstOnly)
        {
            Fp12.MultiplyByLine(ref product, in product, in lines.M0, in lines.M2, in lines.M3);
        }
    }
}
