using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Conformance;

/// <summary>What every device that has <see cref="IBackupStorage"/> must do behind it, whoever made it and whatever carries its bytes.</summary>
[TestFixtureSource(typeof(ConformanceDevice), nameof(ConformanceDevice.StorageNames))]
[NonParallelizable]
internal sealed class StorageConformance(string device) : DeviceConformance(device)
{
    [Test]
    public async Task Slots_OfAnOpenDevice_AreKnownBeforeAnythingIsAsked()
    {
        await using ConformanceDevice open = await OpenAsync();
        IReadOnlyList<StorageSlot> slots = Storage(open).Slots;
        Assert.That(slots, Is.Not.Empty);
        Assert.That(slots.Select(slot => slot.Number), Is.Unique.And.All.GreaterThan(0));
        Assert.That(slots.Select(slot => slot.Name), Is.Unique.And.All.Not.Empty);
        Assert.That(slots.Sum(slot => slot.Capacity), Is.GreaterThanOrEqualTo(2300), "60 validators must fit");
        Assert.That(open.Screen.Shown, Is.Empty);
    }

    [Test]
    public async Task EverySlot_WrittenToItsBrim_HoldsThatAndNothingElse()
    {
        await using ConformanceDevice open = await OpenAsync();
        Approve(open);
        IBackupStorage storage = Storage(open);
        Dictionary<StorageSlot, byte[]> written = [];
        foreach (StorageSlot slot in storage.Slots)
        {
            Assert.That(await storage.ReadAsync(slot, Late), Is.Empty, "a fresh device");
            written[slot] = [.. Enumerable.Range(0, slot.Capacity).Select(i => (byte)((i * 7) + slot.Number))];
            await storage.WriteAsync(slot, written[slot], Late);
        }

        foreach (StorageSlot slot in storage.Slots)
        {
            Assert.That(await storage.ReadAsync(slot, Late), Is.EqualTo(written[slot]));
            await storage.WriteAsync(slot, new byte[] { 1 }, Late);
            Assert.That(await storage.ReadAsync(slot, Late), Is.EqualTo((byte[])[1]), "replaced, not joined");
            await storage.EraseAsync(slot, Late);
            Assert.That(await storage.ReadAsync(slot, Late), Is.Empty);
        }
    }

    [Test]
    public async Task Rejected_OnTheDevice_IsUserRejectedAndTheDeviceGoesOnWorking()
    {
        await using ConformanceDevice open = await OpenAsync();
        IBackupStorage storage = Storage(open);
        open.Screen.Answer(false);
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await storage.WriteAsync(storage.Slots[0], new byte[] { 1 }, Late))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.UserRejected));
        Assert.That(fault.Remedy, Is.Not.Empty);
        Approve(open);
        Assert.That(await storage.ReadAsync(storage.Slots[0], Late), Is.Empty);
    }

    [Test]
    public async Task OtherCapabilities_UsedInTurns_WorkAsBefore()
    {
        await using ConformanceDevice open = await OpenAsync();
        Approve(open);
        IBackupStorage storage = Storage(open);
        ISealing sealing = open.KeyStore.Require<ISealing>("seal");
        X25519PublicKey own = await sealing.GetPublicKeyAsync(confirm: false, Late);
        await storage.WriteAsync(storage.Slots[0], new byte[] { 9 }, Late);
        Assert.That(await sealing.GetPublicKeyAsync(confirm: false, Late), Is.EqualTo(own));
        Assert.That(await storage.ReadAsync(storage.Slots[0], Late), Is.EqualTo((byte[])[9]));
    }

    [Test]
    public async Task TwoCallers_AtTheSameTime_AreServedOneAfterTheOther()
    {
        await using ConformanceDevice open = await OpenAsync();
        Approve(open);
        IBackupStorage storage = Storage(open);
        await Task.WhenAll(storage.Slots.Select(slot => storage.WriteAsync(slot, new byte[] { (byte)slot.Number }, Late).AsTask()));
        byte[][] read = await Task.WhenAll(storage.Slots.Select(slot => storage.ReadAsync(slot, Late).AsTask()));
        Assert.That(read.Select(content => (int)content.Single()), Is.EqualTo(storage.Slots.Select(slot => slot.Number)));
    }

    [Test]
    public async Task Cancelled_BeforeItsTurn_WritesNothing()
    {
        await using ConformanceDevice open = await OpenAsync();
        Approve(open);
        IBackupStorage storage = Storage(open);
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        Assert.That(
            async () => await storage.WriteAsync(storage.Slots[0], new byte[] { 1 }, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await storage.ReadAsync(storage.Slots[0], Late), Is.Empty);
    }

    private static void Approve(ConformanceDevice open)
    {
        for (int i = 0; i < 20; i++)
        {
            open.Screen.Answer(true);
        }
    }

    private static IBackupStorage Storage(ConformanceDevice open) => open.KeyStore.Require<IBackupStorage>("store backups");

}
