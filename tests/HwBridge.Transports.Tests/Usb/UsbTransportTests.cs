using HwBridge.Core.Faults;
using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Usb;
using NUnit.Framework.Constraints;

namespace HwBridge.Transports.Tests.Usb;

/// <summary>What needs no kernel with a device; tests/UsbVm sends packets.</summary>
public sealed class UsbTransportTests
{
    private const string Uri = "usb:1-2";

    private FakeSystem _system = null!;

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    [SetUp]
    public void SetUp() => _system = new FakeSystem();

    [TearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    public void Open_NoVendorInterface_IsUnsupported()
    {
        _system.AddUsb("1-2", "1209", "53c1", descriptors: []);
        Assert.That(() => UsbTransport.Open(Uri, _system.Usb.List()[0]), Fails(Fault.Unsupported, "no interface of its vendor's own kind"));
    }

    [Test]
    public void Open_DeviceThatHasLeft_IsNotFound()
    {
        File.Delete(_system.AddUsb("1-2", "1209", "53c1"));
        Assert.That(() => UsbTransport.Open(Uri, _system.Usb.List()[0]), Fails(Fault.DeviceNotFound, "went away (No such file or directory)"));
    }

    [Test]
    public void Open_NodeThatIsNoDevice_FailsAndLeavesNoHandle()
    {
        _system.AddUsb("1-2", "1209", "53c1");
        UsbNode node = _system.Usb.List()[0];
        Assert.That(() => UsbTransport.Open(Uri, node), Fails(Fault.DeviceNotFound, $"{Uri} went away"));
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 20; i++)
        {
            Assert.That(() => UsbTransport.Open(Uri, node), Fails(Fault.DeviceNotFound, $"{Uri} went away"));
        }

        Assert.That(Directory.GetFileSystemEntries("/proc/self/fd"), Has.Length.EqualTo(before));
    }
}
