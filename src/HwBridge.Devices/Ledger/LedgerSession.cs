using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;
using HwBridge.Transports;

namespace HwBridge.Devices.Ledger;

/// <summary>A conversation with one Ledger: one queue, one exchange at a time, nothing sent while a review is on the screen.</summary>
/// <remarks>
/// An APDU sent during a review makes the review's answer vanish and can crash the app, so nothing is ever repeated after a
/// timeout, and an exchange that was cut off closes the connection: the next answer could belong to it. The OpenPGP app hangs when
/// anything comes between the parts of a chain, either way: its exchanges are finished once they have begun, cancelled or not.
/// A device that leaves in the middle of a question that no person has to answer, and comes back at its place in time, is asked again once it
/// has proved to be the same wallet.
/// <code>
///   queue ......... | drain | tell | send | answer: at most 5 s, or a person's 10 min | parse | wipe | next in the queue
/// </code>
/// </remarks>
internal sealed class LedgerSession(DeviceLink connected, IPerson person, LedgerOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan UnlockPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly byte[] _apdu = new byte[ApduLimits.MaxCommand];
    private readonly ArrayBufferWriter<byte> _pieces = new();
    private readonly WalletProof _proof = new();
    private DeviceLink _link = connected;
    private bool _closed;
    private bool _disposed;

    internal string Uri { get; } = connected.Uri;

    /// <summary>The app that was last seen open; null when that has to be asked.</summary>
    internal string? OpenApp { get; set; }

    /// <summary>How often the device was connected again: what an app keeps until it is left is gone when this has changed.</summary>
    internal int Reconnections { get; private set; }

    /// <summary>How long to wait for a person who has to make the device ready.</summary>
    internal TimeSpan Patience => options.Wait;

    /// <summary>Whether any app may be left.</summary>
    internal bool OpensApps => options.OpensApps;

    /// <summary>Waits for its turn, sends a command and reads its answer.</summary>
    /// <param name="command">What to ask.</param>
    /// <param name="tell">For a review: what the person will see and has to do. Said just before the request is sent.</param>
    /// <param name="cancellationToken">Leaves the queue, or cuts the exchange off and closes the connection.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<TAnswer> ExchangeAsync<TAnswer>(
        ILedgerCommand<TAnswer> command,
        string? tell,
        CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LedgerKeyStore));
            ushort status = await AskAsync(command, tell, cancellationToken).ConfigureAwait(false);
            if (status == StatusWords.Ok)
            {
                return command.Parse(_pieces.WrittenCount > 0 ? _pieces.WrittenSpan : _link.Message[..^ApduLimits.StatusSize]);
            }

            if (StatusWords.MayBeAnotherApp(status) && command.App is { } wanted)
            {
                await RequireAsync(wanted, cancellationToken).ConfigureAwait(false);
            }

            throw StatusWords.ToFault(status, command.Name).Within(Uri);
        }
        catch (FaultException fault) when (fault.Fault is Fault.WrongApp or Fault.DeviceLocked)
        {
            OpenApp = null;
            throw;
        }
        catch (FaultException fault) when (fault.Fault == Fault.Protocol)
        {
            // An answer that makes no sense may be that of another question: what follows can't be trusted either.
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _pieces.Clear();
            if (_link.IsBroken)
            {
                await CloseAsync().ConfigureAwait(false);
            }

            if (!_closed)
            {
                _link.Forget();
            }

            _turn.Release();
        }
    }

    /// <summary>Whether somebody told how to connect again.</summary>
    internal bool CanReconnect => options.Reconnect is not null;

    /// <summary>Tells the person something about this device.</summary>
    internal void Tell(string text) => person.Tell($"{Uri}: {text}");

    /// <summary>Connects again to a device that left the bus, as it does whenever its app changes; not without <see cref="CanReconnect"/>.</summary>
    /// <exception cref="FaultException">It did not come back in time.</exception>
    internal async ValueTask ReconnectAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LedgerKeyStore));
            await ConnectAgainAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the running exchange, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _disposed = true;
        await CloseAsync().ConfigureAwait(false);
        _turn.Release();
    }

    private async ValueTask ConnectAgainAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        OpenApp = null;
        (ITransport transport, IFraming framing) = await options.Reconnect!(patience, cancellationToken).ConfigureAwait(false);
        _link = new DeviceLink(transport, framing, options.AnswerDeadline);
        _closed = false;
        _proof.Demand();
        Reconnections++;
    }

    /// <summary>Asks once, and again where the first time came to nothing and a second one is safe.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ushort> AskAsync<TAnswer>(ILedgerCommand<TAnswer> command, string? tell, CancellationToken cancellationToken)
    {
        bool isEthereums = command.App == EthereumApp.Name;

        // What was cut off by us may have left a question on the screen, which another APDU would destroy.
        bool mayReturn = isEthereums && !command.NeedsApproval && !_closed && CanReconnect && options.ReturnDeadline > TimeSpan.Zero;
        ushort status;
        try
        {
            if (isEthereums && _proof.IsDue)
            {
                await ProveAsync(cancellationToken).ConfigureAwait(false);
            }

            status = await SendAndReceiveAsync(command, tell, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException gone) when (gone.Fault == Fault.DeviceNotFound && mayReturn)
        {
            Tell($"it went away; waiting {options.ReturnDeadline.TotalSeconds:0.#} s for it to come back where it was");
            await ConnectAgainAsync(options.ReturnDeadline, cancellationToken).ConfigureAwait(false);
            await ProveAsync(cancellationToken).ConfigureAwait(false);
            status = await SendAndReceiveAsync(command, tell, cancellationToken).ConfigureAwait(false);
            OpenApp = status == StatusWords.Ok ? EthereumApp.Name : null;
        }

        if (status == StatusWords.Locked && Patience > TimeSpan.Zero)
        {
            await WaitUntilUnlockedAsync(cancellationToken).ConfigureAwait(false);
            status = await SendAndReceiveAsync(command, tell, cancellationToken).ConfigureAwait(false);
        }

        return status;
    }

    /// <summary>Where the Ethereum app is open, has the wallet answer once more what it was asked first.</summary>
    private async ValueTask ProveAsync(CancellationToken cancellationToken)
    {
        if (!_proof.IsDue)
        {
            return;
        }

        _proof.Question.CopyTo(_apdu);
        ushort status = await TransferAsync(_proof.Question.Length, false, "a public key", cancellationToken).ConfigureAwait(false);
        if (status == StatusWords.Ok)
        {
            // What is not answered, being locked or in another app, is asked again before the next question.
            _proof.Check(_link.Message[..^ApduLimits.StatusSize]);
        }
    }

    /// <summary>A Ledger does not tell when it is unlocked: it is asked, twice a second, by a question that nothing comes of.</summary>
    private async ValueTask WaitUntilUnlockedAsync(CancellationToken cancellationToken)
    {
        Tell($"it is locked; waiting {Patience.TotalSeconds:0} s for its PIN, which you enter on the Ledger");
        GetAppNameAndVersionCommand command = default;
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Patience;)
        {
            await Task.Delay(UnlockPause, cancellationToken).ConfigureAwait(false);
            if (await SendAndReceiveAsync(command, null, cancellationToken).ConfigureAwait(false) != StatusWords.Locked)
            {
                Tell("unlocked");
                return;
            }
        }
    }

    private async ValueTask<ushort> SendAndReceiveAsync<TAnswer>(
        ILedgerCommand<TAnswer> command,
        string? tell,
        CancellationToken cancellationToken)
    {
        if (_closed)
        {
            throw new FaultException(
                Fault.DeviceNotFound,
                $"the connection to {Uri} was closed after an exchange that was cut off",
                "Reject what the Ledger still shows, if anything, then run the command again.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _link.Drain();
        if (command.NeedsApproval)
        {
            person.Tell($"Look at the Ledger ({Uri}), within {options.PersonDeadline.TotalMinutes:0.#} minutes. {tell}");
        }

        // What has begun is finished, in a few milliseconds; only the deadline ends it.
        bool isUnbreakable = command is { App: OpenPgpApp.Name, NeedsApproval: false };
        CancellationToken stop = isUnbreakable ? CancellationToken.None : cancellationToken;
        ushort status = StatusWords.Ok;
        int length = 0;
        for (int link = 0; link < command.Links && status == StatusWords.Ok; link++)
        {
            if (link > 0 && stop.IsCancellationRequested)
            {
                await AbandonAsync(command).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }

            length = command.EncodeLink(link, _apdu);
            status = await TransferAsync(length, command.NeedsApproval, command.Name, stop).ConfigureAwait(false);
        }

        if (status == StatusWords.Ok && command.IdentifiesWallet)
        {
            _proof.Keep(_apdu.AsSpan(0, length), _link.Message[..^ApduLimits.StatusSize]);
        }

        while (status >> 8 == StatusWords.MoreData && isUnbreakable)
        {
            Keep(command.Name);
            int next = OpenPgpApp.EncodeGetResponse((byte)status, _apdu);
            status = await TransferAsync(next, false, command.Name, stop).ConfigureAwait(false);
            if (status == StatusWords.Ok)
            {
                Keep(command.Name);
            }
        }

        return status;
    }

    /// <summary>Nothing half-sent stays on the device when nobody waits for the answer any more.</summary>
    private async ValueTask AbandonAsync<TAnswer>(ILedgerCommand<TAnswer> command)
    {
        int length = command.EncodeAbandon(_apdu);
        if (length > 0)
        {
            await TransferAsync(length, false, command.Name, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void Keep(string command)
    {
        _pieces.Write(_link.Message[..^ApduLimits.StatusSize]);
        if (_pieces.WrittenCount > OpenPgpApp.MaxAnswer)
        {
            throw new FaultException(
                Fault.Protocol,
                $"{Uri}: the Ledger's answer to {command} does not end after {OpenPgpApp.MaxAnswer} bytes",
                "Close other programs that use the Ledger, unplug it and plug it in again, then try again.");
        }
    }

    private async ValueTask<ushort> TransferAsync(int length, bool needsApproval, string command, CancellationToken cancellationToken)
    {
        try
        {
            await _link.SendAsync(_apdu.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            TimeSpan deadline = needsApproval ? options.PersonDeadline : options.AnswerDeadline;
            await _link.ReceiveAsync(deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (needsApproval)
        {
            person.Tell("Stopped here, but a Ledger can't be told to take its question back: reject it on the device.");
            throw;
        }
        catch (FaultException late) when (needsApproval && _link.IsUnanswered)
        {
            throw new FaultException(
                Fault.DeviceBusy,
                $"{Uri}: nobody answered the question on the Ledger within {options.PersonDeadline.TotalMinutes:0.#} minutes",
                "Reject the question on the Ledger, then run the command again.",
                late);
        }

        // Stale bytes may stand before it: only the last two bytes are the status.
        return _link.Message.Length >= ApduLimits.StatusSize
            ? BinaryPrimitives.ReadUInt16BigEndian(_link.Message[^ApduLimits.StatusSize..])
            : throw new FaultException(
                Fault.Protocol,
                $"{Uri}: the Ledger's answer to {command} has no status word",
                "Close other programs that use the Ledger, unplug it and plug it in again, then try again.");
    }

    /// <summary>Asks which app is open, after a status word that several apps use.</summary>
    private async ValueTask RequireAsync(string wanted, CancellationToken cancellationToken)
    {
        GetAppNameAndVersionCommand command = default;
        ushort status = await SendAndReceiveAsync(command, null, cancellationToken).ConfigureAwait(false);
        if (status != StatusWords.Ok)
        {
            throw StatusWords.ToFault(status, command.Name).Within(Uri);
        }

        AppInfo app = command.Parse(_link.Message[..^ApduLimits.StatusSize]);
        if (app.Name != wanted)
        {
            throw StatusWords.AnotherApp(app, wanted).Within(Uri);
        }
    }

    private async ValueTask CloseAsync()
    {
        if (!_closed)
        {
            _closed = true;
            await _link.DisposeAsync().ConfigureAwait(false);
        }
    }
}
