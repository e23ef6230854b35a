namespace HwBridge.Core.Bls;

/// <summary>What this project needs of BLS12-381, and the only place where a backend plugs in.</summary>
public interface IBls12381
{
    /// <summary>secret · G1, compressed. Constant time in the secret.</summary>
    /// <param name="secretKey">32 bytes, big-endian, 1 … r−1 (checked by <see cref="BlsSecretKey"/>).</param>
    /// <param name="publicKey">Receives 48 bytes.</param>
    void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey);

    /// <summary>Checks canonical encoding, curve, subgroup and infinity.</summary>
    /// <param name="publicKey">48 bytes.</param>
    PointValidity ValidatePublicKey(ReadOnlySpan<byte> publicKey);

    /// <summary>Reduces a big-endian number modulo r, as EIP-2333 hkdf_mod_r asks. Constant time.</summary>
    /// <param name="wide">48 bytes, big-endian.</param>
    /// <param name="scalar">Receives 32 bytes, big-endian, 0 … r−1.</param>
    void ReduceScalar(ReadOnlySpan<byte> wide, Span<byte> scalar);
}
