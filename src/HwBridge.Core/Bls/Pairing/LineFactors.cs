using HwBridge.Core.Bls.Tower;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>Two lines l₀ + l₂w² + l₃w³, ready to multiply elements of Fp12 by: one of each of two terms.</summary>
internal struct LineFactors
{
    /// <summary>l₀ of the first term.</summary>
    internal Fp2Factor L0;

    /// <summary>l₂ of the first term.</summary>
    internal Fp2Factor L2;

    /// <summary>l₃ of the first term.</summary>
    internal Fp2Factor L3;

    /// <summary>l₀ of the second term.</summary>
    internal Fp2Factor M0;

    /// <summary>l₂ of the second term.</summary>
    internal Fp2Factor M2;

    /// <summary>l₃ of the second term.</summary>
    internal Fp2Factor M3;
}
