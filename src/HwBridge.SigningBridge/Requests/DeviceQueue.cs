using System.Globalization;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.SigningBridge.Requests;

/// <summary>One device and its queue: first come, first served, one at a time, opened when it is first needed.</summary>
/// <remarks>It is closed again when nobody has asked for a while, so that other programs can have it.</remarks>
internal sealed class DeviceQueue : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    private readonly Func<CancellationToken, ValueTask<IKeyStore>> _open;
    private readonly TimeSpan _personDeadline;
    private readonly Timer _idle;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private IKeyStore? _keyStore;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="open">Opens the device.</param>
    /// <param name="personDeadline">How long one request may keep it.</param>
    internal DeviceQueue(Func<CancellationToken, ValueTask<IKeyStore>> open, TimeSpan personDeadline)
    {
        (_open, _personDeadline) = (open, personDeadline);
        _idle = new Timer(_ => _ = CloseIdleAsync(), null, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Waits for its turn and works with the device.</summary>
    /// <param name="prepare">Asks what comes on no screen. Done again when the device turns out to have been unplugged since the last request.</param>
    /// <param name="begin">Told that the device has it now.</param>
    /// <param name="work">Asks for what a person confirms; never repeated.</param>
    /// <param name="hangUp">Leaves the queue, or stops the work on the device.</param>
    /// <exception cref="FaultException">The device's own faults, and <see cref="Fault.DeviceBusy"/> when nobody confirmed in time.</exception>
    internal async Task<TResult> RunAsync<TPrepared, TResult>(
        Func<IKeyStore, CancellationToken, ValueTask<TPrepared>> prepare,
        Action begin,
        Func<IKeyStore, TPrepared, CancellationToken, ValueTask<TResult>> work,
        CancellationToken hangUp)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(hangUp, _stop.Token);
        try
        {
            // Whoever calls may hold a lock until the place in the queue is taken, not longer.
            await _turn.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                limit.CancelAfter(_personDeadline);
                begin();
                TPrepared prepared = await PrepareAsync(prepare, limit.Token).ConfigureAwait(false);
                return await work(_keyStore!, prepared, limit.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (IsBroken(failure))
            {
                await CloseAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                _idle.Change(Idle, Timeout.InfiniteTimeSpan);
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!hangUp.IsCancellationRequested)
        {
            throw _stop.IsCancellationRequested
                ? new FaultException(Fault.DeviceNotFound, "the bridge is being stopped", "Ask again when it runs.")
                : new FaultException(
                    Fault.DeviceBusy,
                    string.Create(CultureInfo.InvariantCulture, $"nobody confirmed it on the device within {_personDeadline.TotalMinutes:0.##} minutes"),
                    "Reject what the device still shows, if anything, then ask again.");
        }
    }

    /// <summary>Ends all that wait, and what the device does; <see cref="DisposeAsync"/> closes it.</summary>
    internal Task StopAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        await _idle.DisposeAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>After these, an answer that comes late could be taken for another one's.</summary>
    private static bool IsBroken(Exception failure) => failure is not FaultException
    {
        Fault: Fault.UserRejected or Fault.BadInput or Fault.Unsupported or Fault.Usage or Fault.CannotDecrypt or Fault.Mismatch,
    };

    private async ValueTask<TPrepared> PrepareAsync<TPrepared>(
        Func<IKeyStore, CancellationToken, ValueTask<TPrepared>> prepare, CancellationToken cancellationToken)
    {
        if (_keyStore is not null)
        {
            try
            {
                return await prepare(_keyStore, cancellationToken).ConfigureAwait(false);
            }
            catch (FaultException stale) when (stale.Fault is Fault.DeviceNotFound or Fault.Protocol)
            {
                await CloseAsync().ConfigureAwait(false);
            }
        }

        _keyStore = await _open(cancellationToken).ConfigureAwait(false);
        return await prepare(_keyStore, cancellationToken).ConfigureAwait(false);
    }

    private async Task CloseIdleAsync()
    {
        // Whoever has it sets the time anew at the end.
        if (await _turn.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            try
            {
                await CloseAsync().ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_keyStore is { } keyStore)
        {
            _keyStore = null;
            await keyStore.DisposeAsync().ConfigureAwait(false);
        }
    }
}
