using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Trezor;

/// <summary>A public key on Curve25519 as a device gave it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Xpub">The same key in the only form that a Trezor's screen shows: the base58 text of an extended public key.</param>
public sealed record Curve25519Node(X25519PublicKey Key, string Xpub);
