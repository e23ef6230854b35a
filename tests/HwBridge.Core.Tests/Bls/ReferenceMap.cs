using Fp2 = HwBridge.Core.Tests.Bls.ReferenceTwist.Fp2;

namespace HwBridge.Core.Tests.Bls;

/// <summary>map_to_curve of RFC 9380 §6.6.2 and §6.6.3 for G2, formula by formula with the constants of §8.8.2 and appendix E.3.</summary>
internal static class ReferenceMap
{
    private static readonly Fp2 A = Fp2.Of(0, 240);
    private static readonly Fp2 B = Fp2.Of(1012, 1012);
    private static readonly Fp2 Z = Fp2.Of(-2, -1);

    private static readonly Fp2[] XNumerator =
    [
        Both("05c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6"),
        Fp2.Of(0, ReferenceCurve.Hex("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71a")),
        Fp2.Of(
            ReferenceCurve.Hex("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71e"),
            ReferenceCurve.Hex("08ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38d")),
        Fp2.Of(ReferenceCurve.Hex("171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1")),
    ];

    private static readonly Fp2[] XDenominator = [Fp2.Of(0, -72), Fp2.Of(12, -12), Fp2.Of(1)];

    private static readonly Fp2[] YNumerator =
    [
        Both("1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706"),
        Fp2.Of(0, ReferenceCurve.Hex("05c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97be")),
        Fp2.Of(
            ReferenceCurve.Hex("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71c"),
            ReferenceCurve.Hex("08ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38f")),
        Fp2.Of(ReferenceCurve.Hex("124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10")),
    ];

    private static readonly Fp2[] YDenominator = [Fp2.Of(-432, -432), Fp2.Of(0, -216), Fp2.Of(18, -18), Fp2.Of(1)];

    /// <summary>A point of G2's curve, hardly ever of the subgroup.</summary>
    internal static ReferenceTwist.Affine ToCurve(Fp2 u)
    {
        Fp2 zuu = Z * u * u;
        Fp2 sum = (zuu * zuu) + zuu;
        Fp2 x = sum == default ? B * (Z * A).Inverse : -B * A.Inverse * (Fp2.Of(1) + sum.Inverse);
        Fp2? y = ((x * x * x) + (A * x) + B).Root;
        if (y is null)
        {
            x = zuu * x;
            y = ((x * x * x) + (A * x) + B).Root;
        }

        Fp2 root = Parity(y!.Value) == Parity(u) ? y.Value : -y.Value;
        return new ReferenceTwist.Affine(
            Polynomial(XNumerator, x) * Polynomial(XDenominator, x).Inverse,
            root * Polynomial(YNumerator, x) * Polynomial(YDenominator, x).Inverse);
    }

    private static bool Parity(Fp2 value) => value.C0.IsZero ? value.C1.IsEven : value.C0.IsEven;

    private static Fp2 Polynomial(Fp2[] coefficients, Fp2 x) =>
        coefficients.Reverse().Aggregate(default(Fp2), (value, coefficient) => (value * x) + coefficient);

    private static Fp2 Both(string digits) => Fp2.Of(ReferenceCurve.Hex(digits), ReferenceCurve.Hex(digits));
}
