using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Transports;

namespace HwBridge.Devices.Trezor;

/// <summary>A Trezor with stock firmware over codec v1: Model One, Model T, Safe 3 and Safe 5.</summary>
/// <remarks>
/// <see cref="ISealing"/> is the age identity <c>age://LABEL</c>; <see cref="IValidatorKeys"/> derives on the host from a secret that only
/// this seed gives (protocols/hwbridge/device-rooted-keys.md); <see cref="ISeedCheck"/> is its dry-run recovery. All are absent while the
/// device has no seed or runs its bootloader.
/// </remarks>
public sealed class TrezorKeyStore : IKeyStore
{
    // Capability numbers of Features: the operations for keys of other protocols, and Ethereum.
    private const uint Crypto = 5;
    private const uint Ethereum = 7;

    private readonly TrezorSession _session;
    private readonly TrezorSealing _sealing;
    private readonly DeviceRootedKeys _validatorKeys;
    private readonly TrezorSeedCheck _seedCheck;
    private readonly TrezorExecutionSigning _executionSigning;

    private TrezorKeyStore(TrezorSession session, TrezorOptions options)
    {
        _session = session;
        _sealing = new TrezorSealing(session, options.Label);
        _validatorKeys = new DeviceRootedKeys(session, options.Account);
        _seedCheck = new TrezorSeedCheck(session);
        _executionSigning = new TrezorExecutionSigning(session);
        Info = Describe(session.Uri, session.Features);
    }

    /// <inheritdoc/>
    public KeyStoreInfo Info { get; }

    /// <summary>Finds the device in whatever state it is and opens a session; nobody has to confirm anything.</summary>
    /// <param name="transport">Belongs to the key store from here on, also when opening fails.</param>
    /// <param name="person">Whom to ask for PIN and passphrase, and to tell what the device's screen shows.</param>
    /// <param name="options">How to use it.</param>
    /// <param name="cancellationToken">Stops the search for the device.</param>
    /// <exception cref="FaultException">
    /// The device is silent, breaks the protocol, went away, or speaks only THP (<see cref="Fault.Unsupported"/>).
    /// </exception>
    public static ValueTask<TrezorKeyStore> OpenAsync(
        ITransport transport, IPerson person, TrezorOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OpenAsync(transport, person, options, TrezorDeadlines.For(options), cancellationToken);
    }

    internal static async ValueTask<TrezorKeyStore> OpenAsync(
        ITransport transport, IPerson person, TrezorOptions options, TrezorDeadlines deadlines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(person);
        TrezorSession session = await TrezorSession.OpenAsync(transport, person, options, deadlines, cancellationToken)
            .ConfigureAwait(false);
        return new TrezorKeyStore(session, options);
    }

    /// <summary>What a list of devices shows: never an error of the device's, and nothing that a person would have to confirm.</summary>
    /// <param name="transport">As for <see cref="OpenAsync(ITransport, IPerson, TrezorOptions, CancellationToken)"/>; closed again.</param>
    /// <param name="model">What its descriptors say of the model, for a device that does not answer.</param>
    /// <param name="person">Who looks at the device.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    public static async ValueTask<KeyStoreInfo> DescribeAsync(
        ITransport transport, string? model, IPerson person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        try
        {
            TrezorKeyStore store = await OpenAsync(transport, person, new TrezorOptions(), cancellationToken).ConfigureAwait(false);
            await using (store.ConfigureAwait(false))
            {
                return store.Info;
            }
        }
        catch (FaultException)
        {
            return Describe(transport.Uri, model, KeyStoreState.Unknown);
        }
    }

    /// <inheritdoc/>
    public bool TryGet<TCapability>([NotNullWhen(true)] out TCapability? capability)
        where TCapability : class
    {
        capability = null;
        if (typeof(TCapability) == typeof(ISealing) && Info.Capabilities.HasFlag(KeyStoreCapabilities.Sealing))
        {
            capability = _sealing as TCapability;
        }
        else if (typeof(TCapability) == typeof(IValidatorKeys) && Info.Capabilities.HasFlag(KeyStoreCapabilities.ValidatorKeys))
        {
            capability = _validatorKeys as TCapability;
        }
        else if (typeof(TCapability) == typeof(IExecutionSigning) && Info.Capabilities.HasFlag(KeyStoreCapabilities.ExecutionSigning))
        {
            capability = _executionSigning as TCapability;
        }
        else if (typeof(TCapability) == typeof(ISeedCheck) && Info.Capabilities.HasFlag(KeyStoreCapabilities.SeedCheck))
        {
            capability = _seedCheck as TCapability;
        }

        return capability is not null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    /// <summary>A Trezor that was not asked what it is: most can do this.</summary>
    internal static KeyStoreInfo Describe(string uri, string? model, KeyStoreState state) => new(
        uri,
        "trezor",
        model,
        Firmware: null,
        App: null,
        state,
        state == KeyStoreState.Bootloader
            ? KeyStoreCapabilities.None
            : KeyStoreCapabilities.ValidatorKeys | KeyStoreCapabilities.Sealing | KeyStoreCapabilities.SeedCheck,
        state == KeyStoreState.Bootloader ? KeyOrigin.None : KeyOrigin.DeviceRooted);

    private static KeyStoreInfo Describe(string uri, Features features)
    {
        // Firmware before the list of capabilities had what is needed here.
        bool hasSeed = features.Initialized && !features.BootloaderMode;
        bool canDerive = hasSeed && (features.Capabilities.Count == 0 || features.Capabilities.Contains(Crypto));
        bool canSign = hasSeed && (features.Capabilities.Count == 0 || features.Capabilities.Contains(Ethereum));
        KeyStoreState state = features switch
        {
            { BootloaderMode: true } => KeyStoreState.Bootloader,
            { Initialized: false } => KeyStoreState.Unknown,
            { HasUnlocked: true, Unlocked: false } => KeyStoreState.Locked,
            _ => KeyStoreState.Ready,
        };
        return new KeyStoreInfo(
            uri,
            "trezor",
            TrezorModel.NameOf(features),
            TrezorModel.VersionOf(features),
            App: null,
            state,
            (canDerive ? KeyStoreCapabilities.ValidatorKeys | KeyStoreCapabilities.Sealing : KeyStoreCapabilities.None)
            | (canSign ? KeyStoreCapabilities.ExecutionSigning : KeyStoreCapabilities.None)
            | (hasSeed && TrezorModel.CanCheckSeed(features) ? KeyStoreCapabilities.SeedCheck : KeyStoreCapabilities.None),
            canDerive ? KeyOrigin.DeviceRooted : KeyOrigin.None);
    }
}
