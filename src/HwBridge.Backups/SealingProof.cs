using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>Proves, before anything is encrypted to a device, that it agrees on the secret that its public key promises.</summary>
public static class SealingProof
{
    /// <summary>
    /// Has the device agree with a one-time key, and compares with what the sender computes. One confirmation on its screen.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="recipient">The public key that it gave.</param>
    /// <param name="cancellationToken">Stops the wait for the person.</param>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: what is encrypted to this key the device would not open; the device's
    /// own faults.</exception>
    public static async Task RequireAsync(ISealing device, X25519PublicKey recipient, CancellationToken cancellationToken)
    {
        using SecretBuffer ephemeral = SecretBuffer.Random(X25519.Size);
        using SecretBuffer expected = SecretBuffer.Allocate(X25519.Size);
        if (X25519.TryAgree(ephemeral.Span, recipient, expected.Span))
        {
            using SecretBuffer agreed = await device.AgreeAsync(
                X25519.GetPublicKey(ephemeral.Span),
                cancellationToken).ConfigureAwait(false);
            if (expected.ConstantTimeEquals(agreed.Span))
            {
                return;
            }
        }

        throw new FaultException(
            Fault.Protocol,
            "the device agrees on another secret than its public key promises: it would not open what is encrypted to it",
            "Do not use this device for backups; report its model and its app's version.");
    }
}
