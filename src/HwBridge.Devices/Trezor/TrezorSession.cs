using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Transports;

namespace HwBridge.Devices.Trezor;

/// <summary>A conversation with one Trezor over codec v1: one request at a time, with all that the device asks in between.</summary>
/// <remarks>
/// A request and the questions that may come before its answer, in any order and number:
/// <code>
///   host    Initialize(session)           GetECDHSessionKey            ButtonAck               PassphraseAck
///   device                     Features                   ButtonRequest        PassphraseRequest            … ECDHSessionKey
/// </code>
/// Nothing but the matching acknowledgement, or Cancel, is sent while the device asks: Initialize would end the request, and a Model T
/// drops a request for any other message. Each use starts with Initialize, since another program may have opened a session of its own
/// meanwhile and a device works in the last one. After anything unexpected the device is told to cancel, and the next use finds it anew.
/// </remarks>
internal sealed class TrezorSession : IAsyncDisposable
{
    // What may lie between host and device from before.
    private const int MaxStale = 64;

    private const int SynchroniseRounds = 3;
    private const int MaxSessionId = 64;

    // Capability numbers of Features.
    private const uint PassphraseEntry = 17;

    private readonly SemaphoreSlim _queue = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly CodecV1Framing _framing = new();
    private readonly ITransport _transport;
    private readonly DeviceLink _link;
    private readonly TrezorPrompts _prompts;
    private readonly TrezorOptions _options;
    private readonly TrezorDeadlines _deadlines;
    private ReadOnlyMemory<byte> _sessionId;
    private bool _isSynchronised;
    private bool _askedPassphrase;

    private TrezorSession(ITransport transport, IPerson person, TrezorOptions options, TrezorDeadlines deadlines)
    {
        _transport = transport;
        _link = new DeviceLink(transport, _framing, deadlines.Packet);
        _prompts = new TrezorPrompts(person, transport.Uri, options);
        _options = options;
        _deadlines = deadlines;
    }

    internal string Uri => _link.Uri;

    /// <summary>What the device last told of itself.</summary>
    internal Features Features { get; private set; } = new();

    private bool CanEnterPassphrase => Features.Capabilities.Contains(PassphraseEntry);

    private bool IsPassphraseAskedFor => _options.Passphrase is PassphraseSource.OnDevice or PassphraseSource.Host;

