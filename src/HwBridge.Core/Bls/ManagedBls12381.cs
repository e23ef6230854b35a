namespace HwBridge.Core.Bls;

internal sealed class ManagedBls12381 : IBls12381
{
    public void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey) => throw new NotImplementedException();

    public PointValidity ValidatePublicKey(ReadOnlySpan<byte> publicKey) => throw new NotImplementedException();

    public void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar) => throw new NotImplementedException();
}
