using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices.Trezor;

/// <summary>
/// The age identity <c>age://LABEL</c>, which the Trezor plugin of age uses too: key agreement by SLIP-0017 on Curve25519, with the
/// public key read silently from the same path.
/// </summary>
internal sealed class TrezorSealing(TrezorSession session, string label) : ISealing
{
    private readonly SlipIdentity _identity = new("age", Host: label);
    private readonly Lock _lock = new();
    private X25519PublicKey? _known;

    private X25519PublicKey? Known
    {
        get
        {
            lock (_lock)
            {
                return _known;
            }
        }
    }

    public async ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken)
    {
        IReadOnlyList<uint> path = _identity.AgreementPath;
        Curve25519Node node = await session.UseSeedAsync(new GetPublicKeyCommand(path, Show: false), null, cancellationToken)
            .ConfigureAwait(false);
        RequireSame(node.Key);
        if (confirm)
        {
            string announcement =
                $"{session.Uri}: a Trezor can't show an age recipient. It shows the same key as this extended public key; compare "
                + $"all of it (more pages may follow, and a warning about an unusual path) and approve:\n{node.Xpub}";
            Curve25519Node shown = await session.UseSeedAsync(new GetPublicKeyCommand(path, Show: true), announcement, cancellationToken)
                .ConfigureAwait(false);
            if (shown != node)
            {
                throw OtherWallet();
            }
        }

        return node.Key;
    }

    public async ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        // Known first, so that an answer from another wallet (another passphrase) is noticed.
        X25519PublicKey expected = Known ?? await GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
        EcdhSessionKey agreed = await session.UseSeedAsync(
            new GetEcdhSessionKeyCommand(_identity, peer),
            $"{session.Uri}: the device asks whether to use its key of {_identity}: approve it to open what is sealed to it.",
            cancellationToken).ConfigureAwait(false);
        if (agreed.DeviceKey is { } key && key != expected)
        {
            agreed.Dispose();
            throw OtherWallet();
        }

        return agreed.Secret;
    }

    /// <summary>Remembers the first key and refuses any other.</summary>
    private void RequireSame(X25519PublicKey key)
    {
        lock (_lock)
        {
            _known ??= key;
            if (_known != key)
            {
                throw OtherWallet();
            }
        }
    }

    private FaultException OtherWallet() => new(
        Fault.CannotDecrypt,
        $"{session.Uri} answered with the key of another wallet",
        "Enter the same passphrase each time, and leave the device to this program while it works.");
}
