using System.Diagnostics;
using HwBridge.Core.Faults;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests.Hidraw;

/// <summary>A socket that keeps packets apart stands for the node here; tests/UsbVm runs the same over a kernel's own.</summary>
/// <param name="isNumbered">Whether reports have a number of their own.</param>
[CancelAfter(20_000)]
[TestFixture(false)]
[TestFixture(true)]
public sealed class HidrawTransportTests(bool isNumbered) : PacketTransportContract
{
    private const string Uri = "hid:/dev/hidraw9";

    private string _folder = null!;

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("hwbridge-hidraw-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

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

    protected override Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        (Descriptor host, SocketDevice device) = SocketDevice.Connect(isNumbered);
        return Task.FromResult<(ITransport, ITransport)>((new HidrawTransport(host, Uri, isNumbered), device));
    }
}
