namespace HwBridge.Core.KeyStores;

/// <summary>Named, sized slots for bytes on the device itself. What they mean is the caller's: the device does not know.</summary>
/// <remarks>Reading and writing may need a PIN or a confirmation on the device, which is asked for once while it stays open.</remarks>
public interface IBackupStorage
{
    /// <summary>The slots, in the order in which they should be filled: first those that are best protected.</summary>
    IReadOnlyList<StorageSlot> Slots { get; }

    /// <summary>What a slot holds; no bytes where it is free.</summary>
    /// <exception cref="Faults.FaultException">The device refused, was locked, went away or broke the protocol.</exception>
    ValueTask<byte[]> ReadAsync(StorageSlot slot, CancellationToken cancellationToken);

    /// <summary>Replaces what a slot holds, whatever it is: whoever calls has looked.</summary>
    /// <param name="slot">Which.</param>
    /// <param name="content">At most the slot's capacity.</param>
    /// <param name="cancellationToken">Stops before the content is sent; what has begun is finished.</param>
    /// <exception cref="Faults.FaultException">As for <see cref="ReadAsync"/>; the slot may then hold the old, the new, or a part.</exception>
    ValueTask WriteAsync(StorageSlot slot, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Overwrites all of a slot, then empties it, and sees that it is empty.</summary>
    /// <exception cref="Faults.FaultException">As for <see cref="WriteAsync"/>.</exception>
    ValueTask EraseAsync(StorageSlot slot, CancellationToken cancellationToken);
}
