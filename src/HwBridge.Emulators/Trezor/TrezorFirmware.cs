using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// What both firmwares have in common: the commands and what they answer. The derived classes know how packets become messages, how a
/// person is asked, and what a message does that comes in the middle of a request.
/// </summary>
/// <remarks>One request at a time, as on the device. State outlives the link, as it outlives a host.</remarks>
internal abstract partial class TrezorFirmware : IDisposable
{
    // The firmware doubles the wait with each wrong PIN; this many tries would have wiped a real one.
    private const int MaxWrongPins = 16;

    private static readonly FrozenDictionary<int, MessageParser> Parsers = new Dictionary<MessageType, MessageParser>
    {
        [MessageType.Initialize] = Initialize.Parser,
        [MessageType.GetFeatures] = GetFeatures.Parser,
        [MessageType.Ping] = Ping.Parser,
        [MessageType.Cancel] = Cancel.Parser,
        [MessageType.EndSession] = EndSession.Parser,
        [MessageType.LockDevice] = LockDevice.Parser,
        [MessageType.LoadDevice] = LoadDevice.Parser,
        [MessageType.ApplySettings] = ApplySettings.Parser,
        [MessageType.ChangePin] = ChangePin.Parser,
        [MessageType.RecoveryDevice] = RecoveryDevice.Parser,
        [MessageType.WordAck] = WordAck.Parser,
        [MessageType.GetPublicKey] = GetPublicKey.Parser,
        [MessageType.CipherKeyValue] = CipherKeyValue.Parser,
        [MessageType.GetEcdhSessionKey] = GetECDHSessionKey.Parser,
        [MessageType.SignIdentity] = SignIdentity.Parser,
        [MessageType.EthereumGetAddress] = EthereumGetAddress.Parser,
        [MessageType.EthereumGetPublicKey] = EthereumGetPublicKey.Parser,
        [MessageType.EthereumSignTx] = EthereumSignTx.Parser,
        [MessageType.EthereumSignTxEip1559] = EthereumSignTxEIP1559.Parser,
        [MessageType.EthereumSignMessage] = EthereumSignMessage.Parser,
    }.ToFrozenDictionary(pair => (int)pair.Key, pair => pair.Value);

    /// <summary>What a dry run of a recovery tells the host of the right words.</summary>
    protected const string SeedMatches = "The seed is valid and matches the one in the device";

    private readonly TimeProvider _clock;
    private readonly List<IDisposable> _loaded = [];
    private int _wrongPins;

    protected TrezorFirmware(SoftwareTrezorOptions options, IDeviceScreen screen, TimeProvider clock, ITrezorRandomness randomness)
    {
        _clock = clock;
        Screen = screen;
        Randomness = randomness;
        Sessions = new TrezorSessions(randomness);
        Mnemonic = options.Mnemonic;
        Label = options.Label;
        Pin = options.Pin;
        HasPassphrase = options.PassphraseProtection;
        IsUnlocked = options.Pin is null;
    }

    protected IDeviceScreen Screen { get; }

    protected ITrezorRandomness Randomness { get; }

    protected TrezorSessions Sessions { get; }

    protected Bip39Mnemonic? Mnemonic { get; private set; }

    protected string? Label { get; set; }

    protected string? Pin { get; set; }

    protected bool HasPassphrase { get; set; }

    protected bool IsUnlocked { get; private set; }

    protected SafetyCheckLevel SafetyChecks { get; set; }

    protected TrezorLink Link { get; private set; } = null!;

    protected CancellationToken Stopping { get; private set; }

    /// <summary>The device's name on its own screen.</summary>
    protected abstract string Device { get; }

    protected abstract WireRules Rules { get; }

    /// <summary>True where the packet before shows in the padding of a last packet.</summary>
    protected abstract bool ClearsPadding { get; }

    /// <summary>The text of a Success that says nothing.</summary>
    protected abstract string? NoText { get; }

    /// <summary>Answers messages until the link breaks or <paramref name="cancellationToken"/> says so.</summary>
    internal async Task RunAsync(Transports.ITransport transport, CancellationToken cancellationToken)
    {
        Link = new TrezorLink(transport, ClearsPadding);
        Stopping = cancellationToken;
        HostMessage? next = null;
        while (true)
        {
            try
            {
                HostMessage message = next ?? await ReadAsync().ConfigureAwait(false);
                next = null;
                await HandleAsync(message).ConfigureAwait(false);
            }
            catch (RequestRefusedException refused)
            {
                await RefuseAsync(refused.Refusal).ConfigureAwait(false);
            }
            catch (RequestReplacedException replaced)
            {
                next = replaced.Replacement;
            }
        }
    }