    /// <summary>Finds the device in whatever state it is and opens a session. The transport belongs to the session from here on.</summary>
    internal static async ValueTask<TrezorSession> OpenAsync(
        ITransport transport, IPerson person, TrezorOptions options, TrezorDeadlines deadlines, CancellationToken cancellationToken)
    {
        TrezorSession session = new(transport, person, options, deadlines);
        try
        {
            options.Check();
            await session.ResumeAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a request that needs the seed, in the wallet that the options choose.</summary>
    /// <param name="command">The request.</param>
    /// <param name="announcement">What the screen will ask, or null where it asks nothing of its own.</param>
    /// <param name="cancellationToken">Takes the question off the screen.</param>
    internal ValueTask<TAnswer> UseSeedAsync<TAnswer>(
        ITrezorCommand<TAnswer> command, string? announcement, CancellationToken cancellationToken) =>
        RunAsync(command, announcement, usesSeed: true, entry: null, cancellationToken);

    /// <summary>Sends a request that needs no seed, when its turn comes, in this session.</summary>
    internal ValueTask<TAnswer> RunAsync<TAnswer>(
        ITrezorCommand<TAnswer> command, string? announcement, CancellationToken cancellationToken) =>
        RunAsync(command, announcement, usesSeed: false, entry: null, cancellationToken);

    /// <summary>Has words compared with the seed.</summary>
    /// <returns>What the device says of the right ones.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Mismatch"/>, in the device's words: they are not those of its seed.</exception>
    internal ValueTask<string> CheckSeedAsync(CheckSeedCommand command, string announcement, CancellationToken cancellationToken) =>
        RunAsync(command, announcement, usesSeed: false, new SeedEntry(_prompts, command.WordCount), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _queue.WaitAsync().ConfigureAwait(false);
        if (_askedPassphrase && _isSynchronised)
        {
            await EndSessionAsync().ConfigureAwait(false);
        }

        await _link.DisposeAsync().ConfigureAwait(false);
        _queue.Dispose();
        _closing.Dispose();
    }

    private async ValueTask<TAnswer> RunAsync<TAnswer>(
        ITrezorCommand<TAnswer> command, string? announcement, bool usesSeed, SeedEntry? entry, CancellationToken cancellationToken)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _queue.WaitAsync(linked.Token).ConfigureAwait(false);
        try
        {
            await ResumeAsync(linked.Token).ConfigureAwait(false);
            if (usesSeed && IsPassphraseAskedFor && Features is { HasPassphraseProtection: true, PassphraseProtection: false })
            {
                throw PassphraseOff();
            }

            if (announcement is not null)
            {
                _prompts.Announce(announcement);
            }

            bool renewed = false;
            for (int pinAttempt = 1; ;)
            {
                Outcome outcome = await AskAsync(command, announcement is not null, pinAttempt, linked.Token, entry)
                    .ConfigureAwait(false);
                switch (outcome.Failure?.Code)
                {
                    case null when usesSeed && IsPassphraseAskedFor && !_askedPassphrase:
                        // A locked Model T does not tell beforehand; the other wallet's answer is not used.
                        _link.Forget();
                        throw PassphraseOff();
                    case null when entry is { IsEntered: false }:
                        _link.Forget();
                        throw TrezorFault.Protocol("a verdict on words that it did not ask for");
                    case null:
                        return Take(command);
                    case FailureType.PinInvalid when pinAttempt < TrezorPrompts.MaxPinAttempts:
                        _prompts.WrongPin();
                        pinAttempt++;
                        break;
                    case FailureType.InvalidSession when !renewed:
                        renewed = true;
                        await InitializeAsync(linked.Token).ConfigureAwait(false);
                        break;
                    default:
                        throw outcome.IsVerdict
                            ? new FaultException(Fault.Mismatch, outcome.Failure.Value.Text, "Compare the words with what is written down.")
                            : outcome.Failure.Value.ToFault(Uri, outcome.Midway);
                }
            }
        }
        finally
        {
            _queue.Release();
        }
    }

    private async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        if (!_isSynchronised)
        {
            await SynchroniseAsync(cancellationToken).ConfigureAwait(false);
        }

        await InitializeAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        InitializeCommand command = new(_sessionId);
        Outcome outcome = await AskAsync(command, announced: false, pinAttempt: 1, cancellationToken).ConfigureAwait(false);
        if (outcome.Failure is { } failure)
        {
            throw failure.ToFault(Uri, outcome.Midway);
        }

        Features = Take(command);
        ReadOnlyMemory<byte> sessionId = Features.SessionId.Memory;
        if (sessionId.Length > MaxSessionId)
        {
            throw TrezorFault.Protocol("a session id that is too long");
        }

        if (!sessionId.Span.SequenceEqual(_sessionId.Span))
        {
            if (!_sessionId.IsEmpty)
            {
                _prompts.SessionLost();
            }

            _sessionId = sessionId;
            _askedPassphrase = false;
        }
    }

