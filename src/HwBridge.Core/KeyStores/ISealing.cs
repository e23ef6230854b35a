using HwBridge.Core.Secrets;

namespace HwBridge.Core.KeyStores;

/// <summary>X25519 (RFC 7748) with a key that never leaves the device: what opens an age <c>X25519</c> stanza.</summary>
public interface ISealing
{
    /// <summary>The device's public key.</summary>
    /// <param name="confirm">Have it shown and approved on the device, where it can.</param>
    /// <param name="cancellationToken">Stops the exchange.</param>
    ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken);

    /// <summary>X25519(device secret, <paramref name="peer"/>), 32 bytes little-endian, always confirmed on the screen.</summary>
    /// <returns>The raw shared secret, never all zero; the caller disposes it.</returns>
    ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken);
}
