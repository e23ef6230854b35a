using HwBridge.Core.Faults;
using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;
using HwBridge.Transports.Tests.Hidraw;
using HwBridge.Transports.Vendor.HidNet;

namespace HwBridge.Transports.Tests.Vendor;

/// <summary>Hid.Net over our handler, in a build with -p:VendorUsb=true: it keeps what <see cref="HidrawTransport"/> keeps.</summary>
/// <param name="isNumbered">Whether reports have a number of their own.</param>
[CancelAfter(20_000)]
[TestFixture(false)]
[TestFixture(true)]
public sealed class HidNetTransportTests(bool isNumbered) : PacketTransportContract
{
    [Test]
    public void List_Nodes_AreWhatTheKernelTells()
    {
        using FakeSystem system = new();
        system.Add("00002C97:00005015", "Ledger Nano S Plus", "usb-1/input0", FakeSystem.Apdu);
        system.Add("00001234:00000001", "Keyboard", "usb-2/input0", FakeSystem.Keyboard);
        HidNetBus bus = new(HidNetBus.ForNodes(system.Bus));
        Assert.That(bus.List().Cast<HidrawNode>().Select(Told), Is.EqualTo(system.Bus.List().Select(Told)));

        static object Told(HidrawNode node) => (node.Path, node.VendorId, node.ProductId, node.Name, node.Port, node.UsagePage, node.IsNumbered);
    }

    [Test]
    public void Open_InterfaceThatLeft_IsNotFound()
    {
        using FakeSystem system = new();
        string path = system.Add("00002C97:00005015", "Ledger Nano S Plus", "usb-1/input0", FakeSystem.Apdu);
        DeviceNode node = new HidNetBus(HidNetBus.ForNodes(system.Bus)).List().Single();
        system.Remove(path);
        Assert.That(
            () => node.Open("ledger"),
            Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.DeviceNotFound));
    }

    [Test]
    public async Task Open_SecondTime_NamesWhoHasIt()
    {
        using FakeSystem system = new();
        string node = system.Add("00002C97:00005015", "Ledger Nano S Plus", "usb-1/input0", FakeSystem.Apdu);
        HidNetBus bus = new(HidNetBus.ForNodes(system.Bus));
        await using HidrawTransport first = HidrawTransport.Open("ledger", node);
        Assert.That(
            () => bus.List().Single().Open("ledger"),
            Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.DeviceBusy)
                .And.Message.Contains($"(process {Environment.ProcessId})"));
    }

    protected override async Task<(ITransport Host, ITransport Device)> ConnectAsync(CancellationToken cancellationToken)
    {
        (Descriptor host, SocketDevice device) = SocketDevice.Connect(isNumbered);
        HidrawHandler handler = new("/dev/hidraw9", isNumbered, () => host);
        return (await HidNetTransport.OpenAsync("hid:/dev/hidraw9", HidNetBus.ForHandler(handler), isNumbered, cancellationToken), device);
    }
}
