namespace HwBridge.Emulators.Seeds;

/// <summary>The curves over which a seed gives keys. SLIP-0010 §Master key generation.</summary>
public enum Slip10Curve
{
    /// <summary>The curve of BIP-32 (and so of Bitcoin and Ethereum accounts).</summary>
    Secp256k1,

    /// <summary>NIST P-256.</summary>
    Nist256p1,

    /// <summary>RFC 8032; hardened children only.</summary>
    Ed25519,

    /// <summary>RFC 7748 (X25519); hardened children only.</summary>
    Curve25519,

    /// <summary>Ed25519 with Keccak-512 in the place of SHA-512, as some chains use it; hardened children only.</summary>
    Ed25519Keccak,
}
