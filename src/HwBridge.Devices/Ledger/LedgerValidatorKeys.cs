using System.Runtime.CompilerServices;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Devices.Ledger;

internal sealed class LedgerValidatorKeys(LedgerSession session, LedgerApps apps) : IValidatorKeys
{
    public KeyOrigin Origin => KeyOrigin.Device;

    public bool CanConfirm => true;

    public async IAsyncEnumerable<DerivedKey> GetPublicKeysAsync(
        IEnumerable<ValidatorKeyPath> paths, bool confirm, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await apps.RequireAsync(EthereumApp.Name, cancellationToken).ConfigureAwait(false);
        foreach (ValidatorKeyPath path in paths)
        {
            BlsPublicKey key = await session.ExchangeAsync(
                new GetEth2PublicKeyCommand(path),
                null,
                cancellationToken).ConfigureAwait(false);
            if (confirm)
            {
                await ConfirmAsync(path, key, cancellationToken).ConfigureAwait(false);
            }

            yield return new DerivedKey(path, key, confirm);
        }
    }

    /// <summary>The key is asked for silently first, so that the person has something to compare the screen with.</summary>
    private async ValueTask ConfirmAsync(ValidatorKeyPath path, BlsPublicKey key, CancellationToken cancellationToken)
    {
        string tell = $"It shows \"Verify ETH2 address\": approve only if its key is that of {path}, {key}.";
        BlsPublicKey confirmed = await session.ExchangeAsync(new GetEth2PublicKeyCommand(path, Confirm: true), tell, cancellationToken)
            .ConfigureAwait(false);
        if (confirmed != key)
        {
            throw new FaultException(
                Fault.Protocol,
                $"{session.Uri}: the Ledger gave {key} for {path} at first and {confirmed} on its screen",
                "Do not use either key. Check the computer and the Ledger, then try again.");
        }
    }
}