    public void Dispose()
    {
        Sessions.Dispose();
        _loaded.ForEach(mnemonic => mnemonic.Dispose());
    }

    /// <summary>The next whole message while no request is under way.</summary>
    protected abstract ValueTask<HostMessage> ReadAsync();

    protected abstract Refusal Choose(Situation situation);

    /// <summary>The Failure for a message that can't be decoded.</summary>
    protected abstract Refusal Undecodable(WireError error);

    /// <summary>Makes of a decoded message what the firmware's own decoder would.</summary>
    protected abstract void Settle(IMessage message);

    protected abstract Features Describe();

    /// <summary>Sends a ButtonRequest and shows <paramref name="review"/> until the person or the host ends it.</summary>
    protected abstract Task<ButtonPress> PressAsync(ButtonPrompt prompt, ScreenReview review);

    /// <summary>Has the PIN entered when the device is locked.</summary>
    protected abstract Task UnlockAsync();

    /// <summary>The passphrase for the active session, as UTF-8, entered and confirmed.</summary>
    protected abstract Task<byte[]> AskPassphraseAsync();

    /// <summary>The screens of GetPublicKey with show_display.</summary>
    protected abstract Task ShowPublicKeyAsync(uint[] path, string xpub);

    /// <summary>The screens of an Ethereum address or key, until they are approved.</summary>
    protected abstract Task ShowEthereumAsync(ButtonPrompt prompt, ScreenReview review, Situation rejected);

    /// <summary>What differs in the order of questions: core knows the seed before it asks about an identity.</summary>
    protected abstract bool AsksPassphraseFirst { get; }

    protected abstract Task ChangePinAsync(ChangePin request);

    protected abstract Task ApplySettingsAsync(ApplySettings request);

    /// <summary>The dry run of a recovery; a real one is of no use to a device that is told its seed when it is switched on.</summary>
    protected abstract Task RecoverAsync(RecoveryDevice request);

    protected abstract Task TakeWordAsync(WordAck answer);

    /// <summary>Called when the host ends whatever is under way between two requests.</summary>
    protected abstract void EndUnfinished();

    /// <summary>The parser of a message that only this firmware knows.</summary>
    protected abstract MessageParser? OwnParser(MessageType type);

    /// <summary>Handles what <see cref="OwnParser"/> has read.</summary>
    protected abstract Task HandleOwnAsync(IMessage request);

    /// <summary>The Failure for a peer's key that is none, before any agreement is tried; null when it may be one.</summary>
    protected abstract Situation? CheckPeer(Slip10Curve curve, ReadOnlySpan<byte> peer);

    /// <summary>The first byte of an ed25519 signature, where nothing is to be recovered.</summary>
    protected abstract byte PlainSignatureHeader { get; }

    /// <summary>How many screens the text of an identity takes.</summary>
    protected abstract uint IdentityPages(string identity);

    protected bool IsKnown(int type) => TryGetParser(type, out _);

    protected RequestRefusedException Refuse(Situation situation) => new(Choose(situation));

    protected ScreenReview Review(string title, params ScreenField[] fields) => new(Device, title, fields);

    protected ValueTask SendAsync(MessageType type, IMessage message) => Link.SendAsync(type, message, Stopping);

    protected ValueTask RefuseAsync(Refusal refusal) =>
        SendAsync(MessageType.Failure, new Failure { Code = refusal.Code, Message = refusal.Text });

    protected ValueTask SucceedAsync(string? text)
    {
        Success success = new();
        if (text is not null)
        {
            success.Message = text;
        }

        return SendAsync(MessageType.Success, success);
    }

    protected async Task ConfirmAsync(ButtonPrompt prompt, ScreenReview review, Situation rejected)
    {
        if (await PressAsync(prompt, review).ConfigureAwait(false) != ButtonPress.Yes)
        {
            throw Refuse(rejected);
        }
    }

