using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;
using HwBridge.Transports;

namespace HwBridge.Devices.Ledger;

/// <summary>
/// A Ledger: with the Ethereum app it derives validator keys itself, agrees X25519 secrets and signs on its screen, with the OpenPGP app it
/// keeps backups.
/// </summary>
/// <remarks>
/// A locked device or one with another app open is no error until a capability is used; then the device is asked again, so that a
/// person who has unlocked it meanwhile can go on. It goes from one of the two apps to the other by itself, with the person's consent on
/// the screen.
/// </remarks>
public sealed class LedgerKeyStore : IKeyStore
{
    private readonly LedgerSession _session;
    private readonly LedgerValidatorKeys _validatorKeys;
    private readonly LedgerSealing _sealing;
    private readonly LedgerStorage _storage;
    private readonly LedgerExecutionSigning _executionSigning;

    private LedgerKeyStore(LedgerSession session, LedgerOptions options, AppInfo? app, KeyStoreState state)
    {
        _session = session;
        LedgerApps apps = new(session);
        _validatorKeys = new LedgerValidatorKeys(session, apps);
        _sealing = new LedgerSealing(session, apps, options.SealingPath);
        _storage = new LedgerStorage(session, apps);
        _executionSigning = new LedgerExecutionSigning(session, apps);
        Info = Describe(session.Uri, options, app, state);
    }

    /// <inheritdoc/>
    public KeyStoreInfo Info { get; }

    /// <summary>Opens a Ledger and asks which app is open; nothing comes on its screen.</summary>
    /// <param name="transport">Taken over: disposed with the key store, and when this fails.</param>
    /// <param name="framing">Taken over as well.</param>
    /// <param name="person">Who looks at the device.</param>
    /// <param name="options">Path and deadlines.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FaultException">The device went away, gave no answer, or what answers is no Ledger.</exception>
    public static async ValueTask<LedgerKeyStore> OpenAsync(
        ITransport transport, IFraming framing, IPerson person, LedgerOptions options, CancellationToken cancellationToken)
    {
        LedgerSession session = new(new DeviceLink(transport, framing, options.AnswerDeadline), person, options);
        try
        {
            (AppInfo? app, KeyStoreState state) = await IdentifyAsync(session, cancellationToken).ConfigureAwait(false);
            return new LedgerKeyStore(session, options, app, state);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What a list of devices shows: never an error of the device's, and nothing that a person would have to confirm.</summary>
    /// <remarks>Parameters as for <see cref="OpenAsync"/>; the device is closed again.</remarks>
    public static async ValueTask<KeyStoreInfo> DescribeAsync(
        ITransport transport, IFraming framing, IPerson person, LedgerOptions options, CancellationToken cancellationToken)
    {
        string uri = transport.Uri;
        try
        {
            LedgerKeyStore store = await OpenAsync(transport, framing, person, options, cancellationToken).ConfigureAwait(false);
            await using (store.ConfigureAwait(false))
            {
                return store.Info;
            }
        }
        catch (FaultException)
        {
            return Describe(uri, options, KeyStoreState.Unknown);
        }
    }

    /// <inheritdoc/>
    public bool TryGet<TCapability>([NotNullWhen(true)] out TCapability? capability)
        where TCapability : class
    {
        capability = _validatorKeys as TCapability ?? _sealing as TCapability ?? _storage as TCapability ?? _executionSigning as TCapability;
        return capability is not null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async ValueTask<(
        AppInfo? App,
        KeyStoreState State)> IdentifyAsync(LedgerSession session, CancellationToken cancellationToken)
    {
        try
        {
            AppInfo app = await session.ExchangeAsync(default(GetAppNameAndVersionCommand), null, cancellationToken).ConfigureAwait(false);
            session.OpenApp = app.Name;
            return (app, app.Name is EthereumApp.Name or OpenPgpApp.Name ? KeyStoreState.Ready : KeyStoreState.WrongApp);
        }
        catch (FaultException fault) when (fault.Fault == Fault.DeviceLocked)
        {
            return (null, KeyStoreState.Locked);
        }
        catch (FaultException fault) when (fault.Fault == Fault.WrongApp)
        {
            return (null, KeyStoreState.WrongApp);
        }
    }

    /// <summary>A Ledger that was not asked which app is open.</summary>
    internal static KeyStoreInfo Describe(string uri, LedgerOptions options, KeyStoreState state) => Describe(uri, options, null, state);

    private static KeyStoreInfo Describe(string uri, LedgerOptions options, AppInfo? app, KeyStoreState state) => new(
        uri,
        "ledger",
        options.Model,
        Firmware: null,
        app,
        state,
        KeyStoreCapabilities.ValidatorKeys | KeyStoreCapabilities.Sealing | KeyStoreCapabilities.Storage
        | KeyStoreCapabilities.ExecutionSigning,
        KeyOrigin.Device);
}
