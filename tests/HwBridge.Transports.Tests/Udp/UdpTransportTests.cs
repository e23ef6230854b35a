using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Udp;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests.Udp;

[CancelAfter(20_000)]
public sealed class UdpTransportTests
{
    private const string Uri = "trezor+udp://test";
    private const string Host = "127.0.0.1";

    private static readonly byte[] Packet = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Connects to a peer that answers the ping, and connects the peer back.</summary>
    private static async Task<(UdpTransport Transport, Socket Peer)> ConnectAsync(CancellationToken cancellationToken, string host = Host)
    {
        Socket peer = Bind();
        Task<UdpTransport> connecting = UdpTransport.ConnectAsync(Uri, host, PortOf(peer), cancellationToken).AsTask();
        byte[] ping = new byte[64];
        SocketReceiveFromResult result =
            await peer.ReceiveFromAsync(ping, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
        Assert.That(ping[..result.ReceivedBytes], Is.EqualTo("PINGPING"u8.ToArray()));
        await peer.ConnectAsync(result.RemoteEndPoint, cancellationToken);
        await peer.SendAsync("PONGPONG"u8.ToArray(), cancellationToken);
        return (await connecting, peer);
    }

    [TestCase("127.0.0.1")]
    [TestCase("localhost")]
    public async Task SendAndReceive_Packets_CarryTheBytes(string host, CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken, host);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        await transport.SendAsync(Packet, cancellationToken);
        byte[] seen = new byte[100];
        Assert.That(await peer.ReceiveAsync(seen, cancellationToken), Is.EqualTo(64));
        Assert.That(seen[..64], Is.EqualTo(Packet));

        await peer.SendAsync(Packet, cancellationToken);
        await peer.SendAsync(new byte[64], cancellationToken);
        using SecretBuffer answer = SecretBuffer.Allocate(64);
        Assert.That(await transport.ReceiveAsync(answer.Memory, cancellationToken), Is.EqualTo(64));
        Assert.That(answer.Span.ToArray(), Is.EqualTo(Packet));
        Assert.That(await transport.ReceiveAsync(answer.Memory, cancellationToken), Is.EqualTo(64));
        Assert.That(answer.Span.ToArray(), Is.EqualTo(new byte[64]));
    }

