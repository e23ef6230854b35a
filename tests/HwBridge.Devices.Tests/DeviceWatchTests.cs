using System.Threading.Channels;
using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests;

internal sealed class DeviceWatchTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Find_WithoutPatience_LooksOnceAndDoesNotListen()
    {
        DeviceWatch watch = new(() => throw new AssertionException("listened"));
        Assert.That(await watch.FindAsync(() => 7, TimeSpan.Zero, Told, CancellationToken.None), Is.EqualTo(7));
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await watch.FindAsync<int>(() => throw Missing(Fault.DeviceNotFound), TimeSpan.Zero, Told, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound));
    }

    [Test]
    public async Task Find_DeviceComesAndItsRulesLater_IsFoundAfterTheEventThatMadeItSoAndLooksOnlyAtEvents()
    {
        Bus bus = new();
        int looks = 0;
        List<FaultException> told = [];
        Task<int> finding = new DeviceWatch(() => bus).FindAsync(
            () => ++looks switch
            {
                1 or 2 => throw Missing(Fault.DeviceNotFound),
                3 => throw Missing(Fault.DevicePermission),
                _ => looks,
            },
            Long,
            told.Add,
            CancellationToken.None).AsTask();
        bus.Happen();
        bus.Happen();
        Assert.That(await finding.WaitAsync(TimeSpan.FromMilliseconds(200)).ContinueWith(task => task.IsFaulted, TaskScheduler.Default), Is.True);
        Assert.That(looks, Is.EqualTo(3));
        bus.Happen();
        Assert.That(await finding, Is.EqualTo(4));
        Assert.That(told.Select(fault => fault.Fault), Is.EqualTo((Fault[])[Fault.DeviceNotFound]), "told once");
        Assert.That(bus.IsDisposed, Is.True);
    }

    [Test]
    public void Find_NothingComes_SaysWhatIsMissingWhenTheTimeIsOver()
    {
        Bus bus = new();
        DeviceWatch watch = new(() => bus);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await watch.FindAsync<int>(
            () => throw Missing(Fault.DevicePermission), TimeSpan.FromMilliseconds(50), _ => { }, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DevicePermission));
        Assert.That(bus.IsDisposed, Is.True);
    }

    [Test]
    public void Find_Cancelled_Stops()
    {
        using CancellationTokenSource stop = new();
        Bus bus = new();
        Assert.That(
            async () => await new DeviceWatch(() => bus).FindAsync<int>(
                () => throw Missing(Fault.DeviceNotFound), Long, _ => stop.Cancel(), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(bus.IsDisposed, Is.True);
    }

    [Test]
    public void Find_SomethingElseIsWrong_IsSaidAtOnce()
    {
        DeviceWatch watch = new(() => new Bus());
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await watch.FindAsync<int>(() => throw Missing(Fault.Usage), Long, Told, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
    }

    private static void Told(FaultException missing) => Assert.Fail($"told: {missing.Message}");

    private static FaultException Missing(Fault fault) => new(fault, "not there", "Wait.");

    private sealed class Bus : IBusEvents
    {
        private readonly Channel<int> _events = Channel.CreateUnbounded<int>();

        internal bool IsDisposed { get; private set; }

        internal void Happen() => _events.Writer.TryWrite(0);

        public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _events.Reader.ReadAsync(cancellationToken);

        public void Dispose() => IsDisposed = true;
    }
}
