using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Backups.Checks;

/// <summary>A key that a wallet gives or a backup holds.</summary>
/// <param name="PublicKey">The key.</param>
/// <param name="Path">Its path, where known.</param>
public readonly record struct FoundKey(BlsPublicKey PublicKey, ValidatorKeyPath? Path);
