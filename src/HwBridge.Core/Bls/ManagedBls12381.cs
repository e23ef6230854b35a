using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HwBridge.Core.Bls.G1;
using HwBridge.Core.Bls.G2;
using HwBridge.Core.Bls.Pairing;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Bls;

/// <summary>BLS12-381 in managed code: constant time in secrets, for every platform that the framework runs on.</summary>
internal sealed class ManagedBls12381 : IBls12381
{
    /// <inheritdoc/>
    public void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey)
    {
        G1BaseTable.MultiplyAndEncode(secretKey, publicKey);
        Residue.Wipe();
    }

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
    public PointValidity ValidateSignature(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != G2Codec.Size)
        {
            return PointValidity.WrongLength;
        }

        PointValidity validity = G2Codec.TryDecode(signature, out G2Point point);
        return validity == PointValidity.Valid && !G2Endomorphism.IsInSubgroup(in point) ? PointValidity.NotInSubgroup : validity;
    }

    /// <inheritdoc/>
    public void HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> point)
    {
        G2Hash.ToPoint(message, domainSeparationTag, out G2Point hash);
        G2Codec.Encode(in hash, point);
    }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> signature)
    {
        G2Hash.ToPoint(message, domainSeparationTag, out G2Point point);
        G2Multiplication.Multiply(ref point, secretKey);
        G2Codec.Encode(in point, signature);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<G2Point>(ref point)));
        Residue.Wipe();
    }

    /// <inheritdoc/>
    public bool Verify(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signature) =>
        SignatureVerification.Verify(publicKeys, messages, domainSeparationTag, signature);

    /// <inheritdoc/>
    public bool VerifyBatch(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures) =>
        SignatureVerification.VerifyBatch(publicKeys, messages, domainSeparationTag, signatures);

    /// <inheritdoc/>
    public void AddPublicKeys(ReadOnlySpan<byte> publicKeys, Span<byte> sum)
    {
        G1Point total = G1Point.Infinity;
        G1Scratch scratch = default;
        for (; !publicKeys.IsEmpty; publicKeys = publicKeys[G1Codec.Size..])
        {
            if (G1Codec.TryDecode(publicKeys[..G1Codec.Size], out G1Point point) is not (PointValidity.Valid or PointValidity.Infinity))
            {
                throw new ArgumentException("one is no point of the curve", nameof(publicKeys));
            }

            total.Add(in point, ref scratch);
        }

        G1Codec.Encode(in total, sum);
    }

    /// <inheritdoc/>
    public void AddSignatures(ReadOnlySpan<byte> signatures, Span<byte> sum)
    {
        G2Point total = G2Point.Infinity;
        G2Scratch scratch = default;
        for (; !signatures.IsEmpty; signatures = signatures[G2Codec.Size..])
        {
            if (G2Codec.TryDecode(signatures[..G2Codec.Size], out G2Point point) is not (PointValidity.Valid or PointValidity.Infinity))
            {
                throw new ArgumentException("one is no point of the curve", nameof(signatures));
            }

            total.Add(in point, ref scratch);
        }

        G2Codec.Encode(in total, sum);
    }
}
