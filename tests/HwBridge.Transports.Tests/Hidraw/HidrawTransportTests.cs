using System.Diagnostics;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests.Hidraw;

/// <summary>A socket that keeps packets apart stands for the node here; tests/UsbVm runs the same over a kernel's own.</summary>
[CancelAfter(20_000)]
public sealed class HidrawTransportTests
{
    private const string Uri = "hid:/dev/hidraw9";

    private string _folder = null!;
    private Socket _device = null!;
    private HidrawTransport _transport = null!;

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("hwbridge-hidraw-").FullName;
        UnixDomainSocketEndPoint place = new(Path.Combine(_folder, "node"));
        using Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        Socket host = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        host.Connect(place);
        host.Blocking = false;
        _device = listener.Accept();
        int number = (int)host.SafeHandle.DangerousGetHandle();
        host.SafeHandle.SetHandleAsInvalid();
        _transport = new HidrawTransport(Descriptor.Adopt(number), Uri);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _transport.DisposeAsync();
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task SendAsync_Report_HasItsNumberInFront(CancellationToken cancellationToken)
    {
        byte[] report = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
        await _transport.SendAsync(report, cancellationToken);
        byte[] seen = new byte[100];
        Assert.That(_device.Receive(seen), Is.EqualTo(65));
        Assert.That(seen[..65], Is.EqualTo(new byte[] { 0 }.Concat(report)));
    }

    [Test]
    public async Task SendAsync_ReportWithItsOwnNumber_GoesAsItIs(CancellationToken cancellationToken)
    {
        int number = (int)_device.SafeHandle.DangerousGetHandle();
        _device.SafeHandle.SetHandleAsInvalid();
        _device = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        await using HidrawTransport numbered = new(Descriptor.Adopt(number), Uri, isNumbered: true);
        byte[] report = [(byte)'?', .. Enumerable.Repeat((byte)9, 63)];
        await numbered.SendAsync(report, cancellationToken);
        byte[] seen = new byte[100];
        Assert.That(await _transport.ReceiveAsync(seen, cancellationToken), Is.EqualTo(64));
        Assert.That(seen[..64], Is.EqualTo(report));
    }

    [TestCase(63)]
    [TestCase(65)]
    public void SendAsync_OtherLength_IsRefused(int length) =>
        Assert.That(async () => await _transport.SendAsync(new byte[length], default), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task ReceiveAsync_ReportThatIsThere_IsTaken(CancellationToken cancellationToken)
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(64);
        _device.Send([.. Enumerable.Repeat((byte)7, 64)]);
        Assert.That(await _transport.ReceiveAsync(buffer.Memory, cancellationToken), Is.EqualTo(64));
        Assert.That(buffer.Span.ToArray(), Is.All.EqualTo(7));
    }

    [Test]
    public async Task ReceiveAsync_ReportThatComesLater_IsWaitedFor(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64];
        Task<int> receiving = Task.Run(async () => await _transport.ReceiveAsync(buffer, cancellationToken), cancellationToken);
        Assert.That(receiving.Wait(100, cancellationToken), Is.False);
        _device.Send(new byte[64]);
        Assert.That(await receiving, Is.EqualTo(64));
    }

    [Test]
    public async Task ReceiveAsync_Cancelled_EndsAtOnceAndTheNextOneWaitsAgain(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64];
        for (int i = 0; i < 3; i++)
        {
            using CancellationTokenSource stop = new(50);
            Assert.That(async () => await _transport.ReceiveAsync(buffer, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        using CancellationTokenSource later = new(1000);
        Assert.That(async () => await _transport.ReceiveAsync(buffer, later.Token), Throws.InstanceOf<OperationCanceledException>());
        TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime - before;
        Assert.That(used, Is.LessThan(TimeSpan.FromMilliseconds(500)), "a busy loop");

        _device.Send(new byte[64]);
        Assert.That(await _transport.ReceiveAsync(buffer, cancellationToken), Is.EqualTo(64));
    }

    [Test]
    public void SendAndReceive_TokenThatIsCancelled_DoNothing()
    {
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.That(async () => await _transport.SendAsync(new byte[64], stopped.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _transport.ReceiveAsync(new byte[64], stopped.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_device.Available, Is.Zero);
    }

    [Test]
    public async Task Drain_StaleReports_AreGone(CancellationToken cancellationToken)
    {
        for (byte i = 0; i < 5; i++)
        {
            _device.Send([.. Enumerable.Repeat(i, 64)]);
        }

        _transport.Drain();
        _device.Send([.. Enumerable.Repeat((byte)9, 64)]);
        byte[] buffer = new byte[64];
        await _transport.ReceiveAsync(buffer, cancellationToken);
        Assert.That(buffer, Is.All.EqualTo(9));
        _transport.Drain();
    }

    [Test]
    public void SendAndReceive_DeviceLeft_SayItEachTime(CancellationToken cancellationToken)
    {
        Task<int> waiting = Task.Run(async () => await _transport.ReceiveAsync(new byte[64], cancellationToken), cancellationToken);
        Assert.That(waiting.Wait(50, cancellationToken), Is.False);
        _device.Dispose();
        Assert.That(async () => await waiting, Fails(Fault.DeviceNotFound, $"{Uri} went away"));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(async () => await _transport.ReceiveAsync(new byte[64], cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
            Assert.That(async () => await _transport.SendAsync(new byte[64], cancellationToken), Fails(Fault.DeviceNotFound, "went away"));
        }
    }

    [Test]
    public void Open_NoNode_IsNotFound() =>
        Assert.That(() => HidrawTransport.Open(Uri, Path.Combine(_folder, "none")), Fails(Fault.DeviceNotFound, Uri));

    [Test]
    public async Task Open_SecondTime_NamesWhoHasIt()
    {
        string node = Path.Combine(_folder, "file");
        await File.WriteAllBytesAsync(node, []);
        await using (HidrawTransport first = HidrawTransport.Open(Uri, node))
        {
            string process = $"(process {Environment.ProcessId})";
            Assert.That(() => HidrawTransport.Open(Uri, node), Fails(Fault.DeviceBusy, process));
        }

        await using HidrawTransport again = HidrawTransport.Open(Uri, node);
        Assert.That(again.Uri, Is.EqualTo(Uri));
    }

    [Test]
    public async Task OfFile_FileOfAnotherProcess_NamesIt(CancellationToken cancellationToken)
    {
        string node = Path.Combine(_folder, "file");
        await File.WriteAllBytesAsync(node, [], cancellationToken);
        Assert.That(DescriptorHolders.OfFile(node), Is.Empty);
        using Process other = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec 3<{node}; echo ready; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await other.StandardOutput.ReadLineAsync(cancellationToken);
        Assert.That(DescriptorHolders.OfFile(node), Is.EqualTo(new[] { $"sh (process {other.Id})" }));
        other.StandardInput.Close();
        await other.WaitForExitAsync(cancellationToken);
    }
}
