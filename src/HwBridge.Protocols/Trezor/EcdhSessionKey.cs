using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Trezor;

/// <summary>What a device's key agreement gave.</summary>
/// <param name="Secret">X25519(device secret, peer): 32 bytes, never all zero, without any key derivation.</param>
/// <param name="DeviceKey">The device's public key; old firmware leaves it out.</param>
public sealed record EcdhSessionKey(SecretBuffer Secret, X25519PublicKey? DeviceKey) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Secret.Dispose();
}
