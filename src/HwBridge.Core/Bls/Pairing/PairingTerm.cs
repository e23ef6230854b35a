using HwBridge.Core.Bls.Field;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>One factor e(P, Q) of a product of pairings: affine points of the subgroups of order r, neither of them infinity.</summary>
internal struct PairingTerm
{
    /// <summary>x of P in lane 0, y in lane 1; at most 4p, carried.</summary>
    internal FpLanes P;

    /// <summary>x of Q in the low half, y in the high half; at most 5p, carried.</summary>
    internal Fp2Pair Q;
}
