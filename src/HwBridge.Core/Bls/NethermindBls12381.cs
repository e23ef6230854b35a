using System.Security.Cryptography;
using Blst = Nethermind.Crypto.Bls;

namespace HwBridge.Core.Bls;

/// <summary>
/// BLS12-381 by the package Nethermind.Crypto.Bls, a binding of the native library blst. Compiled instead of the managed
/// implementation by <c>-p:BlsBackend=Nethermind</c>, for who has the package in their feed; the same tests run over both.
/// </summary>
internal sealed class NethermindBls12381 : IBls12381
{
    /// <inheritdoc/>
    public void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey)
    {
        // The constructor that takes a span and no byte order uses the span's own memory, little-endian: no copy to wipe is left behind.
        Span<byte> littleEndian = stackalloc byte[BlsSecretKey.Size];
        try
        {
            secretKey.CopyTo(littleEndian);
            littleEndian.Reverse();
            new Blst.P1(new Blst.SecretKey(littleEndian)).Compress().CopyTo(publicKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(littleEndian);
        }
    }

    /// <inheritdoc/>
    public PointValidity ValidatePublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != BlsPublicKey.Size)
        {
            return PointValidity.WrongLength;
        }

        // Decoding checks neither subgroup nor infinity, but already names (0, ±2) as outside the subgroup; the numbers are blst.h's.
        Blst.P1Affine point = new();
        if (!point.TryDecode(publicKey, out Blst.ERROR error))
        {
            return (int)error switch
            {
                2 => PointValidity.NotOnCurve,
                3 => PointValidity.NotInSubgroup,
                _ => PointValidity.NotCanonical,
            };
        }

        return point.IsInf() ? PointValidity.Infinity
            : point.InGroup() ? PointValidity.Valid
            : PointValidity.NotInSubgroup;
    }

    /// <inheritdoc/>
    public void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar) => ScalarField.Reduce(wide, scalar);
}
