using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// Model One, firmware 1.14.2. While it waits for a person it reads one-packet messages only and drops, without an answer, all but
/// those that it waits for, Cancel and Initialize.
/// </summary>
internal sealed class LegacyFirmware(
    SoftwareTrezorOptions options, IDeviceScreen screen, TimeProvider clock, ITrezorRandomness randomness)
    : TrezorFirmware(options, screen, clock, randomness)
{
    private const int HeaderSize = 9;
    private const int MaxMessage = 16384;
    private const string KeypadDigits = "123456789";

    private static readonly byte[] Revision = Convert.FromHexString("dd7afbc3df8da3bbfc68cceaec41ef3945fd86d9");
    private static readonly byte[] BootloaderHash =
        Convert.FromHexString("9378f2d641be25b1d9c62d9c4d249c7a440ad34eff6246d9cf25d623a755267b");

    // Bitcoin, Bitcoin-like, Crypto, Ethereum, NEM, Stellar, U2F.
    private static readonly uint[] Capabilities = [1, 2, 5, 7, 10, 12, 14];

    // What one screen has of a text; of a transaction's data it shows so many screens.
    private const int CharactersPerScreen = 64;
    private const int MaxDataScreens = 5;

    private LegacyRecovery? _recovery;
    private UnsignedTransaction? _signing;

    protected override string Device => "Trezor Model One";

    protected override WireRules Rules => WireRules.Legacy;

    protected override bool ClearsPadding => true;

    protected override string? NoText => null;

    protected override bool AsksPassphraseFirst => false;

    protected override byte PlainSignatureHeader => 31;

    protected override Refusal Choose(Situation situation) => situation.Legacy;

    protected override Refusal Undecodable(WireError error) => Undecodable("messages.c:232:", error);

    protected override void Settle(IMessage message)
    {
        // Strings end at their first zero in C.
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType == FieldType.Message && field.Accessor.GetValue(message) is IMessage part)
            {
                Settle(part);
            }
            else if (field is { FieldType: FieldType.String, IsRepeated: false } && field.Accessor.GetValue(message) is string text
                && text.IndexOf('\0') is var end && end >= 0)
            {
                field.Accessor.SetValue(message, text[..end]);
            }
        }
    }

    protected override uint IdentityPages(string identity) => 1;

    protected override void Loaded() => Sessions.Clear();

    protected override Features Describe()
    {
        Features features = new()
        {
            Vendor = "trezor.io",
            MajorVersion = 1,
            MinorVersion = 14,
            PatchVersion = 2,
            DeviceId = "AE3C744E355C817510C0EABF",
            PinProtection = Pin is not null,
            PassphraseProtection = HasPassphrase,
            Language = "en-US",
            Initialized = Mnemonic is not null,
            Revision = ByteString.CopyFrom(Revision),
            BootloaderHash = ByteString.CopyFrom(BootloaderHash),
            Unlocked = IsUnlocked,
            BackupAvailability = 0,
            Model = "1",
            FwVendor = "EMULATOR",
            UnfinishedBackup = false,
            NoBackup = false,
            Capabilities = { Capabilities },
            SafetyChecks = SafetyChecks,
            Busy = false,
        };
        if (Label is not null)
        {
            features.Label = Label;
        }

        if (IsUnlocked)
        {
            features.WipeCodeProtection = false;
            features.AutoLockDelayMs = 600_000;
            if (Mnemonic is not null)
            {
                features.Imported = true;
            }
        }

        return features;
    }

    protected override async ValueTask<HostMessage> ReadAsync()
    {
        while (true)
        {
            ReadOnlyMemory<byte> packet = await Link.ReceiveAsync(Stopping).ConfigureAwait(false);
            if (!packet.Span.StartsWith("?##"u8))
            {
                continue;
            }

            int type = BinaryPrimitives.ReadUInt16BigEndian(packet.Span[3..]);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(packet.Span[5..]);
            if (!IsKnown(type))
            {
                throw Refuse(Unasked(type));
            }

            if (length > MaxMessage)
            {
                throw new RequestRefusedException(new(FailureType.DataError, "messages.c:262:Message too big"));
            }

            byte[] payload = new byte[length];
            if (await FillAsync(payload, packet[HeaderSize..]).ConfigureAwait(false))
            {
                return new HostMessage(type, payload);
            }
        }
    }

    protected override async Task<ButtonPress> PressAsync(ButtonPrompt prompt, ScreenReview review)
    {
        await SendAsync(MessageType.ButtonRequest, new ButtonRequest { Code = prompt.Legacy }).ConfigureAwait(false);
        if (await WaitAsync(MessageType.ButtonAck).ConfigureAwait(false) is null)
        {
            return ButtonPress.HostCancelled;
        }

        // Only now, because a press before ButtonAck counts when that comes.
        using CancellationTokenSource withdrawn = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        Task<bool> decision = Screen.ReviewAsync(review, withdrawn.Token).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(decision, Link.ArrivalAsync(Stopping)).ConfigureAwait(false);
                if (decision.IsCompleted)
                {
                    return await decision.ConfigureAwait(false) ? ButtonPress.Yes : ButtonPress.No;
                }

                if (await TryReadTinyAsync().ConfigureAwait(false) is Cancel)
                {
                    return ButtonPress.HostCancelled;
                }
            }
        }
        finally
        {
            withdrawn.Cancel();
            await ((Task)decision).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    protected override async Task UnlockAsync()
    {
        if (!IsUnlocked)
        {
            await CheckPinAsync().ConfigureAwait(false);
        }
    }

    protected override async Task<byte[]> AskPassphraseAsync()
    {
        await SendAsync(MessageType.PassphraseRequest, new PassphraseRequest()).ConfigureAwait(false);
        PassphraseAck answer = (PassphraseAck?)await WaitAsync(MessageType.PassphraseAck).ConfigureAwait(false)
            ?? throw Refuse(Situation.PassphraseCancelled);
        if (answer.OnDevice)
        {
            throw Refuse(Situation.PassphraseOnDevice);
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

        return System.Text.Encoding.UTF8.GetBytes(answer.Passphrase);
    }

    protected override async Task ShowPublicKeyAsync(uint[] path, string xpub)
    {
        // "No" turns to the QR code and back; it rejects nothing.
        for (int page = 1; page <= 2;)
        {
            ScreenReview review = Review($"XPUB {page}/2", new ScreenField("Key", xpub), new ScreenField("Path", PathText(path)));
            ButtonPress press = await PressAsync(ButtonPrompt.Xpub, review).ConfigureAwait(false);
            if (press == ButtonPress.HostCancelled)
            {
                throw Refuse(Situation.PublicKeyRejected);
            }

            page += press == ButtonPress.Yes ? 1 : 0;
        }
    }

    protected override async Task ShowEthereumAsync(ButtonPrompt prompt, ScreenReview review, Situation rejected)
    {
        while (await PressAsync(prompt, review).ConfigureAwait(false) is var press && press != ButtonPress.Yes)
        {
            // An address turns to its QR code and back; a key can only be confirmed.
            if (press == ButtonPress.HostCancelled || prompt == ButtonPrompt.EthereumKey)
            {
                throw Refuse(rejected);
            }
        }
    }

    protected override Situation? CheckPeer(Slip10Curve curve, ReadOnlySpan<byte> peer) => curve switch
    {
        // The length goes unchecked in the firmware; missing bytes are zero.
        Slip10Curve.Curve25519 => peer is [Slip17Agreement.Curve25519Prefix, ..] ? null : Situation.EcdhNoPrefix,
        Slip10Curve.Ed25519 or Slip10Curve.Ed25519Keccak => Situation.EcdhEd25519,
        _ => null,
    };

    protected override async Task ChangePinAsync(ChangePin request)
    {
        ScreenReview review = Review(request.Remove ? "Remove PIN?" : Pin is null ? "Set a new PIN?" : "Change PIN?");
        await ConfirmAsync(ButtonPrompt.Settings, review, Situation.ChangePinRejected).ConfigureAwait(false);
        if (Pin is not null)
        {
            await CheckPinAsync().ConfigureAwait(false);
        }

        if (request.Remove)
        {
            Pin = null;
            await SucceedAsync("PIN removed").ConfigureAwait(false);
            return;
        }

        string first = await AskPinAsync(PinMatrixRequestType.NewFirst, "Enter a new PIN").ConfigureAwait(false);
        string second = await AskPinAsync(PinMatrixRequestType.NewSecond, "Enter the new PIN again").ConfigureAwait(false);
        if (first != second || first.Length == 0)
        {
            throw Refuse(Situation.PinMismatch);
        }

        Pin = first;
        await SucceedAsync("PIN changed").ConfigureAwait(false);
    }

    protected override async Task ApplySettingsAsync(ApplySettings request)
    {
        if (request.SafetyChecks == SafetyCheckLevel.PromptAlways)
        {
            throw Refuse(Situation.UnsupportedSafetyChecks);
        }

        List<ScreenReview> changes = [];
        if (request.HasLabel)
        {
            changes.Add(Review("Change name?", new ScreenField("Name", request.Label)));
        }

        if (request.HasUsePassphrase)
        {
            changes.Add(Review(request.UsePassphrase ? "Enable passphrase?" : "Disable passphrase?"));
        }

        if (request.HasSafetyChecks)
        {
            changes.Add(Review(request.SafetyChecks == SafetyCheckLevel.Strict ? "Enforce safety checks?" : "Disable safety checks?"));
        }

        if (changes.Count == 0)
        {
            throw Refuse(Situation.NoSettings);
        }

        foreach (ScreenReview change in changes)
        {
            await ConfirmAsync(ButtonPrompt.Settings, change, Situation.SettingsRejected).ConfigureAwait(false);
        }

        await UnlockAsync().ConfigureAwait(false);
        Label = request.HasLabel ? request.Label : Label;
        HasPassphrase = request.HasUsePassphrase ? request.UsePassphrase : HasPassphrase;
        SafetyChecks = request.HasSafetyChecks ? request.SafetyChecks : SafetyChecks;
        await SucceedAsync("Settings applied").ConfigureAwait(false);
    }

    protected override async Task RecoverAsync(RecoveryDevice request)
    {
        if (request.Type == RecoveryType.UnlockRepeatedBackup)
        {
            throw Refuse(Situation.RecoveryRepeatsBackup);
        }

        if (request.Type == RecoveryType.Normal)
        {
            throw Refuse(Mnemonic is null ? Situation.UnknownMessage : Situation.RecoveryOfOwner);
        }

        RequireSeed(Situation.RecoveryWithoutSeed);
        if (HasSettings(request))
        {
            throw Refuse(Situation.RecoveryForbiddenField);
        }

        int wordCount = request.HasWordCount ? (int)request.WordCount : 12;
        if (wordCount is not (12 or 18 or 24))
        {
            throw Refuse(Situation.RecoveryWordCount);
        }

        if (Pin is not null)
        {
            await CheckPinAsync().ConfigureAwait(false);
        }

        bool isMatrix = request.InputMethod == RecoveryInputMethod.Matrix;
        if (!isMatrix && wordCount != 24 && SafetyChecks == SafetyCheckLevel.Strict)
        {
            throw Refuse(Situation.RecoveryNeedsMatrix);
        }

        _recovery = new LegacyRecovery(wordCount, isMatrix, request.EnforceWordlist, Randomness);
        await AskWordAsync(_recovery).ConfigureAwait(false);
    }

    protected override async Task TakeWordAsync(WordAck answer)
    {
        LegacyRecovery recovery = _recovery ?? throw Refuse(Situation.NotInRecovery);
        switch (recovery.Take(answer.Word))
        {
            case WordEntry.Next:
                await AskWordAsync(recovery).ConfigureAwait(false);
                break;
            case WordEntry.Again:
                await SendAsync(MessageType.WordRequest, new WordRequest { Type = recovery.Request }).ConfigureAwait(false);
                break;
            case WordEntry.Unknown:
                _recovery = null;
                throw Refuse(Situation.WordUnknown);
            default:
                _recovery = null;
                await JudgeAsync(recovery).ConfigureAwait(false);
                break;
        }
    }

    protected override void EndUnfinished() => (_recovery, _signing) = (null, null);

    protected override MessageParser? OwnParser(MessageType type) => type switch
    {
        MessageType.EthereumTxAck when _signing is not null => EthereumTxAck.Parser,
        MessageType.EthereumSignTypedHash => EthereumSignTypedHash.Parser,
        _ => null,
    };

    protected override Task HandleOwnAsync(IMessage request) => request switch
    {
        EthereumTxAck chunk => TakeDataAsync(chunk),
        EthereumSignTypedHash hashes => SignTypedHashAsync(hashes),
        _ => throw new InvalidOperationException($"no handler for {request.Descriptor.Name}"),
    };

    protected override async Task ConfirmTransactionAsync(EthereumTransaction transaction, int dataLength)
    {
        _signing = null;
        await ConfirmAsync(
            ButtonPrompt.EthereumTransaction,
            Review(
                dataLength > 0 ? "Send, with data" : "Send",
                new ScreenField("Amount", AmountText(transaction.Value)),
                new ScreenField("To", transaction.To?.ToChecksumString() ?? "new contract?")),
            Situation.TransactionRejected).ConfigureAwait(false);
        string[] pages = Pages(Convert.ToHexStringLower(transaction.Data.Span));
        for (int page = 0; page < Math.Min(pages.Length, MaxDataScreens) && dataLength > 0; page++)
        {
            ScreenReview review = Review($"Transaction data, {dataLength} bytes", new ScreenField($"Page {page + 1}", pages[page]));
            await ConfirmAsync(ButtonPrompt.EthereumData, review, Situation.TransactionRejected).ConfigureAwait(false);
        }

        if (pages.Length > MaxDataScreens)
        {
            ScreenReview review = Review("The data is too long to be shown whole", new ScreenField("Bytes", $"{dataLength}"));
            await ConfirmAsync(ButtonPrompt.EthereumWarning, review, Situation.TransactionRejected).ConfigureAwait(false);
        }

        string perGas = AmountText(transaction.MaxFeePerGas);
        ScreenField[] fees = transaction.Kind == TransactionKind.Legacy
            ? [new("Maximum fee", AmountText(transaction.MaxFee))]
            :
            [
                new("Maximum fee per gas", perGas), new("Priority fee per gas", AmountText(transaction.MaxPriorityFeePerGas)),
                new("Maximum fee", AmountText(transaction.MaxFee)),
            ];
        foreach (ScreenField fee in fees)
        {
            await ConfirmAsync(ButtonPrompt.EthereumTransaction, Review("Confirm fees", fee), Situation.FeeRejected).ConfigureAwait(false);
        }
    }

    /// <summary>Between two chunks any other message is answered, and the signature waits.</summary>
    protected override async Task CollectDataAsync(UnsignedTransaction transaction)
    {
        if (transaction.Missing == 0)
        {
            await FinishTransactionAsync(transaction).ConfigureAwait(false);
            return;
        }

        _signing = transaction;
        await RequestDataAsync(transaction).ConfigureAwait(false);
    }

    protected override async Task ConfirmMessageAsync(string address, byte[] message)
    {
        ScreenReview account = Review("Sign message with this account?", new ScreenField("Address", address));
        await ConfirmAsync(ButtonPrompt.EthereumMessage, account, Situation.MessageRejected).ConfigureAwait(false);
        foreach (string page in Pages(MessageText(message)))
        {
            ScreenReview review = Review("Sign message", new ScreenField("Message", page));
            await ConfirmAsync(ButtonPrompt.EthereumMessage, review, Situation.MessageRejected).ConfigureAwait(false);
        }
    }

    private static string[] Pages(string text) => text.Length == 0
        ? [""]
        : [.. text.Chunk(CharactersPerScreen).Select(page => new string(page))];

    private async Task TakeDataAsync(EthereumTxAck chunk)
    {
        UnsignedTransaction transaction = _signing!;
        _signing = null;
        TakeData(transaction, chunk.DataChunk);
        await CollectDataAsync(transaction).ConfigureAwait(false);
    }

    private async Task SignTypedHashAsync(EthereumSignTypedHash request)
    {
        using Slip10Node account = await SigningAccountAsync(request.AddressN).ConfigureAwait(false);
        if (request.DomainSeparatorHash.Length != Bytes32.Size || (request.HasMessageHash && request.MessageHash.Length != Bytes32.Size))
        {
            throw Refuse(Situation.TypedHashLength);
        }

        List<(ButtonPrompt Prompt, ScreenReview Review)> screens =
        [
            (ButtonPrompt.EthereumWarning, Review("Signing typed data: its content can't be shown")),
            (ButtonPrompt.EthereumMessage, Review("Sign with this account?", new ScreenField("Address", Slip10Ecdsa.Address(account).ToChecksumString()))),
            (ButtonPrompt.EthereumMessage, Review("Domain hash", new ScreenField("Hash", Convert.ToHexStringLower(request.DomainSeparatorHash.Span)))),
        ];
        if (request.HasMessageHash)
        {
            screens.Add(
                (ButtonPrompt.EthereumMessage, Review("Message hash", new ScreenField("Hash", Convert.ToHexStringLower(request.MessageHash.Span)))));
        }

        foreach ((ButtonPrompt prompt, ScreenReview review) in screens)
        {
            await ConfirmAsync(prompt, review, Situation.TypedDataRejected).ConfigureAwait(false);
        }

        byte[] signed = [0x19, 0x01, .. request.DomainSeparatorHash.Span, .. request.MessageHash.Span];
        await AnswerTypedDataAsync(account, Keccak256.Hash((ReadOnlySpan<byte>)signed)).ConfigureAwait(false);
    }

    private static Refusal Undecodable(string place, WireError error) => new(FailureType.DataError, place + error.Kind switch
    {
        WireErrorKind.EndOfStream => "end-of-stream",
        WireErrorKind.VarintOverflow => "varint overflow",
        WireErrorKind.ValueTooLarge => "integer too large",
        WireErrorKind.InvalidTag => "zero tag",
        WireErrorKind.WrongWireType => "wrong wire type",
        WireErrorKind.InvalidUtf8 => "invalid utf8",
        WireErrorKind.StringOverflow => "string overflow",
        WireErrorKind.BytesOverflow => "bytes overflow",
        WireErrorKind.ArrayOverflow => "array overflow",
        WireErrorKind.SubmessageTooLong => "parent stream too short",
        WireErrorKind.MissingRequired => "missing required field",
        _ => throw new InvalidOperationException($"no text for {error.Kind}"),
    });

    /// <summary>Fills a payload from its first packet's bytes and as many packets as it takes.</summary>
    /// <returns>False when a packet came that continues nothing: the message is dropped.</returns>
    private async ValueTask<bool> FillAsync(Memory<byte> payload, ReadOnlyMemory<byte> piece)
    {
        while (true)
        {
            int count = Math.Min(piece.Length, payload.Length);
            piece[..count].CopyTo(payload);
            payload = payload[count..];
            if (payload.IsEmpty)
            {
                return true;
            }

            ReadOnlyMemory<byte> packet = await Link.ReceiveAsync(Stopping).ConfigureAwait(false);
            if (packet.Span[0] != (byte)'?')
            {
                return false;
            }

            piece = packet[1..];
        }
    }

    /// <summary>Waits for one kind of message and drops all others.</summary>
    /// <returns>The message; null when Cancel came.</returns>
    private async Task<IMessage?> WaitAsync(MessageType wanted)
    {
        while (true)
        {
            await Link.ArrivalAsync(Stopping).ConfigureAwait(false);
            IMessage? message = await TryReadTinyAsync().ConfigureAwait(false);
            if (message is Cancel)
            {
                return null;
            }

            if (message is not null && message.Descriptor.Name == wanted.ToString())
            {
                return message;
            }
        }
    }

    /// <summary>Reads one packet as the firmware does in the middle of a request.</summary>
    /// <returns>Null for what is dropped; what can't be decoded gets its Failure and changes nothing.</returns>
    private async Task<IMessage?> TryReadTinyAsync()
    {
        ReadOnlyMemory<byte> packet = await Link.ReceiveAsync(Stopping).ConfigureAwait(false);
        if (!packet.Span.StartsWith("?##"u8))
        {
            return null;
        }

        MessageParser? parser = (MessageType)BinaryPrimitives.ReadUInt16BigEndian(packet.Span[3..]) switch
        {
            MessageType.ButtonAck => ButtonAck.Parser,
            MessageType.PinMatrixAck => PinMatrixAck.Parser,
            MessageType.PassphraseAck => PassphraseAck.Parser,
            MessageType.Cancel => Cancel.Parser,
            MessageType.Initialize => Initialize.Parser,
            _ => null,
        };
        if (parser is null)
        {
            return null;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(packet.Span[5..]);
        if (length > packet.Length - HeaderSize)
        {
            await RefuseAsync(new(FailureType.DataError, "messages.c:389:Message too big")).ConfigureAwait(false);
            return null;
        }

        byte[] payload = packet.Slice(HeaderSize, (int)length).ToArray();
        if (!TryDecode(parser, payload, out IMessage? message, out WireError? error))
        {
            await RefuseAsync(Undecodable("messages.c:399:", error)).ConfigureAwait(false);
            return null;
        }

        return message is Initialize

            // Its session id is not looked at: the firmware starts over with a new session.
            ? throw new RequestReplacedException(new HostMessage((int)MessageType.Initialize, []))
            : message;
    }

    private async Task CheckPinAsync()
    {
        string pin = await AskPinAsync(PinMatrixRequestType.Current, "Enter your PIN").ConfigureAwait(false);
        if (!await CheckPinAsync(pin).ConfigureAwait(false))
        {
            throw Refuse(Situation.PinInvalid);
        }
    }

    private async Task AskWordAsync(LegacyRecovery recovery)
    {
        (string title, ScreenField[] fields) = recovery.Ask();
        await Screen.ShowAsync(Review(title, fields), Stopping).ConfigureAwait(false);
        await SendAsync(MessageType.WordRequest, new WordRequest { Type = recovery.Request }).ConfigureAwait(false);
    }

    /// <summary>Shows the verdict, then tells the host, even one that has cancelled meanwhile: the firmware does not look.</summary>
    private async Task JudgeAsync(LegacyRecovery recovery)
    {
        (ButtonPrompt prompt, string verdict, Situation? situation) = (Check(recovery.Sentence) ?? (recovery.EnforcesList ? null : false)) switch
        {
            true => (ButtonPrompt.SeedMatches, "The seed is valid and MATCHES the one in the device.", null),
            false => (ButtonPrompt.SeedDiffers, "The seed is valid but does NOT MATCH the one in the device.", Situation.SeedDiffers),
            null => (ButtonPrompt.SeedInvalid, "The seed is INVALID!", Situation.SeedInvalid),
        };
        await PressAsync(prompt, Review(verdict)).ConfigureAwait(false);
        if (situation is not null)
        {
            throw Refuse(situation);
        }

        await SucceedAsync(SeedMatches).ConfigureAwait(false);
    }

    /// <summary>Shows a shuffled keypad; the host sends positions on it, '1' at the bottom left and '9' at the top right.</summary>
    private async Task<string> AskPinAsync(PinMatrixRequestType type, string title)
    {
        char[] matrix = KeypadDigits.ToCharArray();
        Randomness.Shuffle(matrix);
        ScreenReview keypad = Review(
            title,
            new ScreenField("789", string.Join(' ', matrix[6..])),
            new ScreenField("456", string.Join(' ', matrix[3..6])),
            new ScreenField("123", string.Join(' ', matrix[..3])));
        await Screen.ShowAsync(keypad, Stopping).ConfigureAwait(false);
        await SendAsync(MessageType.PinMatrixRequest, new PinMatrixRequest { Type = type }).ConfigureAwait(false);
        PinMatrixAck answer = (PinMatrixAck?)await WaitAsync(MessageType.PinMatrixAck).ConfigureAwait(false)
            ?? throw Refuse(Situation.PinCancelled);
        return answer.Pin.AsSpan().IndexOfAnyExceptInRange('1', '9') >= 0
            ? throw Refuse(Situation.PinCancelled)
            : string.Concat(answer.Pin.Select(position => matrix[position - '1']));
    }
}
