using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Devices.Ledger;

/// <summary>Knows whether the Ethereum app has been seen open, and asks again where it has not.</summary>
internal sealed class OpenEthereumApp(LedgerSession session, bool seen)
{
    private volatile bool _seen = seen;

    /// <exception cref="Core.Faults.FaultException">The device is locked, or another app is open.</exception>
    internal async ValueTask RequireAsync(CancellationToken cancellationToken)
    {
        if (_seen)
        {
            return;
        }

        AppInfo app = await session.ExchangeAsync(default(GetAppNameAndVersionCommand), null, cancellationToken).ConfigureAwait(false);
        if (app.Name != EthereumApp.Name)
        {
            throw StatusWords.AnotherApp(app).Within(session.Uri);
        }

        _seen = true;
    }
}
