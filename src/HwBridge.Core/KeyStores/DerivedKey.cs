using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Core.KeyStores;

/// <summary>A validator's public key as a device gave it.</summary>
/// <param name="Path">Its path.</param>
/// <param name="PublicKey">The key.</param>
/// <param name="ConfirmedOnDevice">True when a person compared it on the device's screen.</param>
public sealed record DerivedKey(ValidatorKeyPath Path, BlsPublicKey PublicKey, bool ConfirmedOnDevice);
