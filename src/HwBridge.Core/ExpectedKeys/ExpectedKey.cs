using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Core.ExpectedKeys;

/// <summary>A public key that a wallet should still give.</summary>
/// <param name="PublicKey">The key.</param>
/// <param name="Path">Its path, where a file has one under m/12381/3600.</param>
/// <param name="Sources">Every place that names it, at least one.</param>
public sealed record ExpectedKey(BlsPublicKey PublicKey, ValidatorKeyPath? Path, IReadOnlyList<KeySource> Sources);
