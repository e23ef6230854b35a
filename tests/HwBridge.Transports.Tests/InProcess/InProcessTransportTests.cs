using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.InProcess;

namespace HwBridge.Transports.Tests.InProcess;

[CancelAfter(10_000)]
public sealed class InProcessTransportTests
{
    private const string Uri = "emulator:test";

    [Test]
    public async Task SendAsync_TwoPackets_AreTwoReceives(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        await host.SendAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        await host.SendAsync(new byte[] { 4 }, cancellationToken);

        byte[] buffer = new byte[64];
        int first = await device.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..first], Is.EqualTo(new byte[] { 1, 2, 3 }));
        int second = await device.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..second], Is.EqualTo(new byte[] { 4 }));
        Assert.That(device.Uri, Is.EqualTo(Uri));
    }

    [Test]
    public async Task ReceiveAsync_SmallerBuffer_GetsTheRestNextAndNoMore(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        await device.SendAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        await device.SendAsync(new byte[] { 4, 5 }, cancellationToken);

        byte[] buffer = new byte[2];
        int first = await host.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..first], Is.EqualTo(new byte[] { 1, 2 }));
        int rest = await host.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..rest], Is.EqualTo(new byte[] { 3 }));
        int next = await host.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..next], Is.EqualTo(new byte[] { 4, 5 }));
    }

    [Test]
    public async Task ReceiveAsync_BeforeTheSend_WaitsForIt(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        byte[] buffer = new byte[8];
        Task<int> waiting = host.ReceiveAsync(buffer, cancellationToken).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await device.SendAsync(new byte[] { 7 }, cancellationToken);
        Assert.That(await waiting, Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(7));
    }

    [Test]
    public async Task SendAsync_FullLane_WaitsUntilSomethingIsReceived(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        await host.SendAsync(new byte[InProcessTransport.Capacity], cancellationToken);
        Task waiting = host.SendAsync(new byte[] { 9 }, cancellationToken).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);

        byte[] all = new byte[InProcessTransport.Capacity];
        Assert.That(await device.ReceiveAsync(all, cancellationToken), Is.EqualTo(all.Length));
        await waiting;
        byte[] last = new byte[4];
        Assert.That(await device.ReceiveAsync(last, cancellationToken), Is.EqualTo(1));
        Assert.That(last[0], Is.EqualTo(9));
    }

    [Test]
    public async Task SendAsync_LongerThanTheLane_IsRefusedAtOnce(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        Assert.That(
            async () => await host.SendAsync(new byte[InProcessTransport.Capacity + 1], cancellationToken),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task DisposeAsync_OfOneSide_OtherReceivesTheRestThenAFault(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await device.SendAsync(new byte[] { 1 }, cancellationToken);
        await device.DisposeAsync();

        Assert.That(await host.ReceiveAsync(new byte[8], cancellationToken), Is.EqualTo(1));
        Assert.That(
            async () => await host.ReceiveAsync(new byte[8], cancellationToken),
            Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.DeviceNotFound)
                .And.Message.EqualTo($"{Uri} went away"));
        Assert.That(
            async () => await host.SendAsync(new byte[8], cancellationToken),
            Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.DeviceNotFound));
    }

    [Test]
    public async Task DisposeAsync_WhileTheOtherSideWaits_EndsTheWait(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await host.SendAsync(new byte[InProcessTransport.Capacity], cancellationToken);
        Task receiving = host.ReceiveAsync(new byte[8], cancellationToken).AsTask();
        Task sending = host.SendAsync(new byte[8], cancellationToken).AsTask();
        await device.DisposeAsync();
        Assert.That(async () => await receiving, Throws.InstanceOf<FaultException>());
        Assert.That(async () => await sending, Throws.InstanceOf<FaultException>());
    }

    [Test]
    public async Task ReceiveAsync_Cancelled_LosesNothing(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        using var stop = new CancellationTokenSource();
        Task waiting = host.ReceiveAsync(new byte[8], stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());

        await device.SendAsync(new byte[] { 5 }, cancellationToken);
        byte[] buffer = new byte[8];
        Assert.That(await host.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(5));
    }

    [Test]
    public async Task Drain_WhatHasArrived_IsGone(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        await using ITransport _ = host;
        await using ITransport __ = device;
        await device.SendAsync(new byte[] { 1, 2 }, cancellationToken);
        Assert.That(await host.ReceiveAsync(new byte[1], cancellationToken), Is.EqualTo(1));
        host.Drain();
        await device.SendAsync(new byte[] { 3 }, cancellationToken);
        byte[] buffer = new byte[8];
        Assert.That(await host.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(3));
    }

    [Test]
    [NonParallelizable]
    public async Task DisposeAsync_OfBothSides_FreesTheGuardedMemory()
    {
        int before = SecretBuffer.LiveCount;
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before + 2));
        await host.DisposeAsync();
        await device.DisposeAsync();
        await device.DisposeAsync();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public Property SendAsync_AnySizesOnTwoThreads_ArriveInOrderAndWhole()
    {
        Gen<int[]> sizes = Gen.Choose(1, 5000).ArrayOf();
        return Prop.ForAll(sizes.ToArbitrary(), packets => Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
            await using ITransport _ = host;
            await using ITransport __ = device;
            Task sending = Task.Run(
                async () =>
                {
                    for (int i = 0; i < packets.Length; i++)
                    {
                        byte[] packet = new byte[packets[i]];
                        new Random(i).NextBytes(packet);
                        await host.SendAsync(packet, limit.Token);
                    }
                },
                limit.Token);

            byte[] buffer = new byte[5000];
            for (int i = 0; i < packets.Length; i++)
            {
                int count = await device.ReceiveAsync(buffer, limit.Token);
                byte[] expected = new byte[packets[i]];
                new Random(i).NextBytes(expected);
                if (!buffer.AsSpan(0, count).SequenceEqual(expected))
                {
                    return false;
                }
            }

            await sending;
            return true;
        }));
    }
}