    /// <summary>Decodes as the firmware would.</summary>
    protected bool TryDecode(
        MessageParser parser,
        byte[] payload,
        [NotNullWhen(true)] out IMessage? message,
        [NotNullWhen(false)] out WireError? error)
    {
        message = null;
        error = Rules.Check(parser.ParseFrom(ByteString.Empty).Descriptor, payload, out int used);
        if (error is not null)
        {
            return false;
        }

        try
        {
            message = parser.ParseFrom(payload, 0, used);
        }
        catch (InvalidProtocolBufferException)
        {
            // What our rules let pass and the parser doesn't is broken in a way that neither firmware names.
            error = new WireError(WireErrorKind.InvalidTag);
            return false;
        }

        Settle(message);
        return true;
    }

    /// <summary>Compares a PIN, after the wait that earlier wrong ones cost.</summary>
    protected async Task<bool> CheckPinAsync(string entered)
    {
        // 2^n - 1 seconds, n being the earlier wrong tries: 0, 1, 3, 7...
        TimeSpan wait = TimeSpan.FromSeconds((1 << _wrongPins) - 1);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _clock, Stopping).ConfigureAwait(false);
        }

        bool isRight = entered == Pin;
        _wrongPins = isRight ? 0 : Math.Min(_wrongPins + 1, MaxWrongPins);
        IsUnlocked |= isRight;
        return isRight;
    }

    /// <summary>The seed of the active session; asks for its passphrase the first time.</summary>
    protected async Task<SecretBuffer> SeedAsync()
    {
        TrezorSessions.Session session = Sessions.Active ?? throw Refuse(Situation.InvalidSession);
        if (session.Seed is null)
        {
            byte[] passphrase = HasPassphrase ? await AskPassphraseAsync().ConfigureAwait(false) : [];
            session.Seed = Mnemonic!.DeriveSeed(passphrase);
        }

        return session.Seed;
    }

    /// <summary>Compares entered words with the seed.</summary>
    /// <returns>Null for a wrong checksum.</returns>
    protected bool? Check(string sentence)
    {
        try
        {
            using Bip39Mnemonic entered = Bip39Mnemonic.Parse(sentence);
            return entered.Matches(Mnemonic!);
        }
        catch (FaultException)
        {
            return null;
        }
    }

    /// <summary>True for fields that a dry run has no use for: even false ones are refused.</summary>
    protected static bool HasSettings(RecoveryDevice request) => request.HasPassphraseProtection || request.HasPinProtection
        || request.HasLanguage || request.HasLabel || request.HasU2FCounter;

    protected static string PathText(IEnumerable<uint> path) => string.Concat(path.Select(element =>
        element >= Slip10Node.Hardened ? $"/{element - Slip10Node.Hardened}'" : $"/{element}").Prepend("m"));

    private async Task HandleAsync(HostMessage message)
    {
        if (!TryGetParser(message.Type, out MessageParser? parser))
        {
            throw Refuse(Unasked(message.Type));
        }

        if (!TryDecode(parser, message.Payload, out IMessage? request, out WireError? error))
        {
            throw new RequestRefusedException(Undecodable(error));
        }

        await (request switch
        {
            Initialize initialize => InitializeAsync(initialize),
            GetFeatures => SendAsync(MessageType.Features, Describe()).AsTask(),
            Ping ping => PingAsync(ping),
            Cancel => throw Cancelled(),
            EndSession => EndSessionAsync(),
            LockDevice => LockAsync(),
            LoadDevice load => LoadAsync(load),
            ApplySettings settings => ApplySettingsAsync(settings),
            ChangePin change => ChangePinAsync(change),
            RecoveryDevice recovery => RecoverAsync(recovery),
            WordAck word => TakeWordAsync(word),
            GetPublicKey get => GetPublicKeyAsync(get),
            CipherKeyValue cipher => CipherAsync(cipher),
            GetECDHSessionKey agree => AgreeAsync(agree),
            SignIdentity sign => SignIdentityAsync(sign),
            EthereumGetAddress address => EthereumAddressAsync(address),
            EthereumGetPublicKey key => EthereumPublicKeyAsync(key),
            EthereumSignTx sign => SignTransactionAsync(sign),
            EthereumSignTxEIP1559 sign => SignTransactionAsync(sign),
            EthereumSignMessage sign => SignMessageAsync(sign),
            _ => HandleOwnAsync(request),
        }).ConfigureAwait(false);
    }

    private bool TryGetParser(int type, [NotNullWhen(true)] out MessageParser? parser) =>
        Parsers.TryGetValue(type, out parser) || (parser = OwnParser((MessageType)type)) is not null;

    /// <summary>Why a message that no request waits for is refused.</summary>
    protected static Situation Unasked(int type) => (MessageType)type switch
    {
        MessageType.EthereumTxAck => Situation.NotSigning,
        _ => Situation.UnknownMessage,
    };

    private RequestRefusedException Cancelled()
    {
        EndUnfinished();
        return Refuse(Situation.NothingToCancel);
    }

    private Task InitializeAsync(Initialize request)
    {
        EndUnfinished();
        TrezorSessions.Session session = Sessions.Start(request.SessionId.Span);
        Features features = Describe();
        features.SessionId = ByteString.CopyFrom(session.Id);
        return SendAsync(MessageType.Features, features).AsTask();
    }

    private async Task PingAsync(Ping request)
    {
        if (request.ButtonProtection)
        {
            await ConfirmAsync(ButtonPrompt.Ping, Review("Ping", new ScreenField("Message", request.Message)), Situation.PingRejected)
                .ConfigureAwait(false);
        }

        await SucceedAsync(request.HasMessage ? request.Message : NoText).ConfigureAwait(false);
    }

    private Task EndSessionAsync()
    {
        Sessions.End();
        return SucceedAsync(NoText ?? "Session ended").AsTask();
    }

    private Task LockAsync()
    {
        IsUnlocked = Pin is null;
        return SucceedAsync(NoText ?? "Session cleared").AsTask();
    }

    private async Task LoadAsync(LoadDevice request)
    {
        if (Mnemonic is not null)
        {
            throw Refuse(Situation.AlreadyInitialized);
        }

        ScreenReview review = Review("Load a seed", new ScreenField("Warning", "for tests only"));
        await ConfirmAsync(ButtonPrompt.LoadDevice, review, Situation.LoadRejected).ConfigureAwait(false);
        try
        {
            Mnemonic = Bip39Mnemonic.Parse(string.Join(' ', request.Mnemonics));
        }
        catch (FaultException)
        {
            throw Refuse(Situation.BadMnemonic);
        }

        _loaded.Add(Mnemonic);
        Label = request.HasLabel ? request.Label : null;
        Pin = request.Pin.Length > 0 ? request.Pin : null;
        HasPassphrase = request.PassphraseProtection;
        IsUnlocked = true;
        Loaded();
        await SucceedAsync("Device loaded").ConfigureAwait(false);
    }

    /// <summary>Called when a seed was loaded.</summary>
    protected abstract void Loaded();

    private async Task GetPublicKeyAsync(GetPublicKey request)
    {
        await ReadyAsync(Situation.PublicKeyWithoutSeed).ConfigureAwait(false);
        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        if (request.HasCoinName && request.CoinName != "Bitcoin")
        {
            throw Refuse(Situation.InvalidCoin);
        }

        uint[] path = [.. request.AddressN];
        using Slip10Node master = Slip10Node.FromSeed(Curve(request.EcdsaCurveName), seed.Span);
        using Slip10Node node = Derive(master, path);
        PublicKey answer = PublicKeyAnswer.Of(master, node, request);
        if (request.ShowDisplay)
        {
            await ShowPublicKeyAsync(path, answer.Xpub).ConfigureAwait(false);
        }

        await SendAsync(MessageType.PublicKey, answer).ConfigureAwait(false);
    }

    private async Task CipherAsync(CipherKeyValue request)
    {
        RequireSeed(Situation.CipherWithoutSeed);
        if (request.Value.Length % Slip11Cipher.BlockSize != 0)
        {
            throw Refuse(Situation.CipherBadLength);
        }

        await UnlockAsync().ConfigureAwait(false);
        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        if (request.Encrypt ? request.AskOnEncrypt : request.AskOnDecrypt)
        {
            ScreenReview review = Review(request.Encrypt ? "Encrypt value" : "Decrypt value", new ScreenField("Key", request.Key));
            await ConfirmAsync(ButtonPrompt.Cipher, review, Situation.CipherRejected).ConfigureAwait(false);
        }

        ByteString value = ByteString.CopyFrom(Slip11Cipher.Transform(seed.Span, request));
        await SendAsync(MessageType.CipheredKeyValue, new CipheredKeyValue { Value = value }).ConfigureAwait(false);
    }

    private async Task AgreeAsync(GetECDHSessionKey request)
    {
        await ReadyAsync(Situation.OtherWithoutSeed).ConfigureAwait(false);
        if (AsksPassphraseFirst)
        {
            await SeedAsync().ConfigureAwait(false);
        }

        SlipIdentity identity = SlipIdentity.FromMessage(request.Identity);
        await ConfirmAsync(
            ButtonPrompt.Ecdh with { Pages = IdentityPages(identity.ToString()) },
            Review("Decrypt", new ScreenField("Identity", identity.ToString())),
            Situation.EcdhRejected).ConfigureAwait(false);
        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        using Slip10Node master = Slip10Node.FromSeed(Curve(request.EcdsaCurveName), seed.Span);
        using Slip10Node node = master.Derive([.. identity.AgreementPath]);
        if (CheckPeer(node.Curve, request.PeerPublicKey.Span) is { } situation)
        {
            throw Refuse(situation);
        }

        byte[] sessionKey = node.Curve == Slip10Curve.Curve25519
            ? Slip17Agreement.X25519(node, request.PeerPublicKey.Span[1..])
            : Slip17Agreement.Weierstrass(node, request.PeerPublicKey.Span) ?? throw Refuse(Situation.EcdhPeerPoint);
        await SendAsync(
            MessageType.EcdhSessionKey,
            new ECDHSessionKey { SessionKey = ByteString.CopyFrom(sessionKey), PublicKey = ByteString.CopyFrom(node.PublicKey) })
            .ConfigureAwait(false);
    }

    private async Task SignIdentityAsync(SignIdentity request)
    {
        await ReadyAsync(Situation.OtherWithoutSeed).ConfigureAwait(false);
        if (AsksPassphraseFirst)
        {
            await SeedAsync().ConfigureAwait(false);
        }

        SlipIdentity identity = SlipIdentity.FromMessage(request.Identity);
        ScreenReview review = Review(
            "Sign",
            new ScreenField("Identity", identity.ToString()),
            new ScreenField("Challenge", request.ChallengeVisual));
        await ConfirmAsync(ButtonPrompt.SignIdentity, review, Situation.SignIdentityRejected).ConfigureAwait(false);
        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        Slip10Curve curve = Curve(request.EcdsaCurveName);

        // ssh, gpg and signify have formats of their own, which nothing here needs.
        if (curve is Slip10Curve.Curve25519 or Slip10Curve.Ed25519Keccak || request.Identity.Proto is "ssh" or "gpg" or "signify")
        {
            throw Refuse(Situation.SignIdentityFailed);
        }

        using Slip10Node master = Slip10Node.FromSeed(curve, seed.Span);
        using Slip10Node node = master.Derive([.. identity.SigningPath]);
        SignedIdentity signed = new()
        {
            PublicKey = ByteString.CopyFrom(node.PublicKey),
            Signature = ByteString.CopyFrom(Slip13Signature.Sign(node, request, PlainSignatureHeader)),
        };
        if (curve == Slip10Curve.Secp256k1)
        {
            signed.Address = Slip13Signature.Address(node);
        }

        await SendAsync(MessageType.SignedIdentity, signed).ConfigureAwait(false);
    }

    protected void RequireSeed(Situation otherwise)
    {
        if (Mnemonic is null)
        {
            throw Refuse(otherwise);
        }
    }

    private Task ReadyAsync(Situation withoutSeed)
    {
        RequireSeed(withoutSeed);
        return UnlockAsync();
    }

    private Slip10Curve Curve(string name) => name switch
    {
        "" or "secp256k1" => Slip10Curve.Secp256k1,
        "nist256p1" => Slip10Curve.Nist256p1,
        "ed25519" => Slip10Curve.Ed25519,
        "curve25519" => Slip10Curve.Curve25519,
        "ed25519-keccak" => Slip10Curve.Ed25519Keccak,
        _ => throw Refuse(Situation.UnsupportedCurve),
    };

    private Slip10Node Derive(Slip10Node master, uint[] path)
    {
        if (!Slip10Node.CanDerive(master.Curve, path))
        {
            throw Refuse(master.Curve == Slip10Curve.Curve25519 ? Situation.UnhardenedCurve25519 : Situation.UnhardenedEd25519);
        }

        return master.Derive(path);
    }
}
