using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Devices.Ledger;

/// <summary>A conversation with one Ledger: one queue, one exchange at a time, nothing sent while a review is on the screen.</summary>
/// <remarks>
/// An APDU sent during a review makes the review's answer vanish and can crash the app, so nothing is ever repeated after a
/// timeout, and an exchange that was cut off closes the connection: the next answer could belong to it.
/// <code>
///   queue ......... | drain | tell | send | answer: at most 5 s, or a person's 10 min | parse | wipe | next in the queue
/// </code>
/// </remarks>
internal sealed class LedgerSession(DeviceLink link, IPerson person, LedgerOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly byte[] _apdu = new byte[ApduLimits.MaxCommand];
    private bool _closed;
    private bool _disposed;

    internal string Uri => link.Uri;

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
            ushort status = await SendAndReceiveAsync(command, tell, cancellationToken).ConfigureAwait(false);
            if (status == StatusWords.Ok)
            {
                return command.Parse(link.Message[..^ApduLimits.StatusSize]);
            }

            if (StatusWords.MayBeAnotherApp(status) && command is not GetAppNameAndVersionCommand)
            {
                await RequireEthereumAsync(cancellationToken).ConfigureAwait(false);
            }

            throw StatusWords.ToFault(status, command.Name).Within(Uri);
        }
        catch (FaultException fault) when (fault.Fault == Fault.Protocol)
        {
            // An answer that makes no sense may be that of another question: what follows can't be trusted either.
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (link.IsBroken)
            {
                await CloseAsync().ConfigureAwait(false);
            }

            if (!_closed)
            {
                link.Forget();
            }

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
        int length = command.Encode(_apdu);
        link.Drain();
        if (command.NeedsApproval)
        {
            person.Tell($"Look at the Ledger ({Uri}), within {options.PersonDeadline.TotalMinutes:0.#} minutes. {tell}");
        }

        try
        {
            await link.SendAsync(_apdu.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            TimeSpan deadline = command.NeedsApproval ? options.PersonDeadline : options.AnswerDeadline;
            await link.ReceiveAsync(deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (command.NeedsApproval)
        {
            person.Tell("Stopped here, but a Ledger can't be told to take its question back: reject it on the device.");
            throw;
        }
        catch (FaultException late) when (command.NeedsApproval && link.IsUnanswered)
        {
            throw new FaultException(
                Fault.DeviceBusy,
                $"{Uri}: nobody answered the question on the Ledger within {options.PersonDeadline.TotalMinutes:0.#} minutes",
                "Reject the question on the Ledger, then run the command again.",
                late);
        }

        // Stale bytes may stand before it: only the last two bytes are the status.
        return link.Message.Length >= ApduLimits.StatusSize
            ? BinaryPrimitives.ReadUInt16BigEndian(link.Message[^ApduLimits.StatusSize..])
            : throw new FaultException(
                Fault.Protocol,
                $"{Uri}: the Ledger's answer to {command.Name} has no status word",
                "Close other programs that use the Ledger, unplug it and plug it in again, then try again.");
    }

    /// <summary>Asks which app is open, after a status word that several apps use.</summary>
    private async ValueTask RequireEthereumAsync(CancellationToken cancellationToken)
    {
        GetAppNameAndVersionCommand command = default;
        ushort status = await SendAndReceiveAsync(command, null, cancellationToken).ConfigureAwait(false);
        if (status != StatusWords.Ok)
        {
            throw StatusWords.ToFault(status, command.Name).Within(Uri);
        }

        AppInfo app = command.Parse(link.Message[..^ApduLimits.StatusSize]);
        if (app.Name != EthereumApp.Name)
        {
            throw StatusWords.AnotherApp(app).Within(Uri);
        }
    }

    private async ValueTask CloseAsync()
    {
        if (!_closed)
        {
            _closed = true;
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }
}
