using HwBridge.Core.Cryptography;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Interop.Age;

/// <summary>An X25519 key in memory where a device would be, and the person beside it.</summary>
internal sealed class SoftwareDevice : ISealing, IPerson, IDisposable
{
    private readonly SecretBuffer _secret;

    internal SoftwareDevice(SecretBuffer? secret = null) => _secret = secret ?? SecretBuffer.Random(X25519.Size);

    internal X25519PublicKey Recipient => X25519.GetPublicKey(_secret.Span);

    internal int Asked { get; private set; }

    internal List<string> Told { get; } = [];

    public ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Recipient);

    public ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        Asked++;

        // As a device does: a peer of low order gives 32 zero bytes, which are the host's to refuse.
        SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
        if (!X25519.TryAgree(_secret.Span, peer, shared.Span))
        {
            shared.Span.Clear();
        }

        return ValueTask.FromResult(shared);
    }

    public void Tell(string text) => Told.Add(text);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new AssertionException(question);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        throw new AssertionException(question.Prompt);

    public void Dispose() => _secret.Dispose();
}
