using HwBridge.Core.Bip32;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Devices.Ledger;

internal sealed class LedgerSealing(LedgerSession session, LedgerApps apps, Bip32Path path) : ISealing
{
    private readonly Lock _lock = new();
    private X25519PublicKey? _known;

    public async ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken)
    {
        await apps.RequireAsync(EthereumApp.Name, cancellationToken).ConfigureAwait(false);
        X25519PublicKey key = await session.ExchangeAsync(
            new GetPrivacyPublicKeyCommand(path),
            null,
            cancellationToken).ConfigureAwait(false);
        RequireSame(key);
        if (confirm)
        {
            string tell = $"It shows \"Provide public privacy key\": approve only if its key is {key.ToString().ToUpperInvariant()} ({path}).";
            X25519PublicKey confirmed = await session
                .ExchangeAsync(new GetPrivacyPublicKeyCommand(path, Confirm: true), tell, cancellationToken)
                .ConfigureAwait(false);
            RequireSame(confirmed);
        }

        return key;
    }

    public async ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        // Silent and quick: a Ledger that was unlocked with another passphrase meanwhile is found before anybody has to approve.
        await GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
        const string Tell = "It shows \"Provide public secret key\" and then the key itself: that key opens this backup, so let nobody see"
            + " or film the screen. Approve to open the backup.";
        return await session.ExchangeAsync(new AgreePrivacySecretCommand(path, peer), Tell, cancellationToken).ConfigureAwait(false);
    }

    private void RequireSame(X25519PublicKey key)
    {
        lock (_lock)
        {
            _known ??= key;
            if (_known != key)
            {
                throw new FaultException(
                    Fault.Protocol,
                    $"{session.Uri}: the Ledger gave {_known} as its key at first and {key} now",
                    "Unlock the Ledger with the same PIN (and passphrase) for the whole command, then try again.");
            }
        }
    }
}
