using System.Buffers;
using System.Numerics;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>Recorded conversations with real firmware, our host in the place of the recorder.</summary>
public sealed class RecordingReplayTests
{
    /// <summary>What the recorder did on purpose and our host never does: a reason, and the beginnings of the names it holds for.</summary>
    private static readonly string[] NotOurs =
    [
        "Initialize, or another message, while a request is pending", "01k", "08_", "core289_01k", "core289_08_",
        "unknown types, answers sent as requests, acknowledgements that nobody asked for", "01l", "01m", "01n",
        "core289_01l", "core289_01m", "core289_01n",
        "broken packets", "01r", "01s", "01t", "01u", "01v", "core289_01r", "core289_01t", "core289_01u",
        "acknowledgements that are refused here before they are sent", "06_pin_bad_characters", "06_pin_empty", "06_pin_too_long",
        "06_passphrase_lengths", "06_passphrase_missing", "06_passphrase_unicode", "core289_06_passphrase_51", "core289_06_passphrase_both",
        "core289_06_passphrase_missing",
        "a passphrase on the device of a Model One", "06_passphrase_on_device",
        "a PIN that is set", "06_changepin",
        "a wrong PIN without another try", "06_pin_wrong$",
        "recovery by words, which would show them to the host (refused in SeedCheckTests)", "07_dryrun_12_bad", "07_dryrun_12_match", "07_dryrun_12_mis",
        "07_dryrun_12_no", "07_dryrun_12_unknown", "07_dryrun_24_", "07_dryrun_cancel", "07_dryrun_initialize", "07_dryrun_other",
        "transactions and chunks that no host of ours sends", "05_eip1559_bad_to", "05_eip1559_empty_chunk", "05_eip1559_small", "05_eip1559_too_much",
        "05_signtypeddata_unsupported",
        "requests without a session, which are sent again in a new one", "01e", "06_endsession", "core289_01e", "core289_06_endsession",
    ];

