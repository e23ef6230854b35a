namespace HwBridge.Core.Bls;

/// <summary>What each <see cref="PointValidity"/> says to a person, as the end of "the public key …" or "the signature …".</summary>
internal static class PointValidityTexts
{
    internal static string Describe(this PointValidity validity) => validity switch
    {
        PointValidity.Valid => "is valid",
        PointValidity.WrongLength => "must have 96 hex digits",
        PointValidity.NotHex => "has a character that is no hex digit",
        PointValidity.NotCanonical => "is not the encoding of a compressed BLS12-381 point",
        PointValidity.NotOnCurve => "is no point of BLS12-381: a digit is wrong",
        PointValidity.NotInSubgroup => "is a point outside the subgroup of public keys: a digit is wrong",
        PointValidity.Infinity => "is the point at infinity, which is nobody's key",
        _ => throw new ArgumentOutOfRangeException(nameof(validity)),
    };

    internal static string DescribeSignature(this PointValidity validity) => validity switch
    {
        PointValidity.WrongLength => "must have 192 hex digits",
        PointValidity.NotInSubgroup => "is a point outside the subgroup of signatures: a digit is wrong",
        PointValidity.Infinity => "is the point at infinity, which is nobody's signature",
        _ => validity.Describe(),
    };
}
