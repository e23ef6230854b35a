using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// Model T, firmware 2.8.9. Any message that comes in the middle of a request, other than the one it waits for, ends that request
/// without a word and is answered itself.
/// </summary>
internal sealed class CoreFirmware(
    SoftwareTrezorOptions options, IDeviceScreen screen, TimeProvider clock, ITrezorRandomness randomness)
    : TrezorFirmware(options, screen, clock, randomness)
{
    private const int HeaderSize = 9;

    // Longer messages are read to their end, which may never come, and not kept.
    private const uint MaxMessage = 64 * 1024;

    // About what the Model T shows of a text in its monospaced face.
    private const int CharactersPerPage = 90;

    private static readonly byte[] Revision = Convert.FromHexString("fad9682201cf9289bba2adb66e6e07ed1cf78936");
    private static readonly uint[] Capabilities = [1, 2, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 10, 6, 20];

    protected override string Device => "Trezor Model T";

    protected override WireRules Rules => WireRules.Core;

    protected override bool ClearsPadding => false;

    protected override string? NoText => "";

    protected override bool AsksPassphraseFirst => true;

    protected override byte PlainSignatureHeader => 0;

    protected override Refusal Choose(Situation situation) => situation.Core;

    protected override Refusal Undecodable(WireError error) => new(FailureType.DataError, "Failed to decode message" + error.Kind switch
    {
        WireErrorKind.InvalidUtf8 => $": Invalid value for field. {error.Field}",
        WireErrorKind.MissingRequired => $": Missing required field. {error.Field}",
        _ => "",
    });

    protected override void Settle(IMessage message)
    {
        // Taken as they come.
    }

    protected override uint IdentityPages(string identity) => (uint)((identity.Length + CharactersPerPage - 1) / CharactersPerPage);

    protected override void Loaded()
    {
        // Sessions outlive the loading of a seed.
    }

    protected override Features Describe()
    {
        Features features = new()
        {
            Vendor = "trezor.io",
            MajorVersion = 2,
            MinorVersion = 8,
            PatchVersion = 9,
            DeviceId = "CB916436AE3C744E355C8175",
            PinProtection = Pin is not null,
            Language = "en-US",
            Initialized = Mnemonic is not null,
            Revision = ByteString.CopyFrom(Revision),
            Unlocked = IsUnlocked,
            Model = "T",
            FwVendor = "EMULATOR",
            Capabilities = { Capabilities },
            SdCardPresent = true,
            Busy = false,
            HomescreenFormat = 2,
            InternalModel = "T2T1",
            HomescreenWidth = 240,
            HomescreenHeight = 240,
            LanguageVersionMatches = true,
        };
        if (Label is not null)
        {
            features.Label = Label;
        }

        if (IsUnlocked)
        {
            features.PassphraseProtection = HasPassphrase;
            features.BackupAvailability = 0;
            features.Flags = 0;
            features.UnfinishedBackup = false;
            features.NoBackup = false;
            features.RecoveryStatus = 0;
            features.BackupType = 0;
            features.SdProtection = false;
            features.WipeCodeProtection = false;
            features.PassphraseAlwaysOnDevice = false;
            features.SafetyChecks = SafetyChecks;
            features.AutoLockDelayMs = 600_000;
            features.DisplayRotation = 0;
            features.ExperimentalFeatures = false;
            features.HidePassphraseFromHost = false;
        }

        return features;
    }

    protected override async ValueTask<HostMessage> ReadAsync()
    {
        ReadOnlyMemory<byte> packet = await Link.ReceiveAsync(Stopping).ConfigureAwait(false);
        if (!packet.Span.StartsWith("?##"u8))
        {
            throw InvalidMagic();
        }

        int type = BinaryPrimitives.ReadUInt16BigEndian(packet.Span[3..]);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(packet.Span[5..]);
        bool isKept = length <= MaxMessage;
        byte[] payload = new byte[isKept ? length : 0];
        long taken = 0;
        ReadOnlyMemory<byte> piece = packet[HeaderSize..];
        while (true)
        {
            int count = (int)Math.Min(piece.Length, length - taken);
            if (isKept)
            {
                piece[..count].CopyTo(payload.AsMemory((int)taken));
            }

            taken += count;
            if (taken == length)
            {
                return isKept
                    ? new HostMessage(type, payload)
                    : throw new RequestRefusedException(new(FailureType.FirmwareError, "Message too large"));
            }

            packet = await Link.ReceiveAsync(Stopping).ConfigureAwait(false);
            if (packet.Span[0] != (byte)'?')
            {
                throw InvalidMagic();
            }

            piece = packet[1..];
        }
    }

    protected override async Task<ButtonPress> PressAsync(ButtonPrompt prompt, ScreenReview review)
    {
        await RequestButtonAsync(prompt).ConfigureAwait(false);
        return await AskAsync(token => Screen.ReviewAsync(review, token)).ConfigureAwait(false) ? ButtonPress.Yes : ButtonPress.No;
    }

    protected override async Task UnlockAsync()
    {
        while (!IsUnlocked)
        {
            await EnterPinAsync().ConfigureAwait(false);
        }
    }

    protected override async Task<byte[]> AskPassphraseAsync()
    {
        await SendAsync(MessageType.PassphraseRequest, new PassphraseRequest()).ConfigureAwait(false);
        PassphraseAck answer = (PassphraseAck)await ExpectAsync(MessageType.PassphraseAck, PassphraseAck.Parser).ConfigureAwait(false);
        if (answer.OnDevice && answer.HasPassphrase)
        {
            throw Refuse(Situation.PassphraseOnDevice);
        }

        if (answer.OnDevice)
        {
            await RequestButtonAsync(ButtonPrompt.PassphraseEntry).ConfigureAwait(false);
            string typed = await AskAsync(token => Screen.EnterAsync(Review("Enter passphrase"), token)).ConfigureAwait(false)
                ?? throw Refuse(Situation.PassphraseCancelled);
            return Encoding.UTF8.GetBytes(typed);
        }

        if (!answer.HasPassphrase)
        {
            throw Refuse(Situation.PassphraseMissing);
        }

        if (answer.Passphrase.Length > 0)
        {
            await ConfirmAsync(ButtonPrompt.Passphrase1, Review("Access hidden wallet?"), Situation.PassphraseRejected1)
                .ConfigureAwait(false);
            await ConfirmAsync(
                ButtonPrompt.Passphrase2,
                Review("Use this passphrase?", new ScreenField("Passphrase", answer.Passphrase, IsSecret: true)),
                Situation.PassphraseRejected2).ConfigureAwait(false);
        }

        return Encoding.UTF8.GetBytes(answer.Passphrase);
    }

    protected override async Task ShowPublicKeyAsync(uint[] path, string xpub)
    {
        if (!IsBitcoinAccount(path))
        {
            ScreenReview warning = Review("Unknown derivation path", new ScreenField("Path", PathText(path)));
            await ConfirmAsync(ButtonPrompt.UnusualPath, warning, Situation.PublicKeyRejected).ConfigureAwait(false);
        }

        await ConfirmAsync(ButtonPrompt.Xpub, Review("XPUB", new ScreenField("Key", xpub)), Situation.PublicKeyRejected)
            .ConfigureAwait(false);
    }

    protected override async Task ShowEthereumAsync(ButtonPrompt prompt, ScreenReview review, Situation rejected)
    {
        if (await PressAsync(prompt, review).ConfigureAwait(false) != ButtonPress.Yes)
        {
            // "No" opens the details, which only a message from the host closes here.
            throw new RequestReplacedException(await ReadAsync().ConfigureAwait(false));
        }
    }

    protected override Situation? CheckPeer(Slip10Curve curve, ReadOnlySpan<byte> peer) => curve switch
    {
        Slip10Curve.Curve25519 when peer.IsEmpty => Situation.EcdhEmptyPeer,
        Slip10Curve.Curve25519 when peer[0] != Slip17Agreement.Curve25519Prefix => Situation.EcdhNoPrefix,
        Slip10Curve.Curve25519 => peer.Length == 33 ? null : Situation.EcdhPeerLength,
        Slip10Curve.Ed25519 or Slip10Curve.Ed25519Keccak => Situation.EcdhEd25519,
        _ => peer.Length is 33 or 65 ? null : Situation.EcdhPeerLength,
    };

    protected override Task ChangePinAsync(ChangePin request) => throw Refuse(Situation.UnknownMessage);

    protected override Task ApplySettingsAsync(ApplySettings request) => throw Refuse(Situation.UnknownMessage);

    protected override async Task RecoverAsync(RecoveryDevice request)
    {
        if (request.Type != RecoveryType.DryRun)
        {
            throw Refuse(Mnemonic is null ? Situation.UnknownMessage : Situation.RecoveryOfOwner);
        }

        RequireSeed(Situation.RecoveryWithoutSeed);
        if (request is { HasEnforceWordlist: true, EnforceWordlist: false })
        {
            throw Refuse(Situation.RecoveryUnenforced);
        }

        if (HasSettings(request))
        {
            throw Refuse(Situation.RecoveryForbiddenField);
        }

        ScreenReview review = Review("Seed check", new ScreenField("Question", "Do you really want to check the recovery seed?"));
        await ConfirmAsync(ButtonPrompt.SeedCheck, review, Situation.SeedCheckRejected).ConfigureAwait(false);
        if (Pin is not null && !await EnterPinAsync().ConfigureAwait(false))
        {
            throw Refuse(Situation.PinInvalid);
        }

        bool? isMatch;
        while ((isMatch = Check(await EnterSeedAsync().ConfigureAwait(false))) is null)
        {
            await PressAsync(ButtonPrompt.SeedInvalid, Review("Invalid recovery seed entered")).ConfigureAwait(false);
        }

        if (isMatch == false)
        {
            await PressAsync(ButtonPrompt.SeedDiffers, Review("The seed does not match the one in the device")).ConfigureAwait(false);
            throw Refuse(Situation.SeedDiffers);
        }

        await PressAsync(ButtonPrompt.SeedMatches, Review(SeedMatches)).ConfigureAwait(false);
        await SucceedAsync(SeedMatches).ConfigureAwait(false);
    }

    protected override Task TakeWordAsync(WordAck answer) => throw Refuse(Situation.NotInRecovery);

    protected override void EndUnfinished()
    {
        // Nothing is under way between two requests.
    }

    protected override MessageParser? OwnParser(MessageType type) =>
        type == MessageType.EthereumSignTypedData ? EthereumSignTypedData.Parser : null;

    protected override async Task HandleOwnAsync(IMessage request)
    {
        EthereumSignTypedData asked = (EthereumSignTypedData)request;
        using Slip10Node account = await SigningAccountAsync(asked.AddressN).ConfigureAwait(false);
        await ConfirmTypedDataAsync(
            ButtonPrompt.TypedDataSigner, "Signing address", new ScreenField("Address", Slip10Ecdsa.Address(account).ToChecksumString()))
            .ConfigureAwait(false);
        CoreTypedData data = new(AskHostAsync, ConfirmTypedDataAsync);
        Bytes32 digest = await data.HashAsync(asked.PrimaryType).ConfigureAwait(false) ?? throw Refuse(Situation.TypedDataInvalid);
        await ConfirmTypedDataAsync(ButtonPrompt.TypedDataFinal, "Really sign EIP-712 typed data?").ConfigureAwait(false);
        await AnswerTypedDataAsync(account, digest).ConfigureAwait(false);
    }

    protected override async Task ConfirmTransactionAsync(EthereumTransaction transaction, int dataLength)
    {
        if (dataLength > 0)
        {
            ScreenReview data = Review($"Confirm data, {dataLength} bytes", new ScreenField("Data", Convert.ToHexStringLower(transaction.Data.Span)));
            await ConfirmAsync(ButtonPrompt.EthereumData, data, Situation.TransactionRejected).ConfigureAwait(false);
        }

        string to = transaction.To?.ToChecksumString() ?? "new contract?";
        await ConfirmAsync(ButtonPrompt.EthereumTransaction, Review("Recipient", new ScreenField("To", to)), Situation.TransactionRejected)
            .ConfigureAwait(false);
        ScreenReview summary = Review(
            "Summary",
            new ScreenField("Amount", AmountText(transaction.Value)),
            new ScreenField("Maximum fee", AmountText(transaction.MaxFee)),
            new ScreenField("Chain", $"{transaction.ChainId}"));
        await ConfirmAsync(ButtonPrompt.EthereumTransaction, summary, Situation.FeeRejected).ConfigureAwait(false);
    }

    protected override async Task CollectDataAsync(UnsignedTransaction transaction)
    {
        while (transaction.Missing > 0)
        {
            await RequestDataAsync(transaction).ConfigureAwait(false);
            TakeData(transaction, ((EthereumTxAck)await ExpectAsync(MessageType.EthereumTxAck, EthereumTxAck.Parser).ConfigureAwait(false)).DataChunk);
        }

        await FinishTransactionAsync(transaction).ConfigureAwait(false);
    }

    protected override async Task ConfirmMessageAsync(string address, byte[] message)
    {
        ScreenReview account = Review("Signing address", new ScreenField("Address", address));
        await ConfirmAsync(ButtonPrompt.EthereumMessage, account, Situation.MessageRejected).ConfigureAwait(false);
        ScreenReview text = Review("Sign message", new ScreenField("Message", MessageText(message)));
        await ConfirmAsync(ButtonPrompt.EthereumMessage, text, Situation.MessageRejected).ConfigureAwait(false);
    }

    private Task ConfirmTypedDataAsync(ButtonPrompt prompt, string title, params ScreenField[] fields) =>
        ConfirmAsync(prompt, Review(title, fields), Situation.TypedDataRejected);

    private async Task<IMessage> AskHostAsync(MessageType type, IMessage question, MessageType answer, MessageParser parser)
    {
        await SendAsync(type, question).ConfigureAwait(false);
        return await ExpectAsync(answer, parser).ConfigureAwait(false);
    }

    private static RequestRefusedException InvalidMagic() => new(new(FailureType.FirmwareError, "Invalid magic"));

    /// <summary>m/44'/0'/a', and the same for the other kinds of Bitcoin account.</summary>
    private static bool IsBitcoinAccount(ReadOnlySpan<uint> path) =>
        path is [>= Slip10Node.Hardened, Slip10Node.Hardened, >= Slip10Node.Hardened]
        && (path[0] - Slip10Node.Hardened) is 44 or 49 or 84 or 86;

    /// <summary>The number of words and the words, of the list as the device's keyboard has no others.</summary>
    private async Task<string> EnterSeedAsync()
    {
        await RequestButtonAsync(ButtonPrompt.WordCount).ConfigureAwait(false);
        int count = 0;
        while (count is not (12 or 18 or 24))
        {
            _ = int.TryParse(await EnterAsync("Number of words").ConfigureAwait(false), out count);
        }

        await ConfirmAsync(
            ButtonPrompt.Recovery,
            Review("Enter recovery seed", new ScreenField("Words", $"{count}")),
            Situation.SeedCheckRejected).ConfigureAwait(false);
        await RequestButtonAsync(ButtonPrompt.Mnemonic).ConfigureAwait(false);
        string[] words = new string[count];
        for (int i = 0; i < count;)
        {
            words[i] = await EnterAsync($"Word {i + 1} of {count}").ConfigureAwait(false);
            i += Bip39Mnemonic.English.Contains(words[i]) ? 1 : 0;
        }

        return string.Join(' ', words);
    }

    private async Task<string> EnterAsync(string title) =>
        (await AskAsync(token => Screen.EnterAsync(Review(title), token)).ConfigureAwait(false) ?? throw Refuse(Situation.SeedCheckRejected))
        .Trim();

    private async Task<bool> EnterPinAsync()
    {
        await RequestButtonAsync(ButtonPrompt.PinEntry).ConfigureAwait(false);
        string pin = await AskAsync(token => Screen.EnterAsync(Review("Enter PIN"), token)).ConfigureAwait(false)
            ?? throw Refuse(Situation.PinCancelled);
        return await CheckPinAsync(pin).ConfigureAwait(false);
    }

    private async Task RequestButtonAsync(ButtonPrompt prompt)
    {
        ButtonRequest request = new() { Code = prompt.Core, Pages = prompt.Pages, Name = prompt.Name };
        await SendAsync(MessageType.ButtonRequest, request).ConfigureAwait(false);
        await ExpectAsync(MessageType.ButtonAck, ButtonAck.Parser).ConfigureAwait(false);
    }

    /// <summary>The one message that the request waits for; any other takes the request's place.</summary>
    private async Task<IMessage> ExpectAsync(MessageType type, MessageParser parser)
    {
        HostMessage message = await ReadAsync().ConfigureAwait(false);
        if (message.Type != (int)type)
        {
            throw new RequestReplacedException(message);
        }

        return TryDecode(parser, message.Payload, out IMessage? answer, out WireError? error)
            ? answer
            : throw new RequestRefusedException(Undecodable(error));
    }

    /// <summary>Waits for the person; a message from the host takes the request's place.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, ValueTask<T>> ask)
    {
        using CancellationTokenSource withdrawn = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        Task<T> answer = ask(withdrawn.Token).AsTask();
        try
        {
            await Task.WhenAny(answer, Link.ArrivalAsync(Stopping)).ConfigureAwait(false);
            return answer.IsCompleted
                ? await answer.ConfigureAwait(false)
                : throw new RequestReplacedException(await ReadAsync().ConfigureAwait(false));
        }
        finally
        {
            withdrawn.Cancel();
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
