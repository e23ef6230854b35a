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
        Span<byte> littleEndian = stackalloc byte[BlsSecretKey.Size];
        try
        {
            new Blst.P1(Read(secretKey, littleEndian)).Compress().CopyTo(publicKey);
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

        // Decoding checks neither subgroup nor infinity, but already names (0, ±2) as outside the subgroup.
        Blst.P1Affine point = new();
        return !point.TryDecode(publicKey, out Blst.ERROR error) ? Refusal(error)
            : point.IsInf() ? PointValidity.Infinity
            : point.InGroup() ? PointValidity.Valid
            : PointValidity.NotInSubgroup;
    }

    /// <inheritdoc/>
    public PointValidity ValidateSignature(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != BlsSignature.Size)
        {
            return PointValidity.WrongLength;
        }

        Blst.P2Affine point = new();
        return !point.TryDecode(signature, out Blst.ERROR error) ? Refusal(error)
            : point.IsInf() ? PointValidity.Infinity
            : point.InGroup() ? PointValidity.Valid
            : PointValidity.NotInSubgroup;
    }

    /// <inheritdoc/>
    public void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar) => ScalarField.Reduce(wide, scalar);

    /// <inheritdoc/>
    public void HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> point) =>
        new Blst.P2().HashTo(message, domainSeparationTag).Compress().CopyTo(point);

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> signature)
    {
        Span<byte> littleEndian = stackalloc byte[BlsSecretKey.Size];
        try
        {
            Blst.SecretKey key = Read(secretKey, littleEndian);
            new Blst.P2().HashTo(message, domainSeparationTag).SignWith(key).Compress().CopyTo(signature);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(littleEndian);
        }
    }

    /// <inheritdoc/>
    public bool Verify(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signature)
    {
        Blst.PT product = MillerLoop(Blst.P1.Generator().Neg(), new Blst.P2(signature));
        for (int i = 0; i < messages.Count; i++)
        {
            Blst.P1 publicKey = new(publicKeys.Slice(BlsPublicKey.Size * i, BlsPublicKey.Size));
            if (publicKey.IsInf())
            {
                return false;
            }

            product.Mul(MillerLoop(publicKey, new Blst.P2().HashTo(messages[i].Span, domainSeparationTag)));
        }

        return product.FinalExp().IsOne();
    }

    /// <inheritdoc/>
    public bool VerifyBatch(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures)
    {
        Blst.PT product = Blst.PT.One();
        Blst.P2 sum = new();
        Span<byte> factor = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < messages.Count; i++)
        {
            Blst.P1 publicKey = new(publicKeys.Slice(BlsPublicKey.Size * i, BlsPublicKey.Size));
            if (publicKey.IsInf())
            {
                return false;
            }

            RandomNumberGenerator.Fill(factor);
            factor[0] |= 1;
            sum.Add(new Blst.P2(signatures.Slice(BlsSignature.Size * i, BlsSignature.Size)).Mult(factor));
            product.Mul(MillerLoop(publicKey.Mult(factor), new Blst.P2().HashTo(messages[i].Span, domainSeparationTag)));
        }

        return product.Mul(MillerLoop(Blst.P1.Generator().Neg(), sum)).FinalExp().IsOne();
    }

    /// <inheritdoc/>
    public void AddPublicKeys(ReadOnlySpan<byte> publicKeys, Span<byte> sum)
    {
        Blst.P1 total = new();
        for (int i = 0; i < publicKeys.Length; i += BlsPublicKey.Size)
        {
            total.Add(new Blst.P1(publicKeys.Slice(i, BlsPublicKey.Size)));
        }

        total.Compress().CopyTo(sum);
    }

    /// <inheritdoc/>
    public void AddSignatures(ReadOnlySpan<byte> signatures, Span<byte> sum)
    {
        Blst.P2 total = new();
        for (int i = 0; i < signatures.Length; i += BlsSignature.Size)
        {
            total.Add(new Blst.P2(signatures.Slice(i, BlsSignature.Size)));
        }

        total.Compress().CopyTo(sum);
    }

    /// <summary>The key over the caller's own memory: the constructor that takes a span and no byte order copies nothing, and is little-endian.</summary>
    private static Blst.SecretKey Read(ReadOnlySpan<byte> bigEndian, Span<byte> littleEndian)
    {
        bigEndian.CopyTo(littleEndian);
        littleEndian.Reverse();
        return new Blst.SecretKey(littleEndian);
    }

    private static Blst.PT MillerLoop(Blst.P1 p, Blst.P2 q) => new(q.ToAffine(), p.ToAffine());

    /// <summary>The numbers are those of blst.h, which the package's names follow.</summary>
    private static PointValidity Refusal(Blst.ERROR error) => (int)error switch
    {
        2 => PointValidity.NotOnCurve,
        3 => PointValidity.NotInSubgroup,
        _ => PointValidity.NotCanonical,
    };
}
