using System.Diagnostics;
using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Usb;

namespace HwBridge.Transports.Tests.Usb;

public sealed class UsbBusTests
{
    private FakeSystem _system = null!;

    [SetUp]
    public void SetUp() => _system = new FakeSystem();

    [TearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    public void List_NoSuchBus_IsEmpty() => Assert.That(_system.Usb.List(), Is.Empty);

    [Test]
    public void List_Device_HasItsPlaceItsNodeAndItsVendorInterface()
    {
        string node = _system.AddUsb("3-2.4", "1209", "53c1", number: "17");
        Assert.That(_system.Usb.List(), Is.EqualTo(new[]
        {
            new UsbNode(node, 0x1209, 0x53c1, "TREZOR", "3-2.4", 0x0200, new UsbInterface(0, 0x81, 0x01)),
        }));
        Assert.That(node, Does.EndWith("/bus/usb/003/017"));
    }

    [Test]
    public void List_RootHubsAndInterfaces_AreLeftOut()
    {
        _system.AddUsb("usb1", "1d6b", "0002");
        _system.AddUsb("1-1:1.0", "1209", "53c1");
        Assert.That(_system.Usb.List(), Is.Empty);
    }

    [Test]
    public void List_SeveralDevices_AreInTheOrderOfTheirPlaces()
    {
        string[] ports = ["2-1", "1-10", "1-2", "1-2.10", "1-2.9"];
        foreach (string port in ports)
        {
            _system.AddUsb(port, "1209", "53c1");
        }

        Assert.That(_system.Usb.List().Select(node => node.Port), Is.EqualTo(new[] { "1-2", "1-2.9", "1-2.10", "1-10", "2-1" }));
    }

    [TestCase(null, "53c1", "4", TestName = "no vendor")]
    [TestCase("1209", null, "4", TestName = "no product")]
    [TestCase("1209", "", "4", TestName = "an empty product")]
    [TestCase("12099", "53c1", "4", TestName = "a vendor beyond 16 bits")]
    [TestCase("1209", "53c1", "-4", TestName = "no number")]
    public void List_DamagedAttributes_DoNotHideTheOthers(string? vendor, string? product, string number)
    {
        _system.AddUsb("1-1", vendor, product, number: number);
        _system.AddUsb("1-2", "1209", "53c1", name: null, release: null, descriptors: []);
        UsbNode left = _system.Usb.List().Single();
        Assert.That((left.Port, left.Name, left.Release, left.Vendor), Is.EqualTo(("1-2", string.Empty, (ushort)0, (UsbInterface?)null)));
    }

    [Test]
    public void List_NameWithControlCharacters_IsHarmless()
    {
        _system.AddUsb("1-1", "1209", "53c1", name: "\u001b[2Jevil\u0007" + new string('n', 500));
        Assert.That(_system.Usb.List().Single().Name, Does.StartWith("?[2Jevil?").And.Length.EqualTo(128));
    }

    [FsCheck.NUnit.Property]
    public void IsPort_AnyText_NeverFails(FsCheck.NonNull<string> text) => Assert.That(() => UsbBus.IsPort(text.Get), Throws.Nothing);

    [Test]
    public void List_OfThisMachine_IsQuick()
    {
        UsbBus.OfSystem.List();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < 10; i++)
        {
            UsbBus.OfSystem.List();
        }

        double milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 10;
        TestContext.Out.WriteLine($"one listing: {milliseconds:0.000} ms");
        Assert.That(milliseconds, Is.LessThan(5));
    }
}
