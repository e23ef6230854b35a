using HwBridge.Core.Bls.G1;

namespace HwBridge.Core.Bls;

/// <summary>BLS12-381 in managed code: constant time in secrets, for every platform that the framework runs on.</summary>
internal sealed class ManagedBls12381 : IBls12381
{
    /// <inheritdoc/>
    public void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey) => G1BaseTable.MultiplyAndEncode(secretKey, publicKey);

    /// <inheritdoc/>
    public PointValidity ValidatePublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != G1Codec.Size)
        {
            return PointValidity.WrongLength;
        }

        PointValidity validity = G1Codec.TryDecode(publicKey, out G1Point point);
        return validity == PointValidity.Valid && !G1Subgroup.Contains(in point) ? PointValidity.NotInSubgroup : validity;
    }

    /// <inheritdoc/>
    public void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar) => ScalarField.Reduce(wide, scalar);

    /// <inheritdoc/>
    public PointValidity ValidateSignature(ReadOnlySpan<byte> signature) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> point) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> signature) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public bool Verify(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signature) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public bool VerifyBatch(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void AddPublicKeys(ReadOnlySpan<byte> publicKeys, Span<byte> sum) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void AddSignatures(ReadOnlySpan<byte> signatures, Span<byte> sum) =>
        throw new NotImplementedException();
}