    [Test]
    public async Task ReceiveAsync_PortClosesWhileNothingIsSent_IsNoticed(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        peer.Dispose();
        using SecretBuffer answer = SecretBuffer.Allocate(64);
        await Assert.ThatAsync(async () => await transport.ReceiveAsync(answer.Memory, cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
    }

    [Test]
    public void ConnectAsync_NobodyThere_SaysWhereAndWhatToDoAtOnce(CancellationToken cancellationToken)
    {
        int port;
        using (Socket gone = Bind())
        {
            port = PortOf(gone);
        }

        long begun = Stopwatch.GetTimestamp();
        FaultException fault = Assert.ThrowsAsync<FaultException>(
            async () => await UdpTransport.ConnectAsync(Uri, "127.0.0.1", port, cancellationToken))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound));
        Assert.That(fault.Message, Does.Contain($"nothing listens at 127.0.0.1:{port}"));
        Assert.That(fault.Remedy, Does.Contain("Start").And.Contain("--device"));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void ConnectAsync_SilentPeer_EndsAtTheDeadline(CancellationToken cancellationToken)
    {
        using Socket silent = Bind();
        var deadline = TimeSpan.FromMilliseconds(200);
        Assert.That(
            async () => await UdpTransport.ConnectAsync(Uri, Host, PortOf(silent), deadline, cancellationToken),
            Fails(Fault.DeviceNotFound, "did not answer within 0.2 s"));
    }

    [Test]
    public async Task ConnectAsync_PeerThatFloodsWithGarbage_EndsAtTheDeadline(CancellationToken cancellationToken)
    {
        using Socket peer = Bind();
        Task<UdpTransport> connecting =
            UdpTransport.ConnectAsync(Uri, "127.0.0.1", PortOf(peer), TimeSpan.FromMilliseconds(300), cancellationToken).AsTask();
        SocketReceiveFromResult ping =
            await peer.ReceiveFromAsync(new byte[64], new IPEndPoint(IPAddress.Any, 0), cancellationToken);
        while (!connecting.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            await peer.SendToAsync("PINGPONG"u8.ToArray(), ping.RemoteEndPoint, cancellationToken);
        }

        Assert.That(async () => await connecting, Fails(Fault.DeviceNotFound, "did not answer"));
    }

    [Test]
    public void ConnectAsync_UnknownHost_SaysSo(CancellationToken cancellationToken) => Assert.That(
        async () => await UdpTransport.ConnectAsync(Uri, "no-such-host.invalid", 9999, cancellationToken),
        Fails(Fault.DeviceNotFound, "no-such-host.invalid"));

    [Test]
    public void ConnectAsync_Cancelled_IsCancelled()
    {
        using Socket silent = Bind();
        using var stop = new CancellationTokenSource(50);
        Assert.That(
            async () => await UdpTransport.ConnectAsync(Uri, "127.0.0.1", PortOf(silent), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(0, "of 0 bytes")]
    [TestCase(1, "of 1 bytes")]
    [TestCase(63, "of 63 bytes")]
    [TestCase(65, "of more than 64 bytes")]
    [TestCase(1400, "of more than 64 bytes")]
    public async Task ReceiveAsync_DatagramOfAnotherLength_BreaksTheProtocol(int length, string words, CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        await peer.SendAsync(new byte[length], cancellationToken);
        Assert.That(async () => await transport.ReceiveAsync(new byte[64], cancellationToken), Fails(Fault.Protocol, words));
    }

    [Test]
    public async Task ReceiveAsync_LateAnswerToThePing_IsIgnored(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        await peer.SendAsync("PONGPONG"u8.ToArray(), cancellationToken);
        await peer.SendAsync(Packet, cancellationToken);
        byte[] buffer = new byte[64];
        Assert.That(await transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(64));
        Assert.That(buffer, Is.EqualTo(Packet));
    }

    [Test]
    public async Task SendAndReceive_PeerGone_WentAway(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        peer.Dispose();
        Assert.That(
            async () =>
            {
                await transport.SendAsync(Packet, cancellationToken);
                await transport.ReceiveAsync(new byte[64], cancellationToken);
            },
            Fails(Fault.DeviceNotFound, "went away"));
    }

    [Test]
    public async Task ReceiveAsync_FromAnotherSender_NeverGetsIn(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        using Socket stranger = Bind();
        await stranger.SendToAsync(new byte[64], peer.RemoteEndPoint!, cancellationToken);
        await peer.SendAsync(Packet, cancellationToken);
        byte[] buffer = new byte[64];
        Assert.That(await transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(64));
        Assert.That(buffer, Is.EqualTo(Packet));
    }

    [Test]
    public async Task Drain_WhatHasArrived_IsGone(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        for (int i = 0; i < 10; i++)
        {
            await peer.SendAsync(new byte[i % 2 * 64], cancellationToken);
        }

        transport.Drain();
        await peer.SendAsync(Packet, cancellationToken);
        byte[] buffer = new byte[64];
        Assert.That(await transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(64));
        Assert.That(buffer, Is.EqualTo(Packet));
    }

    [Test]
    public async Task SendAsync_AnotherLength_IsRefused(CancellationToken cancellationToken)
    {
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        await using UdpTransport _ = transport;
        using Socket __ = peer;
        Assert.That(
            async () => await transport.SendAsync(new byte[63], cancellationToken),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    [NonParallelizable]
    public async Task DisposeAsync_AfterAnything_FreesTheGuardedMemory(CancellationToken cancellationToken)
    {
        int before = SecretBuffer.LiveCount;
        (UdpTransport transport, Socket peer) = await ConnectAsync(cancellationToken);
        using Socket _ = peer;
        await transport.DisposeAsync();
        Assert.That(
            async () => await UdpTransport.ConnectAsync(Uri, "127.0.0.1", PortOf(peer), TimeSpan.FromMilliseconds(50), cancellationToken),
            Throws.InstanceOf<FaultException>());
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }
}