    private static readonly Bip32Path Account =
        Bip32Path.TryParse("m/44'/60'/0'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();

    private static IEnumerable<Recording> Recordings =>
        Recording.All.Where(recording => !NotOurs.Any(prefix => $"{recording.Name}$".StartsWith(prefix, StringComparison.Ordinal)));

    [TestCaseSource(nameof(Recordings))]
    public async Task Run_RecordedRequests_GivesTheRecordedAnswers(object recorded)
    {
        Recording recording = (Recording)recorded;
        int live = SecretBuffer.LiveCount;
        RecordedTrezor player = new(recording);
        ScriptedPerson person = new([.. Secrets(recording)]);
        TrezorOptions options = new() { Passphrase = SourceOf(recording) };
        await using (TrezorSession session = await TrezorSession.OpenAsync(player.Device, person, options, Trezors.Deadlines, default))
        {
            while (player.NextOfHost is { } message)
            {
                if (!message.FromHost)
                {
                    player.SkipSilence();
                }
                else if ((MessageType)message.Type! == MessageType.Initialize && ReferenceEquals(player.NextOfHost, message)
                    && Following(recording, message) is { Type: (int)MessageType.Features })
                {
                    player.PassInitialize();
                }
                else
                {
                    await RequestAsync(session, player, person, recording, message);
                }
            }
        }

        Assert.That(player.Device.IsDisposed, Is.True);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
    }

    [Test]
    public void Recordings_PlayedHere_AreMostOfBothFirmwares()
    {
        Assert.That(Recordings.Count(recording => recording.Name.StartsWith("core289", StringComparison.Ordinal)), Is.GreaterThan(45));
        Assert.That(Recordings.Count(recording => !recording.Name.StartsWith("core289", StringComparison.Ordinal)), Is.GreaterThan(80));
    }

    private static async Task RequestAsync(
        TrezorSession session, RecordedTrezor player, ScriptedPerson person, Recording recording, RecordedMessage request)
    {
        using CancellationTokenSource stop = new();

        // A recorded Cancel is a person who stops the program, before or after our acknowledgement.
        bool IsCancelNext() =>
            player.NextOfHost is { FromHost: true, Type: (int)MessageType.Cancel } next && !ReferenceEquals(next, request);
        person.Listening = _ => Stop(stop, IsCancelNext());

        // Where a recording ends on an act of the host, so does ours.
        bool isCutOff = recording.Messages[^1].FromHost;
        player.Device.Idle = () => Stop(stop, IsCancelNext() || (isCutOff && player.NextOfHost is null));

        RecordedMessage? last = LastAnswer(recording, request);
        MessageType answer = last is { Type: { } type } && type != (int)MessageType.Failure ? (MessageType)type : MessageType.Success;
        RecordedCommand command = new((MessageType)request.Type!, answer, request.Payload!);
        try
        {
            if (OwnSeedCheck(request) is { } check)
            {
                string said = await session.CheckSeedAsync(check, "Enter the words.", stop.Token);
                Assert.That(said, Is.EqualTo(Success.Parser.ParseFrom(last!.Payload).Message));
                return;
            }

            if (OwnSigning(recording, request) is { } signing)
            {
                ArrayBufferWriter<byte> encoded = new();
                signing.Encode(encoded);
                Assert.That(encoded.WrittenSpan.ToArray(), Is.EqualTo(request.Payload), "our request is the recorded one");
                EthereumSignature signature = await session.RunAsync(signing, null, stop.Token);
                Assert.That(signature.Recover(DigestOf(recording, request))?.ToChecksumString(), Is.EqualTo("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"));
                return;
            }

            byte[] payload = await session.RunAsync(command, null, stop.Token);
            Assert.That(payload, Is.EqualTo(last?.Payload));
        }
        catch (FaultException fault) when (fault.Fault == Fault.Mismatch)
        {
            Failure verdict = Failure.Parser.ParseFrom(last!.Payload);
            Assert.That(verdict.Code, Is.EqualTo(FailureType.ProcessError));
            Assert.That(fault.Message, Is.EqualTo(verdict.Message));
        }
        catch (FaultException fault)
        {
            Assert.That(last?.Type, Is.EqualTo((int)MessageType.Failure), fault.Message);
            Assert.That(fault.Fault, Is.EqualTo(TrezorFailure.Decode(last!.Payload).ToFault("u", midway: false).Fault));
        }
        catch (OperationCanceledException)
        {
            Assert.That(stop.IsCancellationRequested, Is.True);
            Assert.That(isCutOff || last?.Type == (int)MessageType.Failure, Is.True);
        }
    }

    private static void Stop(CancellationTokenSource stop, bool now)
    {
        if (now)
        {
            stop.Cancel();
        }
    }

    /// <summary>The request as our host makes it, where these are its bytes.</summary>
    private static CheckSeedCommand? OwnSeedCheck(RecordedMessage request)
    {
        CheckSeedCommand[] ours = [new(WordCount: null), new(12), new(18), new(24)];
        foreach (CheckSeedCommand command in ours.Where(_ => request.Type == (int)MessageType.RecoveryDevice))
        {
            ArrayBufferWriter<byte> payload = new();
            command.Encode(payload);
            if (payload.WrittenSpan.SequenceEqual(request.Payload))
            {
                return command;
            }
        }

        return null;
    }

    /// <summary>The request for a signature as our host makes it.</summary>
    private static ITrezorCommand<EthereumSignature>? OwnSigning(Recording recording, RecordedMessage request)
    {
        switch ((MessageType?)request.Type)
        {
            case MessageType.EthereumSignTx or MessageType.EthereumSignTxEip1559:
                return new SignEthereumTransactionCommand(Account, TransactionOf(recording, request));
            case MessageType.EthereumSignMessage:
                return new SignEthereumMessageCommand(Account, EthereumSignMessage.Parser.ParseFrom(request.Payload).Message.Memory);
            case MessageType.EthereumSignTypedHash when EthereumSignTypedHash.Parser.ParseFrom(request.Payload) is { DomainSeparatorHash.Length: 32 } hashes:
                Bytes32? message = hashes.HasMessageHash ? new Bytes32(hashes.MessageHash.Span) : null;
                return new SignTypedHashCommand(Account, new Bytes32(hashes.DomainSeparatorHash.Span), message);
            default:
                return null;
        }
    }

    private static Bytes32 DigestOf(Recording recording, RecordedMessage request)
    {
        switch ((MessageType?)request.Type)
        {
            case MessageType.EthereumSignMessage:
                return PersonalMessage.SigningHash(EthereumSignMessage.Parser.ParseFrom(request.Payload).Message.Memory);
            case MessageType.EthereumSignTypedHash:
                EthereumSignTypedHash hashes = EthereumSignTypedHash.Parser.ParseFrom(request.Payload);
                return Keccak256.Hash((ReadOnlySpan<byte>)[0x19, 0x01, .. hashes.DomainSeparatorHash.Span, .. hashes.MessageHash.Span]);
            default:
                return TransactionOf(recording, request).SigningHash();
        }
    }

    private static EthereumTransaction TransactionOf(Recording recording, RecordedMessage request)
    {
        byte[] rest =
        [
            .. recording.Messages.Where(message => message is { FromHost: true, Type: (int)MessageType.EthereumTxAck })
                .SelectMany(message => EthereumTxAck.Parser.ParseFrom(message.Payload).DataChunk),
        ];
        static BigInteger Number(Google.Protobuf.ByteString bytes) => new(bytes.Span, isUnsigned: true, isBigEndian: true);
        static ExecutionAddress? Address(string text) =>
            text.Length == 0 ? null : ExecutionAddress.TryParse(text, out ExecutionAddress address) ? address : throw new AssertionException(text);
        if (request.Type == (int)MessageType.EthereumSignTx)
        {
            EthereumSignTx legacy = EthereumSignTx.Parser.ParseFrom(request.Payload);
            return new EthereumTransaction
            {
                Kind = TransactionKind.Legacy,
                ChainId = legacy.ChainId,
                Nonce = (ulong)Number(legacy.Nonce),
                MaxFeePerGas = Number(legacy.GasPrice),
                GasLimit = (ulong)Number(legacy.GasLimit),
                To = Address(legacy.To),
                Value = Number(legacy.Value),
            };
        }

        EthereumSignTxEIP1559 typed = EthereumSignTxEIP1559.Parser.ParseFrom(request.Payload);
        return new EthereumTransaction
        {
            Kind = TransactionKind.FeeMarket,
            ChainId = typed.ChainId,
            Nonce = (ulong)Number(typed.Nonce),
            MaxFeePerGas = Number(typed.MaxGasFee),
            MaxPriorityFeePerGas = Number(typed.MaxPriorityFee),
            GasLimit = (ulong)Number(typed.GasLimit),
            To = Address(typed.To),
            Value = Number(typed.Value),
            Data = (byte[])[.. typed.DataInitialChunk, .. rest],
        };
    }

    private static bool IsAcknowledgement(RecordedMessage message) => (MessageType?)message.Type is MessageType.ButtonAck
        or MessageType.PinMatrixAck or MessageType.PassphraseAck or MessageType.WordAck or MessageType.EthereumTxAck or MessageType.Cancel;

    private static RecordedMessage? Following(Recording recording, RecordedMessage message) =>
        recording.Messages.SkipWhile(other => !ReferenceEquals(other, message)).Skip(1).FirstOrDefault();

    /// <summary>The last thing that the device said before the host's next request; a repetition after a wrong PIN is none.</summary>
    private static RecordedMessage? LastAnswer(Recording recording, RecordedMessage request)
    {
        RecordedMessage? last = null;
        foreach (RecordedMessage message in recording.Messages.SkipWhile(other => !ReferenceEquals(other, request)).Skip(1))
        {
            if (message.FromHost && !IsAcknowledgement(message) && !IsRepetition(last, message, request))
            {
                break;
            }

            last = message is { FromHost: false, Type: not null } ? message : last;
        }

        return last;
    }

    private static bool IsRepetition(RecordedMessage? last, RecordedMessage message, RecordedMessage request) =>
        last is { Type: (int)MessageType.Failure, Payload: { } failure }
        && TrezorFailure.Decode(failure).Code == FailureType.PinInvalid
        && message.Type == request.Type
        && message.Payload.AsSpan().SequenceEqual(request.Payload);

    private static IEnumerable<string?> Secrets(Recording recording)
    {
        foreach (RecordedMessage message in recording.Messages.Where(message => message is { FromHost: true, Payload: not null }))
        {
            switch ((MessageType?)message.Type)
            {
                case MessageType.PinMatrixAck:
                    yield return PinMatrixAck.Parser.ParseFrom(message.Payload).Pin;
                    break;
                case MessageType.WordAck:
                    yield return WordAck.Parser.ParseFrom(message.Payload).Word;
                    break;
                case MessageType.PassphraseAck when PassphraseAck.Parser.ParseFrom(message.Payload) is { HasPassphrase: true } passphrase:
                    yield return passphrase.Passphrase;
                    break;
                default:
                    break;
            }
        }

        // Who asks once more than the recorder is stopped by the person.
        yield return null;
    }

    private static PassphraseSource? SourceOf(Recording recording)
    {
        RecordedMessage? acknowledgement = recording.Messages.FirstOrDefault(
            message => message is { FromHost: true, Type: (int)MessageType.PassphraseAck });
        bool asked = recording.Messages.Any(message => message.Type == (int)MessageType.PassphraseRequest);
        return acknowledgement is null ? (asked ? PassphraseSource.Host : null)
            : PassphraseAck.Parser.ParseFrom(acknowledgement.Payload).OnDevice ? PassphraseSource.OnDevice
            : PassphraseSource.Host;
    }
}
