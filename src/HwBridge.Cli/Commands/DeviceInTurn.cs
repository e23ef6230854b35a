using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices;

namespace HwBridge.Cli.Commands;

/// <summary>A named device that is opened when it is first asked: of several for one backup, the first ones may be enough.</summary>
internal sealed class DeviceInTurn(CommandContext context, DeviceUri uri, ConnectOptions options) : ISealing, IAsyncDisposable
{
    private IKeyStore? _keyStore;

    /// <summary>What it is, once it was asked; null before.</summary>
    internal KeyStoreInfo? Info => _keyStore?.Info;

    /// <inheritdoc/>
    public async ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).GetPublicKeyAsync(confirm, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).AgreeAsync(peer, cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _keyStore?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<ISealing> OpenAsync(CancellationToken cancellationToken)
    {
        _keyStore ??= await context.OpenAsync(uri, options, cancellationToken).ConfigureAwait(false);
        return _keyStore.Require<ISealing>("open backups");
    }
}
