namespace HwBridge.Core.Bls;

/// <summary>What a check of an encoded point of BLS12-381 found.</summary>
public enum PointValidity
{
    /// <summary>On the curve, in the subgroup, not infinity, canonically encoded.</summary>
    Valid,

    /// <summary>Not the number of bytes or digits that the encoding has.</summary>
    WrongLength,

    /// <summary>Not hexadecimal digits.</summary>
    NotHex,

    /// <summary>The flag bits are not those of a compressed point, or a coordinate is not below the field's modulus.</summary>
    NotCanonical,

    /// <summary>No point of the curve has this x.</summary>
    NotOnCurve,

    /// <summary>On the curve, but outside the subgroup of order r.</summary>
    NotInSubgroup,

    /// <summary>The point at infinity, which is no public key.</summary>
    Infinity,
}
