namespace HwBridge.Core.Bls;

/// <summary>
/// What this project needs of BLS12-381, and the only place where a backend plugs in. Points are compressed: 48 bytes in G1, 96 in G2.
/// Whoever hands in public keys and signatures has had them validated, unless a method says otherwise.
/// </summary>
/// <remarks>A domain separation tag has at least 1 byte, as RFC 9380 §3.1 asks; one of more than 255 is hashed (§5.3.3).</remarks>
public interface IBls12381
{
    /// <summary>secret · G1, compressed. Constant time in the secret.</summary>
    /// <param name="secretKey">32 bytes, big-endian, 1 … r−1 (checked by <see cref="BlsSecretKey"/>).</param>
    /// <param name="publicKey">Receives 48 bytes.</param>
    void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey);

    /// <summary>Checks canonical encoding, curve, subgroup and infinity.</summary>
    /// <param name="publicKey">Anything; a key has 48 bytes.</param>
    PointValidity ValidatePublicKey(ReadOnlySpan<byte> publicKey);

    /// <summary>Checks canonical encoding, curve, subgroup and infinity.</summary>
    /// <param name="signature">Anything; a signature has 96 bytes.</param>
    PointValidity ValidateSignature(ReadOnlySpan<byte> signature);

    /// <summary>Reduces a big-endian number modulo r, as EIP-2333 hkdf_mod_r asks. Constant time.</summary>
    /// <param name="wide">48 bytes, big-endian.</param>
    /// <param name="scalar">Receives 32 bytes, big-endian, 0 … r−1.</param>
    void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar);

    /// <summary>hash_to_curve of RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="domainSeparationTag">The tag.</param>
    /// <param name="point">Receives 96 bytes.</param>
    void HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> point);

    /// <summary>secret · hash(message). Constant time in the secret.</summary>
    /// <param name="secretKey">32 bytes, big-endian, 1 … r−1.</param>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="domainSeparationTag">The tag.</param>
    /// <param name="signature">Receives 96 bytes.</param>
    void Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> domainSeparationTag, Span<byte> signature);

    /// <summary>True when the signature is the sum of what each key's holder signs for its message (CoreAggregateVerify).</summary>
    /// <param name="publicKeys">n times 48 bytes, n at least 1. Infinity, which only a sum can be, makes the answer false.</param>
    /// <param name="messages">n messages, which may be equal: who relies on that has the keys' proofs of possession.</param>
    /// <param name="domainSeparationTag">The tag.</param>
    /// <param name="signature">96 bytes; infinity is allowed, and right for nothing that honest signers make.</param>
    bool Verify(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signature);

    /// <summary>True when each of n signatures verifies, but for a chance of 2^-64: one pairing product with random factors.</summary>
    /// <param name="publicKeys">n times 48 bytes, n at least 1.</param>
    /// <param name="messages">n messages.</param>
    /// <param name="domainSeparationTag">The tag.</param>
    /// <param name="signatures">n times 96 bytes.</param>
    bool VerifyBatch(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures);

    /// <summary>The sum of public keys, which may be infinity (0xc0 and zeroes).</summary>
    /// <param name="publicKeys">n times 48 bytes, n at least 1; infinity is allowed.</param>
    /// <param name="sum">Receives 48 bytes.</param>
    void AddPublicKeys(ReadOnlySpan<byte> publicKeys, Span<byte> sum);

    /// <summary>The sum of signatures, which may be infinity (0xc0 and zeroes).</summary>
    /// <param name="signatures">n times 96 bytes, n at least 1; infinity is allowed.</param>
    /// <param name="sum">Receives 96 bytes.</param>
    void AddSignatures(ReadOnlySpan<byte> signatures, Span<byte> sum);
}
