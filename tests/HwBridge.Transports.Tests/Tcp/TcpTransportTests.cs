using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Tcp;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests.Tcp;

[CancelAfter(20_000)]
public sealed class TcpTransportTests
{
    private const string Uri = "ledger+tcp://test";

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    private static async Task<(TcpTransport Transport, Socket Peer)> ConnectAsync(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        TcpTransport transport = await TcpTransport.ConnectAsync(Uri, "127.0.0.1", port, cancellationToken);
        return (transport, await listener.AcceptSocketAsync(cancellationToken));
    }

    [Test]
    public async Task SendAndReceive_GuardedMemory_CarriesTheBytes(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        using Socket __ = peer;
        using SecretBuffer message = SecretBuffer.CopyOf([1, 2, 3]);
        await transport.SendAsync(message.Memory, cancellationToken);
        byte[] seen = new byte[8];
        Assert.That(await peer.ReceiveAsync(seen, cancellationToken), Is.EqualTo(3));
        await peer.SendAsync(new byte[] { 4, 5 }, cancellationToken);
        using SecretBuffer answer = SecretBuffer.Allocate(8);
        Assert.That(await transport.ReceiveAsync(answer.Memory, cancellationToken), Is.EqualTo(2));
        Assert.That(answer.Span[..2].ToArray(), Is.EqualTo(new byte[] { 4, 5 }));
    }

    [Test]
    public async Task SendAsync_MoreThanTheSocketTakesAtOnce_SendsAll(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        using Socket __ = peer;
        byte[] much = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(much);
        Task sending = transport.SendAsync(much, cancellationToken).AsTask();
        byte[] seen = new byte[much.Length];
        int count = 0;
        while (count < seen.Length)
        {
            count += await peer.ReceiveAsync(seen.AsMemory(count), cancellationToken);
        }

        await sending;
        Assert.That(seen.AsSpan().SequenceEqual(much), Is.True);
    }

    [Test]
    public async Task ConnectAsync_Localhost_FindsAListenerOnIPv4Only(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using TcpTransport transport = await TcpTransport.ConnectAsync(Uri, "localhost", port, cancellationToken);
        Assert.That(transport.Uri, Is.EqualTo(Uri));
    }

    [Test]
    public void ConnectAsync_NobodyListens_SaysWhereAndWhatToDo(CancellationToken cancellationToken)
    {
        using var reserved = new Socket(SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await TcpTransport.ConnectAsync(Uri, "127.0.0.1", port, cancellationToken))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound));
        Assert.That(fault.Message, Does.Contain($"nothing listens at 127.0.0.1:{port}"));
        Assert.That(fault.Remedy, Does.Contain("Start").And.Contain("--device"));
    }

    [Test]
    public void ConnectAsync_UnknownHost_SaysSo(CancellationToken cancellationToken) => Assert.That(
        async () => await TcpTransport.ConnectAsync(Uri, "no-such-host.invalid", 9999, cancellationToken),
        Fails(Fault.DeviceNotFound, "no-such-host.invalid"));

    [Test]
    public async Task ConnectAsync_PeerThatDoesNotAnswer_EndsAtTheDeadline(CancellationToken cancellationToken)
    {
        // A full backlog drops further connection requests: the nearest thing to a host that hangs.
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var deadline = TimeSpan.FromMilliseconds(300);
        var fillers = new List<TcpTransport>();
        long begun = Stopwatch.GetTimestamp();
        try
        {
            Assert.That(
                async () =>
                {
                    while (fillers.Count < 16)
                    {
                        begun = Stopwatch.GetTimestamp();
                        fillers.Add(await TcpTransport.ConnectAsync(Uri, "127.0.0.1", port, deadline, cancellationToken));
                    }
                },
                Fails(Fault.DeviceNotFound, "did not answer within 0.3 s"));
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(2)));
        }
        finally
        {
            foreach (TcpTransport filler in fillers)
            {
                await filler.DisposeAsync();
            }
        }
    }

    [Test]
    public void ConnectAsync_Cancelled_IsCancelled() => Assert.That(
        async () => await TcpTransport.ConnectAsync(Uri, "127.0.0.1", 9, new CancellationToken(true)),
        Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public async Task ConnectAsync_CancelledAtAnyMoment_ConnectsOrIsCancelled(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        int connected = 0;
        for (int moment = 0; moment < 400; moment++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<TcpTransport> connecting = TcpTransport.ConnectAsync(Uri, "127.0.0.1", port, stop.Token).AsTask();
            Thread.SpinWait(moment * 20);
            await stop.CancelAsync();
            try
            {
                await using TcpTransport transport = await connecting;
                connected++;
            }
            catch (OperationCanceledException)
            {
                // The other right end.
            }
        }

        await TestContext.Out.WriteLineAsync($"400 moments, connected at {connected}");
    }

    [Test]
    public async Task ReceiveAsync_PeerCloses_WentAway(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        peer.Dispose();
        Assert.That(async () => await transport.ReceiveAsync(new byte[8], cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
    }

    [Test]
    public async Task ReceiveAsync_PeerResets_WentAway(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        Assert.That(async () => await transport.ReceiveAsync(new byte[8], cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
    }

    [Test]
    public async Task SendAsync_AfterThePeerClosed_WentAway(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        Assert.That(
            async () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    await transport.SendAsync(new byte[8], cancellationToken);
                }
            },
            Fails(Fault.DeviceNotFound, "went away"));
    }

    [Test]
    public async Task ReceiveAsync_Cancelled_EndsAtOnceAndLosesNothing(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        using Socket __ = peer;
        using var stop = new CancellationTokenSource(50);
        Assert.That(async () => await transport.ReceiveAsync(new byte[8], stop.Token), Throws.InstanceOf<OperationCanceledException>());
        await peer.SendAsync(new byte[] { 1 }, cancellationToken);
        Assert.That(await transport.ReceiveAsync(new byte[8], cancellationToken), Is.EqualTo(1));
    }

    [Test]
    public async Task Drain_WhatHasArrived_IsGoneAndTheNextAnswerIsNot(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        using Socket __ = peer;
        transport.Drain();
        await peer.SendAsync(new byte[3000], cancellationToken);
        byte[] buffer = new byte[8];
        Assert.That(await transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(8));
        transport.Drain();
        await peer.SendAsync(new byte[] { 6 }, cancellationToken);
        Assert.That(await transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(6));
    }

    [Test]
    public async Task Drain_PeerThatFloods_ReturnsAtOnce(CancellationToken cancellationToken)
    {
        (TcpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using TcpTransport _ = transport;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task flood = Task.Run(
            async () =>
            {
                byte[] garbage = new byte[65536];
                while (true)
                {
                    await peer.SendAsync(garbage, stop.Token);
                }
            },
            CancellationToken.None);
        Assert.That(await transport.ReceiveAsync(new byte[8], cancellationToken), Is.EqualTo(8));
        long begun = Stopwatch.GetTimestamp();
        transport.Drain();
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(2)));
        await stop.CancelAsync();
        Assert.That(async () => await flood, Throws.InstanceOf<OperationCanceledException>());
        peer.Dispose();
    }
}
