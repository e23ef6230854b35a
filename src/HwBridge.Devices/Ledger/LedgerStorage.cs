using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;

namespace HwBridge.Devices.Ledger;

/// <summary>The data objects of the OpenPGP app as slots: 1 to 4 are its private objects, 5 is its certificate.</summary>
/// <remarks>
/// 4 comes first: it is only read with the admin PIN, so what is kept there (the head of a backup) is out of reach of a program that
/// merely finds the app open. 5 and 2 need no other PIN; 3 and 1 need the user PIN too.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "a call may still hold the semaphore, which holds no handle, when the key store is disposed")]
internal sealed class LedgerStorage(LedgerSession session, LedgerApps apps) : IBackupStorage
{
    private const int FullTries = 3;

    private static readonly (StorageSlot Slot, OpenPgpDataObject Object)[] Places =
    [
        .. from number in (int[])[4, 5, 2, 3, 1]
           let found = OpenPgpDataObject.All[number - 1]
           select (new StorageSlot(number, found.Name, found.Capacity), found),
    ];

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<OpenPgpPin> _verified = [];
    private int _switches = -1;

    public IReadOnlyList<StorageSlot> Slots { get; } = [.. Places.Select(place => place.Slot)];

    public ValueTask<byte[]> ReadAsync(StorageSlot slot, CancellationToken cancellationToken)
    {
        OpenPgpDataObject place = ObjectOf(slot);
        return UseAsync(place.ReadPin, new GetDataCommand(place), cancellationToken);
    }

    public async ValueTask WriteAsync(StorageSlot slot, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        OpenPgpDataObject place = ObjectOf(slot);
        await UseAsync(place.WritePin, new PutDataCommand(place, content), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>To empty an object only sets its length: without the zeros before it, the app's memory would keep the bytes.</summary>
    public async ValueTask EraseAsync(StorageSlot slot, CancellationToken cancellationToken)
    {
        foreach (byte[] content in (byte[][])[new byte[slot.Capacity], []])
        {
            await WriteAsync(slot, content, cancellationToken).ConfigureAwait(false);
            byte[] held = await ReadAsync(slot, cancellationToken).ConfigureAwait(false);
            if (!held.AsSpan().SequenceEqual(content))
            {
                throw new FaultException(
                    Fault.Mismatch,
                    $"{session.Uri}: slot {slot.Number} does not hold what was written over it",
                    "Try again; if that does not help, reset the OpenPGP app on the Ledger, which wipes all that it holds.");
            }
        }
    }

    private static OpenPgpDataObject ObjectOf(StorageSlot slot) => Places.Single(place => place.Slot == slot).Object;

    private async ValueTask<TAnswer> UseAsync<TAnswer>(OpenPgpPin needed, ILedgerCommand<TAnswer> command, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PrepareAsync(needed, cancellationToken).ConfigureAwait(false);
            return await session.ExchangeAsync(command, null, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // Whatever it was, the app may have been left or locked meanwhile, and then it has forgotten the PINs.
            _switches = -1;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask PrepareAsync(OpenPgpPin needed, CancellationToken cancellationToken)
    {
        await apps.RequireAsync(OpenPgpApp.Name, cancellationToken).ConfigureAwait(false);
        if (_switches != apps.Switches)
        {
            _verified.Clear();
            await SelectAsync(cancellationToken).ConfigureAwait(false);
            _switches = apps.Switches;
        }

        if (needed != OpenPgpPin.None && !_verified.Contains(needed))
        {
            await VerifyAsync(needed, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Twice where the first answer was one that a killed program had left unread.</summary>
    private async ValueTask SelectAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await session.ExchangeAsync(default(SelectOpenPgpCommand), null, cancellationToken).ConfigureAwait(false))
            {
                await session.ExchangeAsync(default(SelectOpenPgpCommand), null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (FaultException silent) when (silent.Fault == Fault.Protocol)
        {
            throw new FaultException(
                Fault.DeviceBusy,
                $"{session.Uri}: the OpenPGP app does not answer: a program may have been stopped while it was writing ({silent.Message})",
                "Unplug the Ledger, plug it in again, then run the command again; 'hwbridge backup list' tells what is whole.",
                silent);
        }
    }

    private async ValueTask VerifyAsync(OpenPgpPin needed, CancellationToken cancellationToken)
    {
        VerifyPinCommand command = new(needed);
        int left = (await session.ExchangeAsync(default(GetPinTriesCommand), null, cancellationToken).ConfigureAwait(false)).Of(needed);
        if (left == 0)
        {
            throw StatusWords.ToFault(StatusWords.BlockedPin, command.Name).Within(session.Uri);
        }

        (string name, string fresh) = needed == OpenPgpPin.Admin ? ("admin", "12345678") : ("user", "123456");
        string mind = left == FullTries ? string.Empty : $" MIND: {(left == 1 ? "one more wrong PIN blocks" : "two more wrong PINs block")} it.";
        string tell = $"The OpenPGP app asks for its {name} PIN, or just for a yes. It is not the PIN that unlocks the Ledger; "
            + $"{fresh} where nobody has changed it.{mind} If it asks nothing, set its PIN mode to 'Confirm only' (Settings).";
        _verified.Add(await session.ExchangeAsync(command, tell, cancellationToken).ConfigureAwait(false));
    }
}
