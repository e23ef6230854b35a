using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Screens;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>The software Trezor over its links: in process, UDP, and the switch to a device that speaks only THP.</summary>
[CancelAfter(30_000)]
public sealed class TrezorLinksTests
{
    private const string Mnemonic = "all all all all all all all all all all all all";
    private static readonly byte[] GetFeatures = Packet("3f23230037");
    private static readonly byte[] PingB = Packet("3f23230001000000030a0142");

    [Test]
    public async Task RunAsync_HostClosesTheLink_EndsAndTheNextLinkGoesOn(CancellationToken cancellationToken)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Mnemonic);
        using SoftwareTrezor device = new(new() { Mnemonic = mnemonic, Pin = "1" }, new PolicyScreen(approve: true));
        byte[] answer = new byte[64];
        foreach (int _ in Enumerable.Range(0, 2))
        {
            (ITransport host, ITransport end) = InProcessTransport.CreatePair("emulator:trezor");
            Task run = device.RunAsync(end, cancellationToken);
            await host.SendAsync(GetFeatures, cancellationToken);
            Assert.That(await host.ReceiveAsync(answer, cancellationToken), Is.EqualTo(64));
            Assert.That(answer[..5], Is.EqualTo(Convert.FromHexString("3f23230011")));
            await host.DisposeAsync();
            await run;
            await end.DisposeAsync();
        }
    }

    [Test]
    public async Task RunAsync_SecondLink_WaitsForTheEndOfTheFirst(CancellationToken cancellationToken)
    {
        using SoftwareTrezor device = new(new(), new PolicyScreen(approve: true));
        (ITransport first, ITransport firstEnd) = InProcessTransport.CreatePair("emulator:trezor");
        (ITransport second, ITransport secondEnd) = InProcessTransport.CreatePair("emulator:trezor");
        Task firstRun = device.RunAsync(firstEnd, cancellationToken);
        Task secondRun = device.RunAsync(secondEnd, cancellationToken);
        byte[] answer = new byte[64];
        await second.SendAsync(GetFeatures, cancellationToken);
        ValueTask<int> late = second.ReceiveAsync(answer, cancellationToken);
        await first.SendAsync(GetFeatures, cancellationToken);
        Assert.That(await first.ReceiveAsync(new byte[64], cancellationToken), Is.EqualTo(64));
        Assert.That(late.IsCompleted, Is.False);
        await first.DisposeAsync();
        await firstRun;
        Assert.That(await late, Is.EqualTo(64));
        await second.DisposeAsync();
        await secondRun;
        await firstEnd.DisposeAsync();
        await secondEnd.DisposeAsync();
    }

    [Test]
    public async Task RunAsync_Cancelled_EndsAtOnceWhateverIsPending(CancellationToken cancellationToken)
    {
        using SoftwareTrezor device = new(new(), new ScriptedScreen());
        (ITransport host, ITransport end) = InProcessTransport.CreatePair("emulator:trezor");
        using CancellationTokenSource off = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task run = device.RunAsync(end, off.Token);

        // Ping with a button, acknowledged: the person is asked and never answers.
        byte[] answer = new byte[64];
        await host.SendAsync(Packet("3f2323000100000002" + "1001"), cancellationToken);
        await host.ReceiveAsync(answer, cancellationToken);
        await host.SendAsync(Packet("3f2323001b"), cancellationToken);
        await off.CancelAsync();
        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        await host.DisposeAsync();
        await end.DisposeAsync();
    }

    [Test]
    public async Task RunAsync_ThpOnly_AnswersEachMessageAsTheNewestGeneration(CancellationToken cancellationToken)
    {
        using SoftwareTrezor device = new(new() { Flavour = TrezorFlavour.ThpOnly }, new PolicyScreen(approve: true));
        (ITransport host, ITransport end) = InProcessTransport.CreatePair("emulator:trezor");
        Task run = device.RunAsync(end, cancellationToken);
        byte[] answer = new byte[64];
        foreach (byte[] message in (byte[][])[GetFeatures, PingB, Packet("3f23230014")])
        {
            await host.SendAsync(message, cancellationToken);
            Assert.That(await host.ReceiveAsync(answer, cancellationToken), Is.EqualTo(64));
            Assert.That(Convert.ToHexStringLower(answer), Is.EqualTo("3f23230003000000140811".PadRight(128, '0')));
        }

        await host.DisposeAsync();
        await run;
        await end.DisposeAsync();
    }

    [Test]
    public async Task Udp_PingPing_IsAnsweredAndIsNoHost(CancellationToken cancellationToken)
    {
        await using UdpBench bench = new();
        using UdpClient a = bench.NewHost();
        using UdpClient probe = bench.NewHost();
        await a.SendAsync(Packet("3f2323000100000002" + "1001"), cancellationToken);
        await Receive(a, MessageType.ButtonRequest, cancellationToken);
        await probe.SendAsync("PINGPING"u8.ToArray(), cancellationToken);
        Assert.That((await probe.ReceiveAsync(cancellationToken)).Buffer, Is.EqualTo("PONGPONG"u8.ToArray()));

        // The probe asked nothing of the device: the answer is still for A.
        await a.SendAsync(Packet("3f2323001b"), cancellationToken);
        await bench.Screen.WaitForReviewAsync(cancellationToken);
        bench.Screen.Answer(approve: true);
        await Receive(a, MessageType.Success, cancellationToken);
    }

    [Test]
    public async Task Udp_TwoHosts_TheLastSenderGetsTheAnswer(CancellationToken cancellationToken)
    {
        await using UdpBench bench = new();
        using UdpClient a = bench.NewHost();
        using UdpClient b = bench.NewHost();
        await a.SendAsync(Packet("3f2323000100000002" + "1001"), cancellationToken);
        await Receive(a, MessageType.ButtonRequest, cancellationToken);
        await b.SendAsync(Packet("3f23230014"), cancellationToken);
        await Receive(b, MessageType.Failure, cancellationToken);
        await a.SendAsync(PingB, cancellationToken);
        await Receive(a, MessageType.Success, cancellationToken);
        Assert.That(a.Available + b.Available, Is.Zero, "A hears nothing of what B cancelled");
    }

    [Test]
    public async Task Udp_ShortAndLongDatagrams_AreReadAsThePacketTheyBegin(CancellationToken cancellationToken)
    {
        await using UdpBench bench = new();
        using UdpClient host = bench.NewHost();
        foreach (int size in (int[])[40, 64, 65, 4000])
        {
            byte[] datagram = new byte[size];
            PingB.AsSpan(0, Math.Min(size, 64)).CopyTo(datagram);
            await host.SendAsync(datagram, cancellationToken);
            await Receive(host, MessageType.Success, cancellationToken);
        }
    }

    [Test]
    public async Task Udp_HostGoneBeforeItsAnswers_LeavesTheDeviceToTheNextOne(CancellationToken cancellationToken)
    {
        await using UdpDeviceTransport device = new(new IPEndPoint(IPAddress.Loopback, 0));

        // IP_RECVERR: has the system tell of a closed port here as it does elsewhere.
        SocketOf(device).SetRawSocketOption(0, 11, BitConverter.GetBytes(1));
        using (UdpClient host = new(AddressFamily.InterNetwork))
        {
            host.Connect(device.Address);
            await host.SendAsync(PingB, cancellationToken);
            await device.ReceiveAsync(new byte[64], cancellationToken);
        }

        for (int i = 0; i < 4; i++)
        {
            await device.SendAsync(PingB, cancellationToken);
        }

        using UdpClient next = new(AddressFamily.InterNetwork);
        next.Connect(device.Address);
        await next.SendAsync(GetFeatures, cancellationToken);
        byte[] packet = new byte[64];
        Assert.That(await device.ReceiveAsync(packet, cancellationToken), Is.EqualTo(64));
        Assert.That(packet, Is.EqualTo(GetFeatures));
        await device.SendAsync(PingB, cancellationToken);
        Assert.That((await next.ReceiveAsync(cancellationToken)).Buffer, Is.EqualTo(PingB));
    }

    [Test]
    public async Task Completion_DeviceBreaks_TellsWithWhat(CancellationToken cancellationToken)
    {
        using SoftwareTrezor device = new(new() { Flavour = TrezorFlavour.Legacy }, new BrokenScreen());
        await using TrezorUdpServer server = TrezorUdpServer.Start(device, port: 0);
        using UdpClient host = new(AddressFamily.InterNetwork);
        host.Connect(server.EndPoint);
        await host.SendAsync(Packet("3f2323000100000002" + "1001"), cancellationToken);
        await Receive(host, MessageType.ButtonRequest, cancellationToken);
        Assert.That(server.Completion.IsCompleted, Is.False);
        await host.SendAsync(Packet("3f2323001b"), cancellationToken);
        Assert.That(async () => await server.Completion.WaitAsync(cancellationToken), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public async Task Completion_ServerDisposed_Ends(CancellationToken cancellationToken)
    {
        using SoftwareTrezor device = new(new(), new PolicyScreen(approve: true));
        TrezorUdpServer server = TrezorUdpServer.Start(device, port: 0);
        await server.DisposeAsync();
        Assert.That(async () => await server.Completion.WaitAsync(cancellationToken), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Udp_PortTaken_IsAnIoFaultThatNamesThePort()
    {
        await using UdpBench bench = new();
        using SoftwareTrezor second = new(new(), bench.Screen);
        Assert.That(
            () => TrezorUdpServer.Start(second, bench.Port),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io).And.Message.Contains($"{bench.Port}"));
    }

    private static async Task Receive(UdpClient host, MessageType type, CancellationToken cancellationToken)
    {
        byte[] packet = (await host.ReceiveAsync(cancellationToken)).Buffer;
        Assert.That((MessageType)((packet[3] << 8) | packet[4]), Is.EqualTo(type));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket SocketOf(UdpDeviceTransport device);

    private static byte[] Packet(string hex) => Convert.FromHexString(hex.PadRight(128, '0'));

    private sealed class UdpBench : IAsyncDisposable
    {
        private readonly SoftwareTrezor _device;
        private readonly TrezorUdpServer _server;

        internal UdpBench()
        {
            _device = new SoftwareTrezor(new() { Flavour = TrezorFlavour.Legacy }, Screen);
            _server = TrezorUdpServer.Start(_device, port: 0);
        }

        internal ScriptedScreen Screen { get; } = new();

        internal int Port => _server.EndPoint.Port;

        internal UdpClient NewHost()
        {
            UdpClient host = new(AddressFamily.InterNetwork);
            host.Connect(IPAddress.Loopback, Port);
            return host;
        }

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await _device.DisposeAsync();
        }
    }
}
