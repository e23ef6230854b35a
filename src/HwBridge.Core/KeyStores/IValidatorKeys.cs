using HwBridge.Core.Eip2334;

namespace HwBridge.Core.KeyStores;

/// <summary>BLS public keys of validators (EIP-2333 derivation along EIP-2334 paths).</summary>
public interface IValidatorKeys
{
    /// <summary>Whether the device or the host derives them.</summary>
    KeyOrigin Origin { get; }

    /// <summary>Whether the device can show each key for comparison.</summary>
    bool CanConfirm { get; }

    /// <summary>The keys of <paramref name="paths"/>, in order, each as soon as it is known.</summary>
    /// <param name="paths">Which keys; read lazily.</param>
    /// <param name="confirm">Have each key shown and approved; only where <see cref="CanConfirm"/>.</param>
    /// <param name="cancellationToken">Stops between and within exchanges.</param>
    /// <exception cref="Faults.FaultException">The device refused, was locked, went away or broke the protocol.</exception>
    IAsyncEnumerable<DerivedKey> GetPublicKeysAsync(IEnumerable<ValidatorKeyPath> paths, bool confirm, CancellationToken cancellationToken);
}
