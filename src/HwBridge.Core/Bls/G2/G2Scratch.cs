using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G2;

/// <summary>The intermediate values of additions and doublings in one place, for whoever computes with a secret to wipe.</summary>
internal struct G2Scratch
{
    /// <summary>Left factors.</summary>
    internal Fp2Pair A1;

    /// <summary>Left factors.</summary>
    internal Fp2Pair A2;

    /// <summary>Left factors.</summary>
    internal Fp2Pair A3;

    /// <summary>Right factors.</summary>
    internal Fp2Pair B1;

    /// <summary>Right factors.</summary>
    internal Fp2Pair B2;

    /// <summary>Right factors.</summary>
    internal Fp2Pair B3;

    /// <summary>Products.</summary>
    internal Fp2Pair V1;

    /// <summary>Products.</summary>
    internal Fp2Pair V2;

    /// <summary>Products.</summary>
    internal Fp2Pair V3;
}
