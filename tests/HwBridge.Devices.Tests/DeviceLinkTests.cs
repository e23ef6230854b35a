using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;
using HwBridge.Transports.Tcp;
using NUnit.Framework.Constraints;

namespace HwBridge.Devices.Tests;

/// <summary>The pump against peers that do everything a peer should not; each ends in a fault within its deadline.</summary>
[CancelAfter(20_000)]
public sealed class DeviceLinkTests
{
    private const string Uri = "emulator:script";

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Person = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(15);

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    private static (DeviceLink Link, ITransport Peer) Pair(IFraming? framing = null)
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Uri);
        return (new DeviceLink(host, framing ?? new LengthFraming(), Short), device);
    }

    private static byte[] Frame(params byte[] message)
    {
        byte[] frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame, 4);
        return frame;
    }

    [Test]
    public async Task Exchange_Again_AndAgain_CarriesEachMessage(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        byte[] buffer = new byte[64];
        for (byte i = 1; i < 100; i++)
        {
            await link.SendAsync(new byte[] { i, i }, cancellationToken);
            int count = await peer.ReceiveAsync(buffer, cancellationToken);
            Assert.That(buffer[..count], Is.EqualTo(Frame(i, i)));
            await peer.SendAsync(Frame(7, i), cancellationToken);
            await link.ReceiveAsync(Short, cancellationToken);
            Assert.That(link.Message.ToArray(), Is.EqualTo(new byte[] { 7, i }));
        }

        Assert.That(link.IsBroken, Is.False);
        link.Forget();
        Assert.That(link.Message.Length, Is.Zero);
    }

    [Test]
    public async Task ReceiveAsync_AnswerAfterALongLookAtTheScreen_Arrives(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        ValueTask receiving = link.ReceiveAsync(Never, cancellationToken);
        await Task.Delay(3 * Short, cancellationToken);
        await peer.SendAsync(Frame(1), cancellationToken);
        await receiving;
        Assert.That(link.Message.ToArray(), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task ReceiveAsync_PeerHangs_EndsAtTheAnswerDeadline(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        long begun = Stopwatch.GetTimestamp();
        Assert.That(async () => await link.ReceiveAsync(Person, cancellationToken), Fails(Fault.Protocol, "gave no answer within 0.6 s"));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.InRange(Person - TimeSpan.FromMilliseconds(50), 5 * Person));
        Assert.That(link.IsBroken, Is.True);
    }

    [Test]
    public async Task ReceiveAsync_PeerHangsInTheMiddle_EndsAtThePacketDeadline(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        await peer.SendAsync(Frame(1, 2, 3).AsMemory(0, 5), cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        Assert.That(async () => await link.ReceiveAsync(Never, cancellationToken), Fails(Fault.Protocol, "did not end it within 0.15 s"));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(3)));
        Assert.That(link.Message.Length, Is.Zero, "half an answer is wiped");
    }

    [Test]
    public async Task ReceiveAsync_PeerTrickles_GetsOneDeadlineForTheWholeAnswer(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task trickle = Task.Run(
            async () =>
            {
                foreach (byte one in Frame(new byte[LengthFraming.Maximum]))
                {
                    await peer.SendAsync(new[] { one }, stop.Token);
                    await Task.Delay(20, stop.Token);
                }
            },
            CancellationToken.None);
        long begun = Stopwatch.GetTimestamp();
        Assert.That(async () => await link.ReceiveAsync(Never, cancellationToken), Fails(Fault.Protocol, "did not end it"));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(3)));
        await stop.CancelAsync();
        Assert.That(async () => await trickle, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task ReceiveAsync_PeerFloodsWithWhatNeverMakesAnAnswer_EndsAtTheDeadline(CancellationToken cancellationToken)
    {
        await using var link = new DeviceLink(new FloodingTransport(), new DeafFraming(), Short);
        long begun = Stopwatch.GetTimestamp();
        Assert.That(async () => await link.ReceiveAsync(Never, cancellationToken), Fails(Fault.Protocol, "did not end it within 0.15 s"));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task SendAsync_PeerTakesNothing_EndsAtThePacketDeadline(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        Assert.That(
            async () =>
            {
                while (true)
                {
                    await link.SendAsync(new byte[LengthFraming.Maximum], cancellationToken);
                }
            },
            Fails(Fault.Protocol, "did not take a message within 0.15 s"));
        Assert.That(link.IsBroken, Is.True);
    }

    [Test]
    public async Task ReceiveAsync_PeerClosesAfterEachPossibleByte_WentAway([Values] bool overTcp, CancellationToken cancellationToken)
    {
        byte[] answer = Frame(1, 2, 3, 4, 5);
        for (int length = 0; length < answer.Length; length++)
        {
            (ITransport host, ITransport peer) = overTcp ? await ConnectAsync(cancellationToken) : InProcessTransport.CreatePair(Uri);
            await using var link = new DeviceLink(host, new LengthFraming());
            await link.SendAsync(new byte[] { 1 }, cancellationToken);
            await peer.ReceiveAsync(new byte[16], cancellationToken);
            if (length > 0)
            {
                await peer.SendAsync(answer.AsMemory(0, length), cancellationToken);
            }

            await peer.DisposeAsync();
            Assert.That(async () => await link.ReceiveAsync(Never, cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
            Assert.That(link.IsBroken, Is.True);
            Assert.That(link.Message.Length, Is.Zero);
        }
    }

    [Test]
    public async Task ReceiveAsync_PeerClosesAtOnceAfterAWholeAnswer_TheAnswerCounts(CancellationToken cancellationToken)
    {
        (ITransport host, ITransport peer) = await ConnectAsync(cancellationToken);
        await using var link = new DeviceLink(host, new LengthFraming());
        await peer.SendAsync(Frame(1, 2), cancellationToken);
        await peer.DisposeAsync();
        await link.ReceiveAsync(Never, cancellationToken);
        Assert.That(link.Message.ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public async Task ReceiveAsync_BrokenFraming_IsAProtocolFaultAtOnce(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        await peer.SendAsync(new byte[] { 0x7f, 0xff, 0xff, 0xff, 1, 2, 3 }, cancellationToken);
        Assert.That(async () => await link.ReceiveAsync(Never, cancellationToken), Fails(Fault.Protocol, "too long"));
        Assert.That(link.IsBroken, Is.True);
    }

    [Test]
    public async Task ReceiveAsync_Cancelled_EndsAtOnceWithTheCallersToken(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ValueTask receiving = link.ReceiveAsync(Never, stop.Token);
        await stop.CancelAsync();
        OperationCanceledException cancelled = Assert.CatchAsync<OperationCanceledException>(async () => await receiving)!;
        Assert.That(cancelled.CancellationToken, Is.EqualTo(stop.Token));
        Assert.That(link.IsBroken, Is.True);

        // The wire itself still works: a driver may tell the device to cancel.
        await link.SendAsync(new byte[] { 9 }, cancellationToken);
        byte[] buffer = new byte[16];
        int count = await peer.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..count], Is.EqualTo(Frame(9)));
        await peer.SendAsync(Frame(8), cancellationToken);
        await link.ReceiveAsync(Short, cancellationToken);
        Assert.That(link.Message.ToArray(), Is.EqualTo(new byte[] { 8 }));
    }

    [Test]
    public async Task ReceiveAsync_CancelledSinceTheMessageWasSent_CutsTheExchangeOff(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        await link.SendAsync(new byte[] { 1 }, cancellationToken);
        Assert.That(
            async () => await link.ReceiveAsync(Never, new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(link.IsBroken, Is.True);
    }

    [Test]
    public async Task SendAsync_AlreadyCancelled_SendsNothing(CancellationToken cancellationToken)
    {
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        await using ITransport __ = peer;
        Assert.That(
            async () => await link.SendAsync(new byte[] { 1 }, new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
        await link.SendAsync(new byte[] { 2 }, cancellationToken);
        byte[] buffer = new byte[16];
        int count = await peer.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer[..count], Is.EqualTo(Frame(2)));
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property ReceiveAsync_AnyGarbageInAnyPieces_EndsInAMessageOrAFault() => Prop.ForAll<byte[][]>(pieces => Task.Run(async () =>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        (DeviceLink link, ITransport peer) = Pair();
        await using DeviceLink _ = link;
        foreach (byte[] piece in pieces.Where(piece => piece.Length > 0))
        {
            await peer.SendAsync(piece, limit.Token);
        }

        await peer.DisposeAsync();
        try
        {
            while (true)
            {
                await link.ReceiveAsync(Short, limit.Token);
            }
        }
        catch (FaultException fault) when (fault.Fault is Fault.Protocol or Fault.DeviceNotFound)
        {
            return link.IsBroken;
        }
    }));

    [Test]
    [NonParallelizable]
    public async Task DisposeAsync_AfterAFault_FreesTheGuardedMemory(CancellationToken cancellationToken)
    {
        int before = SecretBuffer.LiveCount;
        (DeviceLink link, ITransport peer) = Pair();
        Assert.That(async () => await link.ReceiveAsync(Short, cancellationToken), Fails(Fault.Protocol, "no answer"));
        await link.DisposeAsync();
        await peer.DisposeAsync();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    private static async Task<(ITransport Host, ITransport Peer)> ConnectAsync(CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        TcpTransport host = await TcpTransport.ConnectAsync(Uri, "127.0.0.1", port, cancellationToken);
        return (host, new TcpTransport(await listener.AcceptSocketAsync(cancellationToken), Uri));
    }

    /// <summary>Four bytes of length, big-endian, then so many bytes: the smallest framing of a stream.</summary>
    private sealed class LengthFraming : IFraming
    {
        internal const int Maximum = 1000;

        private readonly SecretBuffer _out = SecretBuffer.Allocate(4 + Maximum);
        private readonly SecretBuffer _in = SecretBuffer.Allocate(4 + Maximum);
        private int _toSend;
        private int _received;

        public Memory<byte> ReceiveBuffer => _in.Memory[_received..Needed];

        public ReadOnlySpan<byte> Message => _received >= 4 && _received == Needed ? _in.Span[4.._received] : default;

        private int Needed => _received < 4 ? 4 : 4 + BinaryPrimitives.ReadInt32BigEndian(_in.Span);

        public void BeginSend(ReadOnlySpan<byte> message)
        {
            BinaryPrimitives.WriteInt32BigEndian(_out.Span, message.Length);
            message.CopyTo(_out.Span[4..]);
            _toSend = 4 + message.Length;
        }

        public bool TryGetPiece(out ReadOnlyMemory<byte> piece)
        {
            piece = _out.Memory[.._toSend];
            _toSend = 0;
            return !piece.IsEmpty;
        }

        public void BeginReceive()
        {
            _in.Span.Clear();
            _received = 0;
        }

        public bool Receive(int count)
        {
            _received += count;
            if (_received < 4)
            {
                return false;
            }

            return (uint)BinaryPrimitives.ReadInt32BigEndian(_in.Span) <= Maximum
                ? _received == Needed
                : throw new FaultException(Fault.Protocol, "a message is too long", "Check the peer.");
        }

        public void Dispose()
        {
            _out.Dispose();
            _in.Dispose();
        }
    }

    /// <summary>Ignores whatever arrives, as a framing does with packets that are not its own.</summary>
    private sealed class DeafFraming : IFraming
    {
        public Memory<byte> ReceiveBuffer { get; } = new byte[64];

        public ReadOnlySpan<byte> Message => default;

        public void BeginSend(ReadOnlySpan<byte> message)
        {
        }

        public bool TryGetPiece(out ReadOnlyMemory<byte> piece)
        {
            piece = default;
            return false;
        }

        public void BeginReceive()
        {
        }

        public bool Receive(int count) => false;

        public void Dispose()
        {
        }
    }

    /// <summary>Always has a packet ready, and never looks at its token.</summary>
    private sealed class FloodingTransport : ITransport
    {
        public string Uri => DeviceLinkTests.Uri;

        public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => new(buffer.Length);

        public void Drain()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
