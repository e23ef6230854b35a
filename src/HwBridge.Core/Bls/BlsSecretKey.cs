using HwBridge.Core.Secrets;

namespace HwBridge.Core.Bls;

/// <summary>A secret key of BLS12-381: a scalar 1 … r−1, 32 bytes big-endian, in guarded memory.</summary>
public sealed class BlsSecretKey : IDisposable
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = 32;

    private readonly SecretBuffer _scalar;

    private BlsSecretKey(SecretBuffer scalar) => _scalar = scalar;

    /// <summary>The 32 bytes, big-endian; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _scalar.Span;

    /// <summary>Copies 32 big-endian bytes; false when they are 0 or not below r, or not 32.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bigEndian, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BlsSecretKey? key)
    {
        key = null;
        if (bigEndian.Length != Size || !ScalarField.IsValidSecretKey(bigEndian))
        {
            return false;
        }

        key = new BlsSecretKey(SecretBuffer.CopyOf(bigEndian));
        return true;
    }

    /// <summary>The public key. Constant time in the secret.</summary>
    public BlsPublicKey GetPublicKey()
    {
        Span<byte> compressed = stackalloc byte[BlsPublicKey.Size];
        Bls12381.Default.DerivePublicKey(_scalar.Span, compressed);
        return BlsPublicKey.Computed(compressed);
    }

    /// <summary>Signs a message, in the suite of Ethereum's validators. Constant time in the secret.</summary>
    /// <param name="message">Any number of bytes; Ethereum signs 32-byte signing roots.</param>
    public BlsSignature Sign(ReadOnlySpan<byte> message) => Sign(message, BlsSignature.Suite);

    /// <summary>Proves possession of this key (PopProve): a signature of its public key under a tag of its own.</summary>
    public BlsSignature ProvePossession()
    {
        Span<byte> publicKey = stackalloc byte[BlsPublicKey.Size];
        Bls12381.Default.DerivePublicKey(_scalar.Span, publicKey);
        return Sign(publicKey, BlsSignature.PossessionSuite);
    }

    /// <inheritdoc/>
    public void Dispose() => _scalar.Dispose();

    /// <summary>Never the content.</summary>
    public override string ToString() => "‹secret›";

    private BlsSignature Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag)
    {
        Span<byte> signature = stackalloc byte[BlsSignature.Size];
        Bls12381.Default.Sign(_scalar.Span, message, domainSeparationTag, signature);
        return BlsSignature.Computed(signature);
    }
}
