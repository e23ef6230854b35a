using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.SigningBridge.Callers;
using HwBridge.SigningBridge.Rules;

namespace HwBridge.SigningBridge.Requests;

/// <summary>Where every signature is asked for: past the rules, onto the board, through the queue, and every end of it told.</summary>
internal sealed class SignatureDesk(RequestBoard board, DeviceQueue device, BridgeRules? rules)
{
    private readonly Lock _order = new();

    /// <summary>Asks the device for something that comes on no screen.</summary>
    internal Task<T> LookUpAsync<T>(Func<IKeyStore, CancellationToken, ValueTask<T>> ask, CancellationToken hangUp) => device.RunAsync(
        ask, static () => { }, static (_, found, _) => ValueTask.FromResult(found), hangUp);

    /// <summary>Has something signed.</summary>
    /// <param name="wish">What, decoded from the very object that is signed.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="prepare">See <see cref="DeviceQueue"/>.</param>
    /// <param name="sign">Asks the device, and verifies what it gives.</param>
    /// <param name="hangUp">The caller has gone.</param>
    /// <exception cref="RefusedException">No rule allows it, or too many wait.</exception>
    /// <exception cref="FaultException">The device's faults.</exception>
    internal async Task<TSignature> SignAsync<TPrepared, TSignature>(
        SignatureWish wish,
        CallingProgram caller,
        Func<IKeyStore, CancellationToken, ValueTask<TPrepared>> prepare,
        Func<IKeyStore, TPrepared, CancellationToken, ValueTask<TSignature>> sign,
        CancellationToken hangUp)
    {
        using Spending? spending = rules?.Admit(wish);
        BridgeRequest request;
        Task<TSignature> running;
        lock (_order)
        {
            // Both in one step: the places in the queue are those on the board.
            request = board.Add(wish, caller);
            running = device.RunAsync(prepare, () => board.Begin(request), sign, hangUp);
        }

        try
        {
            TSignature signature = await running.ConfigureAwait(false);
            spending?.Keep();
            board.End(request, RequestStatus.Signed, null);
            return signature;
        }
        catch (Exception failure)
        {
            (RequestStatus status, string? reason) = failure switch
            {
                FaultException { Fault: Fault.UserRejected } => (RequestStatus.Rejected, null),
                FaultException or RefusedException => (RequestStatus.Failed, failure.Message),
                OperationCanceledException => (RequestStatus.Abandoned, (string?)null),
                _ => (RequestStatus.Failed, $"a defect of hwbridge: {failure.GetType().Name}"),
            };
            board.End(request, status, reason);
            throw;
        }
    }
}
