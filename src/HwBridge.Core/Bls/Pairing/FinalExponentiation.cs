using HwBridge.Core.Bls.Tower;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>
/// Raising to 3 (p¹² − 1) / r: three times the exponent that makes pairings unique is as good, as 3 does not divide r, and is cheaper:
/// 3 (p⁴ − p² + 1) / r = (z − 1)² (z + p) (z² + p² − 1) + 3 (Hayashida, Hayasaka and Teruya, eprint 2020/875).
/// </summary>
internal static class FinalExponentiation
{
    /// <summary>value = value to that power; the value is not 0.</summary>
    internal static void Apply(ref Fp12 value)
    {
        // (p⁶ − 1) (p² + 1).
        Fp12 power = default;
        Fp12 other = default;
        Fp12.Invert(ref power, in value);
        Fp12.Conjugate(ref value, in value);
        Fp12.Multiply(ref value, in value, in power);
        Frobenius.Apply(ref power, in value);
        Frobenius.Apply(ref power, in power);
        Fp12.Multiply(ref value, in value, in power);

        // (z − 1)².
        TimesZMinusOne(ref power, in value);
        TimesZMinusOne(ref power, in power);

        // z + p.
        Cyclotomic.PowerOfZ(ref other, in power);
        Frobenius.Apply(ref power, in power);
        Fp12.Multiply(ref power, in power, in other);

        // z² + p² − 1.
        Cyclotomic.PowerOfZ(ref other, in power);
        Cyclotomic.PowerOfZ(ref other, in other);
        Fp12 conjugate = default;
        Fp12.Conjugate(ref conjugate, in power);
        Fp12.Multiply(ref other, in other, in conjugate);
        Frobenius.Apply(ref power, in power);
        Frobenius.Apply(ref power, in power);
        Fp12.Multiply(ref power, in power, in other);

        // And 3.
        other = value;
        Cyclotomic.Square(ref other);
        Fp12.Multiply(ref value, in value, in other);
        Fp12.Multiply(ref value, in value, in power);
    }

    private static void TimesZMinusOne(ref Fp12 power, ref readonly Fp12 value)
    {
        Fp12 conjugate = default;
        Fp12.Conjugate(ref conjugate, in value);
        Cyclotomic.PowerOfZ(ref power, in value);
        Fp12.Multiply(ref power, in power, in conjugate);
    }
}
