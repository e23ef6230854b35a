using System.Diagnostics;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests;

/// <summary>What every transport of 64-byte packets keeps, whatever is between it and the device: sockets here, a kernel in tests/UsbVm.</summary>
public abstract class PacketTransportContract : IAsyncDisposable
{
    private const int Size = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Of half a second.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);

    private CancellationTokenSource _late = new();
    private ITransport? _host;
    private ITransport? _device;

    /// <summary>What a case found out besides that all is well.</summary>
    public List<string> Measured { get; } = [];

    private CancellationToken Late => _late.Token;

    [TearDown]
    public async ValueTask DisposeAsync()
    {
        if (_host is not null && _device is not null)
        {
            await _host.DisposeAsync().ConfigureAwait(false);
            await _device.DisposeAsync().ConfigureAwait(false);
            (_host, _device) = (null, null);
        }

        _late.Dispose();
        GC.SuppressFinalize(this);
    }

    [Test]
    public async Task Send_Packet_ArrivesWhole()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        for (byte first = 1; first < 4; first++)
        {
            await host.SendAsync(Packet(first), Late).ConfigureAwait(false);
            Assert.That(await ReceiveAsync(device).ConfigureAwait(false), Is.EqualTo(Packet(first)));
        }
    }

    [Test]
    public async Task Send_OtherLength_IsRefused()
    {
        (ITransport host, _) = await BothAsync().ConfigureAwait(false);
        foreach (int length in (int[])[0, 63, 65])
        {
            Assert.That(async () => await host.SendAsync(new byte[length], Late).ConfigureAwait(false), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public async Task Receive_PacketThatIsThere_IsTaken()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        using SecretBuffer buffer = SecretBuffer.Allocate(Size);
        await device.SendAsync(Packet(7), Late).ConfigureAwait(false);
        Assert.That(await host.ReceiveAsync(buffer.Memory, Late).ConfigureAwait(false), Is.EqualTo(Size));
        Assert.That(buffer.Span.ToArray(), Is.EqualTo(Packet(7)));
    }

    [Test]
    public async Task Receive_PacketThatComesLater_IsWaitedFor()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        Task<byte[]> receiving = Task.Run(() => ReceiveAsync(host), Late);
        Assert.That(receiving.Wait(300, Late), Is.False);
        await device.SendAsync(Packet(9), Late).ConfigureAwait(false);
        Assert.That(await receiving.ConfigureAwait(false), Is.EqualTo(Packet(9)));
    }

    [Test]
    public async Task Receive_Cancelled_EndsSoonAndTheNextOneWaitsAgain()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        for (int i = 0; i < 3; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            await CancelledAsync(host, 50).ConfigureAwait(false);
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(2)));
        }

        // The least of some, since the just-in-time compiler may be busy with the tests before, and for seconds where the processor is emulated.
        TimeSpan used = TimeSpan.MaxValue;
        for (int i = 0; i < 12 && used >= Idle; i++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            await CancelledAsync(host, 500).ConfigureAwait(false);
            TimeSpan now = Process.GetCurrentProcess().TotalProcessorTime - before;
            used = now < used ? now : used;
        }

        Assert.That(used, Is.LessThan(Idle), "a busy loop");
        await device.SendAsync(Packet(3), Late).ConfigureAwait(false);
        Assert.That(await ReceiveAsync(host).ConfigureAwait(false), Is.EqualTo(Packet(3)));
    }

    [Test]
    public async Task SendAndReceive_TokenThatIsCancelled_DoNothing()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        CancellationToken stopped = new(canceled: true);
        Assert.That(async () => await host.SendAsync(Packet(1), stopped).ConfigureAwait(false), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            async () => await host.ReceiveAsync(new byte[Size], stopped).ConfigureAwait(false), Throws.InstanceOf<OperationCanceledException>());
        await host.SendAsync(Packet(2), Late).ConfigureAwait(false);
        Assert.That(await ReceiveAsync(device).ConfigureAwait(false), Is.EqualTo(Packet(2)));
    }

    [Test]
    public async Task Drain_StalePackets_AreGone()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        for (byte first = 0; first < 5; first++)
        {
            await device.SendAsync(Packet(first), Late).ConfigureAwait(false);
        }

        host.Drain();
        await device.SendAsync(Packet(99), Late).ConfigureAwait(false);
        Assert.That(await ReceiveAsync(host).ConfigureAwait(false), Is.EqualTo(Packet(99)));
        host.Drain();
    }

    [Test]
    public async Task SendAndReceive_DeviceLeft_SayItEachTime()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        Task<byte[]> waiting = Task.Run(() => ReceiveAsync(host), Late);
        Assert.That(waiting.Wait(100, Late), Is.False);
        await device.DisposeAsync().ConfigureAwait(false);
        Assert.That(async () => await waiting.ConfigureAwait(false), WentAway());
        for (int i = 0; i < 3; i++)
        {
            Assert.That(async () => await ReceiveAsync(host).ConfigureAwait(false), WentAway());
            Assert.That(async () => await host.SendAsync(Packet(1), Late).ConfigureAwait(false), WentAway());
        }
    }

    [Test]
    public async Task Exchanges_AThousand_AreInOrder()
    {
        (ITransport host, ITransport device) = await BothAsync().ConfigureAwait(false);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Late);
        Task echoing = Task.Run(() => EchoAsync(device, stop.Token), Late);
        byte[] answer = new byte[Size];
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1000; i++)
        {
            await host.SendAsync(Packet((byte)i), Late).ConfigureAwait(false);
            Assert.That(await host.ReceiveAsync(answer, Late).ConfigureAwait(false), Is.EqualTo(Size));
            Assert.That(answer.AsSpan().SequenceEqual(Packet((byte)i)), Is.True);
        }

        Measured.Add($"{Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 1000:0.000} ms a round trip");
        await stop.CancelAsync().ConfigureAwait(false);
        Assert.That(async () => await echoing.ConfigureAwait(false), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>A device, and the transport that reaches it.</summary>
    protected abstract Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken);

    private static EqualConstraint<Fault> WentAway() => Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.DeviceNotFound);

    private static byte[] Packet(byte first) => [.. Enumerable.Range(0, Size).Select(i => (byte)(first + i))];

    private static async Task EchoAsync(ITransport device, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[Size];
        while (true)
        {
            await device.ReceiveAsync(packet, cancellationToken).ConfigureAwait(false);
            await device.SendAsync(packet, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CancelledAsync(ITransport host, int milliseconds)
    {
        using CancellationTokenSource stop = new(milliseconds);
        Assert.That(
            async () => await host.ReceiveAsync(new byte[Size], stop.Token).ConfigureAwait(false), Throws.InstanceOf<OperationCanceledException>());
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private async Task<byte[]> ReceiveAsync(ITransport end)
    {
        byte[] packet = new byte[Size];
        Assert.That(await end.ReceiveAsync(packet, Late).ConfigureAwait(false), Is.EqualTo(Size));
        return packet;
    }

    private async Task<(ITransport Host, ITransport Device)> BothAsync()
    {
        _late = new CancellationTokenSource(Deadline);
        (_host, _device) = await ConnectAsync(Late).ConfigureAwait(false);
        return (_host, _device);
    }
}
