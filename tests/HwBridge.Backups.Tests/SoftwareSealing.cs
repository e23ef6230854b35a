using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

/// <summary>An X25519 key in memory that counts what it is asked, and can refuse.</summary>
internal sealed class SoftwareSealing : ISealing, IDisposable
{
    private readonly SecretBuffer _secret = SecretBuffer.Random(X25519.Size);

    internal X25519PublicKey Recipient => X25519.GetPublicKey(_secret.Span);

    internal int Asked { get; private set; }

    internal bool Refuses { get; set; }

    public ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Recipient);

    public ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked++;
        if (Refuses)
        {
            throw new FaultException(Fault.UserRejected, "refused on the device", "Try again.");
        }

        SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
        Assert.That(X25519.TryAgree(_secret.Span, peer, shared.Span), Is.True);
        return ValueTask.FromResult(shared);
    }

    public void Dispose() => _secret.Dispose();
}
