using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.G1;

/// <summary>The intermediate values of additions and doublings in one place, for whoever computes with a secret to wipe.</summary>
internal struct G1Scratch
{
    /// <summary>Left factors.</summary>
    internal FpLanes A;

    /// <summary>Right factors.</summary>
    internal FpLanes B;

    /// <summary>Products.</summary>
    internal FpLanes V;

    /// <summary>Products.</summary>
    internal FpLanes W;
}