    /// <summary>One request until its answer, which is left in the link, or a Failure.</summary>
    private async ValueTask<Outcome> AskAsync<TAnswer>(
        ITrezorCommand<TAnswer> command, bool announced, int pinAttempt, CancellationToken cancellationToken, SeedEntry? entry = null)
    {
        try
        {
            using (SecretWriter payload = new(256))
            {
                command.Encode(payload);
                await SendAsync(command.Request, payload.WrittenSpan, cancellationToken).ConfigureAwait(false);
            }

            TimeSpan patience = _deadlines.Work;
            int limit = entry is null ? command.MaxQuestions : SeedEntry.MaxQuestions;
            entry?.Begin();
            for (int questions = 0; questions < limit; questions++)
            {
                await ReceiveAsync(patience, isPersonAsked: questions > 0, cancellationToken).ConfigureAwait(false);
                MessageType type = TrezorMessage.TypeOf(_link.Message);
                if (await ReplyAsync(command, type, cancellationToken).ConfigureAwait(false))
                {
                    patience = _deadlines.Work;
                    continue;
                }

                if (type == command.Answer)
                {
                    return default;
                }

                switch (type)
                {
                    case MessageType.Failure:
                        return await FailAsync(midway: questions > 0, entry).ConfigureAwait(false);
                    case MessageType.ButtonRequest:
                        patience = await PressAsync(announced, entry, cancellationToken).ConfigureAwait(false);
                        break;
                    case MessageType.PinMatrixRequest:
                        await EnterPinAsync(pinAttempt, cancellationToken).ConfigureAwait(false);
                        patience = _deadlines.PinDelay;
                        break;
                    case MessageType.PassphraseRequest:
                        await EnterPassphraseAsync(cancellationToken).ConfigureAwait(false);
                        patience = _deadlines.Person;
                        break;
                    case MessageType.WordRequest when entry is not null:
                        await EnterWordAsync(entry, cancellationToken).ConfigureAwait(false);
                        patience = _deadlines.Work;
                        break;
                    default:
                        throw TrezorFault.Protocol($"message {(int)type} in answer to {command.Request}");
                }
            }

            throw TrezorFault.Protocol($"more than {limit} questions for one request");
        }
        catch (Exception exception)
        {
            // Whatever went wrong, no question of ours may stay on the screen.
            await AbandonAsync(exception).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends what the command itself has to say to a question, where it has.</summary>
    private async ValueTask<bool> ReplyAsync<TAnswer>(ITrezorCommand<TAnswer> command, MessageType type, CancellationToken cancellationToken)
    {
        using SecretWriter payload = new(256);
        if (command.Reply(type, TrezorMessage.PayloadOf(_link.Message), payload) is not { } reply)
        {
            return false;
        }

        await SendAsync(reply, payload.WrittenSpan, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask ReceiveAsync(TimeSpan patience, bool isPersonAsked, CancellationToken cancellationToken)
    {
        try
        {
            await _link.ReceiveAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException late) when (isPersonAsked && _link.IsUnanswered)
        {
            throw Unanswered(patience, late);
        }
    }

    private FaultException Unanswered(TimeSpan patience, Exception late) => new(
        Fault.DeviceBusy,
        $"{Uri}: nobody answered what the device asks within {patience.TotalMinutes:0.#} minutes",
        "Run the command again with the device at hand.",
        late);

    private async ValueTask<Outcome> FailAsync(bool midway, SeedEntry? entry)
    {
        TrezorFailure failure = TrezorFailure.Decode(TrezorMessage.PayloadOf(_link.Message));
        if (entry?.IsVerdict(failure) ?? false)
        {
            _link.Forget();
            return new Outcome(failure, midway, IsVerdict: true);
        }

        // A Model One that can't read an acknowledgement says so and goes on waiting for it.
        if (midway && failure.Code == FailureType.DataError)
        {
            await CancelAsync().ConfigureAwait(false);
        }

        return new Outcome(failure, midway);
    }

    /// <summary>Acknowledges what the device's screen asks.</summary>
    /// <returns>How long the answer may take.</returns>
    private async ValueTask<TimeSpan> PressAsync(bool announced, SeedEntry? entry, CancellationToken cancellationToken)
    {
        ButtonRequest request = TrezorMessage.Decode(ButtonRequest.Parser, TrezorMessage.PayloadOf(_link.Message));
        _askedPassphrase |= request.Code == ButtonRequestType.PassphraseEntry;
        _prompts.AnnounceButton(request.Code, announced);
        entry?.Press(request.Code);
        await SendAsync(MessageType.ButtonAck, [], cancellationToken).ConfigureAwait(false);
        return request.Code switch
        {
            ButtonRequestType.PinEntry => _deadlines.PinDelay,
            ButtonRequestType.MnemonicInput => _deadlines.Words,
            _ => _deadlines.Person,
        };
    }

    private async ValueTask EnterPinAsync(int attempt, CancellationToken cancellationToken)
    {
        PinMatrixRequest request = TrezorMessage.Decode(PinMatrixRequest.Parser, TrezorMessage.PayloadOf(_link.Message));
        if (request.HasType && request.Type != PinMatrixRequestType.Current)
        {
            throw TrezorFault.Protocol("a question for a new PIN that nobody wanted to set");
        }

        using SecretBuffer pin = await _prompts.AskPinAsync(attempt, cancellationToken).ConfigureAwait(false);
        using SecretWriter payload = new(64);
        WireWriter.WriteBytes(payload, PinMatrixAck.PinFieldNumber, pin.Span);
        await SendAsync(MessageType.PinMatrixAck, payload.WrittenSpan, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EnterWordAsync(SeedEntry entry, CancellationToken cancellationToken)
    {
        WordRequest request = TrezorMessage.Decode(WordRequest.Parser, TrezorMessage.PayloadOf(_link.Message));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadlines.Person);
        try
        {
            using SecretBuffer payload = await entry.ChooseAsync(request, limit.Token).ConfigureAwait(false);
            await SendAsync(MessageType.WordAck, payload.Span, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unanswered(_deadlines.Person, late);
        }
    }

    private async ValueTask EnterPassphraseAsync(CancellationToken cancellationToken)
    {
        using SecretBuffer payload = await _prompts.AskPassphraseAsync(CanEnterPassphrase, cancellationToken).ConfigureAwait(false);
        _askedPassphrase = true;
        await SendAsync(MessageType.PassphraseAck, payload.Span, cancellationToken).ConfigureAwait(false);
    }

    private TAnswer Take<TAnswer>(ITrezorCommand<TAnswer> command)
    {
        try
        {
            return command.Decode(TrezorMessage.PayloadOf(_link.Message));
        }
        finally
        {
            _link.Forget();
        }
    }

    private ValueTask SendAsync(MessageType type, ReadOnlySpan<byte> payload, CancellationToken cancellationToken)
    {
        SecretBuffer message = SecretBuffer.Allocate(CodecV1Framing.TypeSize + payload.Length);
        TrezorMessage.WriteType(message.Span, type);
        payload.CopyTo(message.Span[CodecV1Framing.TypeSize..]);
        return SendAsync(message, cancellationToken);
    }

    private async ValueTask SendAsync(SecretBuffer message, CancellationToken cancellationToken)
    {
        using (message)
        {
            await _link.SendAsync(message.Memory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Brings a device in an unknown state to where the next request is answered by its own answer.</summary>
    /// <remarks>Cancel until a Failure, then a Ping with a unique text until just that text comes back.</remarks>
    private async ValueTask SynchroniseAsync(CancellationToken cancellationToken)
    {
        _framing.SkipsStrays = true;
        try
        {
            for (int round = 0; round < SynchroniseRounds; round++)
            {
                _link.Drain();

                // A device that waits for the rest of somebody's message takes Cancel for a part of it.
                if (round > 0 || _framing.IsSendUnfinished)
                {
                    await ForgetUnfinishedAsync(cancellationToken).ConfigureAwait(false);
                }

                await SendAsync(MessageType.Cancel, [], cancellationToken).ConfigureAwait(false);
                if (!await SkipToAsync(MessageType.Failure, null, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                PingCommand ping = new(RandomNumberGenerator.GetHexString(16, lowercase: true));
                using SecretWriter payload = new(64);
                ping.Encode(payload);
                await SendAsync(ping.Request, payload.WrittenSpan, cancellationToken).ConfigureAwait(false);
                if (await SkipToAsync(ping.Answer, ping, cancellationToken).ConfigureAwait(false))
                {
                    _isSynchronised = true;
                    return;
                }
            }
        }
        finally
        {
            _framing.SkipsStrays = false;
        }

        throw new FaultException(
            Fault.Protocol,
            $"{Uri} does not answer as a Trezor does",
            "After wrong PINs a device may count down for minutes: wait. Else unplug it, plug it in again and close other programs.");
    }

    /// <summary>Passes over answers to older requests; false when what is awaited does not come.</summary>
    private async ValueTask<bool> SkipToAsync(MessageType awaited, PingCommand? ping, CancellationToken cancellationToken)
    {
        // One deadline for all of them: a peer that drips messages must not hold the host.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadlines.Synchronise);
        for (int i = 0; i < MaxStale; i++)
        {
            try
            {
                await _link.ReceiveAsync(_deadlines.Synchronise, limit.Token).ConfigureAwait(false);
            }
            catch (FaultException late) when (late.Fault == Fault.Protocol)
            {
                return false;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            MessageType type = TrezorMessage.TypeOf(_link.Message);
            if (type == MessageType.Failure && TrezorFailure.IsThpOnly(TrezorMessage.PayloadOf(_link.Message)))
            {
                throw TrezorFailure.Decode(TrezorMessage.PayloadOf(_link.Message)).ToFault(Uri, midway: false);
            }

            if (type == awaited && (ping is null || ping.Value.IsAnsweredBy(TrezorMessage.PayloadOf(_link.Message))))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask ForgetUnfinishedAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadlines.Synchronise);
        try
        {
            await _transport.SendAsync(CodecV1Framing.ForgetPacket, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FaultException(Fault.Protocol, $"{Uri} takes no packets", "Unplug the device and plug it in again.");
        }
    }

    private async ValueTask AbandonAsync(Exception exception)
    {
        _isSynchronised = false;
        _link.Forget();
        if (exception is not FaultException { Fault: Fault.DeviceNotFound })
        {
            await CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a pending question off the screen, as well as it goes in a short time.</summary>
    private async ValueTask CancelAsync()
    {
        _isSynchronised = false;
        _framing.SkipsStrays = true;
        try
        {
            if (_framing.IsSendUnfinished)
            {
                await ForgetUnfinishedAsync(CancellationToken.None).ConfigureAwait(false);
            }

            await SendAsync(MessageType.Cancel, [], CancellationToken.None).ConfigureAwait(false);
            await SkipToAsync(MessageType.Failure, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // The first fault is the one to report; the next use synchronises or says what is wrong.
        }
        finally
        {
            _framing.SkipsStrays = false;
            _link.Forget();
        }
    }

    /// <summary>Has the device forget the passphrase; a device that is gone has forgotten it anyway.</summary>
    private async ValueTask EndSessionAsync()
    {
        using CancellationTokenSource limit = new(_deadlines.Synchronise);
        try
        {
            // EndSession ends whatever session is the active one: make it ours first.
            await AskAsync(new InitializeCommand(_sessionId), announced: false, pinAttempt: 1, limit.Token).ConfigureAwait(false);
            await AskAsync(new EndSessionCommand(), announced: false, pinAttempt: 1, limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is FaultException or OperationCanceledException)
        {
            // Nothing is left to do for a device that does not answer while it is being closed.
        }
    }

    private FaultException PassphraseOff() => new(
        Fault.Unsupported,
        $"{Uri} has passphrases switched off, and a passphrase was asked for",
        "Switch passphrases on in the device's settings, or leave out --passphrase.");

    /// <summary>How a request ended: with its answer, or with a Failure.</summary>
    private readonly record struct Outcome(TrezorFailure? Failure, bool Midway, bool IsVerdict = false);
}
