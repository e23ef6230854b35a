using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests.Sharing;

/// <summary>A device that is unplugged at one of its exchanges, counted over all devices of a test.</summary>
/// <param name="device">The device.</param>
/// <param name="next">Says whether the next exchange is the one.</param>
internal sealed class FailingSealing(ISealing device, Func<bool> next) : ISealing
{
    public ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken)
    {
        Exchange();
        return device.GetPublicKeyAsync(confirm, cancellationToken);
    }

    public ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        Exchange();
        return device.AgreeAsync(peer, cancellationToken);
    }

    private void Exchange()
    {
        if (next())
        {
            throw new FaultException(Fault.DeviceNotFound, "the device was unplugged", "Plug it in again.");
        }
    }
}
