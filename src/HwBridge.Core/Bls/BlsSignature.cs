using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace HwBridge.Core.Bls;

/// <summary>
/// A signature as validators make them: a compressed point of BLS12-381 G2, 96 bytes (ZCash encoding: x₁, x₀, big-endian, with flags).
/// An instance is always on the curve and in the subgroup; <c>default</c> is no signature, and only <see cref="Aggregate"/> gives infinity.
/// </summary>
/// <remarks>The proof-of-possession scheme of draft-irtf-cfrg-bls-signature §3.3, suite <see cref="Suite"/>.</remarks>
public readonly struct BlsSignature : IEquatable<BlsSignature>
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = 96;

    private readonly Bytes _bytes;

    private BlsSignature(ReadOnlySpan<byte> compressed) => compressed.CopyTo(_bytes);

    /// <summary>The domain separation tag of signatures: BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_.</summary>
    public static ReadOnlySpan<byte> Suite => "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"u8;

    /// <summary>The domain separation tag of proofs of possession: BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_.</summary>
    public static ReadOnlySpan<byte> PossessionSuite => "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"u8;

    /// <summary>The signature of 96 checked bytes.</summary>
    /// <param name="compressed">The encoding.</param>
    /// <param name="signature">The signature when the point is valid.</param>
    /// <returns>Why the point is refused, or <see cref="PointValidity.Valid"/>.</returns>
    public static PointValidity TryDecode(ReadOnlySpan<byte> compressed, out BlsSignature signature)
    {
        PointValidity validity = Bls12381.Default.ValidateSignature(compressed);
        signature = validity == PointValidity.Valid ? new BlsSignature(compressed) : default;
        return validity;
    }

    /// <summary>The sum of signatures (Aggregate).</summary>
    /// <param name="signatures">At least one.</param>
    public static BlsSignature Aggregate(ReadOnlySpan<BlsSignature> signatures)
    {
        byte[] all = new byte[signatures.Length * Size];
        for (int i = 0; i < signatures.Length; i++)
        {
            signatures[i].CopyTo(all.AsSpan(i * Size));
        }

        Span<byte> sum = stackalloc byte[Size];
        Bls12381.Default.AddSignatures(all, sum);
        return new BlsSignature(sum);
    }

    /// <summary>True when this is the key's signature of the message (Verify).</summary>
    public bool Verify(BlsPublicKey publicKey, ReadOnlyMemory<byte> message)
    {
        Span<byte> key = stackalloc byte[BlsPublicKey.Size];
        publicKey.CopyTo(key);
        return Bls12381.Default.Verify(key, [message], Suite, _bytes);
    }

    /// <summary>True when this is the sum of one signature by each key of its message (AggregateVerify).</summary>
    /// <param name="publicKeys">At least one.</param>
    /// <param name="messages">As many.</param>
    public bool VerifyAggregate(ReadOnlySpan<BlsPublicKey> publicKeys, IReadOnlyList<ReadOnlyMemory<byte>> messages) =>
        Bls12381.Default.Verify(Concatenate(publicKeys), messages, Suite, _bytes);

    /// <summary>True when this is the sum of one signature by each key of the same message (FastAggregateVerify); the keys' possession is proved.</summary>
    /// <param name="publicKeys">At least one.</param>
    /// <param name="message">The message.</param>
    public bool VerifyAggregate(ReadOnlySpan<BlsPublicKey> publicKeys, ReadOnlyMemory<byte> message)
    {
        Span<byte> sum = stackalloc byte[BlsPublicKey.Size];
        Bls12381.Default.AddPublicKeys(Concatenate(publicKeys), sum);
        return Bls12381.Default.Verify(sum, [message], Suite, _bytes);
    }

    /// <summary>True when this proves that somebody holds the key's secret (PopVerify).</summary>
    public bool VerifyPossession(BlsPublicKey publicKey)
    {
        byte[] key = new byte[BlsPublicKey.Size];
        publicKey.CopyTo(key);
        return Bls12381.Default.Verify(key, [key], PossessionSuite, _bytes);
    }

    /// <summary>Copies the 96 bytes.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(BlsSignature left, BlsSignature right) => left.Equals(right);

    /// <summary>Unequal bytes.</summary>
    public static bool operator !=(BlsSignature left, BlsSignature right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(BlsSignature other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is BlsSignature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(((ReadOnlySpan<byte>)_bytes)[88..]);

    /// <summary>0x and 192 lower-case hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(_bytes)}");

    /// <summary>Wraps bytes that a backend has just computed: no second check is due.</summary>
    internal static BlsSignature Computed(ReadOnlySpan<byte> compressed) => new(compressed);

    private static byte[] Concatenate(ReadOnlySpan<BlsPublicKey> publicKeys)
    {
        byte[] all = new byte[publicKeys.Length * BlsPublicKey.Size];
        for (int i = 0; i < publicKeys.Length; i++)
        {
            publicKeys[i].CopyTo(all.AsSpan(i * BlsPublicKey.Size));
        }

        return all;
    }

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
