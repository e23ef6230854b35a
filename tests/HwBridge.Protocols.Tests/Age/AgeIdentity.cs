using HwBridge.Core.Cryptography;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

/// <summary>An X25519 key in memory: what a device is, without the device.</summary>
internal sealed class AgeIdentity : IDisposable
{
    private readonly SecretBuffer _secret = SecretBuffer.Random(X25519.Size);

    internal X25519PublicKey Recipient => X25519.GetPublicKey(_secret.Span);

    internal SecretBuffer? TryUnwrap(AgeHeader header)
    {
        foreach (X25519Stanza stanza in TagStanza.FindCandidates(header, Recipient, out _))
        {
            using SecretBuffer shared = Agree(stanza.EphemeralShare);
            if (stanza.TryUnwrap(Recipient, shared) is { } fileKey)
            {
                return fileKey;
            }
        }

        return null;
    }

    internal SecretBuffer Agree(X25519PublicKey share)
    {
        SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
        Assert.That(X25519.TryAgree(_secret.Span, share, shared.Span), Is.True);
        return shared;
    }

    public void Dispose() => _secret.Dispose();
}
