using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Tests.Storage;

/// <summary>Slots in memory that keep a log and can go wrong at any step.</summary>
internal sealed class MemoryStorage(params int[] capacities) : IBackupStorage
{
    private readonly Dictionary<int, byte[]> _held = [];

    public IReadOnlyList<StorageSlot> Slots { get; } = [.. capacities.Select((capacity, i) => new StorageSlot(i + 1, $"slot {i + 1}", capacity))];

    internal List<string> Log { get; } = [];

    /// <summary>Asked before each step; throws to make it fail.</summary>
    internal Action<string> Before { get; set; } = static _ => { };

    internal byte[] this[int number]
    {
        get => _held.GetValueOrDefault(number, []);
        set => _held[number] = value;
    }

    public ValueTask<byte[]> ReadAsync(StorageSlot slot, CancellationToken cancellationToken)
    {
        Step($"read {slot.Number}", cancellationToken);
        return ValueTask.FromResult<byte[]>([.. this[slot.Number]]);
    }

    public ValueTask WriteAsync(StorageSlot slot, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Assert.That(content.Length, Is.LessThanOrEqualTo(slot.Capacity));
        Step($"write {slot.Number}", cancellationToken);
        this[slot.Number] = content.ToArray();
        return ValueTask.CompletedTask;
    }

    public ValueTask EraseAsync(StorageSlot slot, CancellationToken cancellationToken)
    {
        Step($"erase {slot.Number}", cancellationToken);
        this[slot.Number] = [];
        return ValueTask.CompletedTask;
    }

    internal static FaultException Gone() => new(Fault.DeviceNotFound, "the device went away", "Plug it in.");

    private void Step(string what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Before(what);
        Log.Add(what);
    }
}
