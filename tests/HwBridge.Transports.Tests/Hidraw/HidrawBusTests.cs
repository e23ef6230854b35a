using System.Diagnostics;
using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Transports.Tests.Hidraw;

public sealed class HidrawBusTests
{
    private FakeSystem _system = null!;

    [SetUp]
    public void SetUp() => _system = new FakeSystem();

    [TearDown]
    public void TearDown() => _system.Dispose();

    [Test]
    public void List_NoSuchClass_IsEmpty() => Assert.That(_system.Bus.List(), Is.Empty);

    [Test]
    public void List_CompositeDevice_HasEachInterface()
    {
        string apdu = _system.Add("00002C97:00005015", "Ledger Nano S Plus", "usb-0000:00:14.0-2.1/input0", FakeSystem.Apdu);
        string key = _system.Add("00002C97:00005015", "Ledger Nano S Plus", "usb-0000:00:14.0-2.1/input1", FakeSystem.SecurityKey);
        Assert.That(_system.Bus.List(), Is.EqualTo(new[]
        {
            new HidrawNode(apdu, 0x2c97, 0x5015, "Ledger Nano S Plus", "usb-0000:00:14.0-2.1", 0, 0xffa0),
            new HidrawNode(key, 0x2c97, 0x5015, "Ledger Nano S Plus", "usb-0000:00:14.0-2.1", 1, 0xf1d0),
        }));
    }

    [Test]
    public void List_MoreThanTenNodes_AreInTheOrderOfTheirNumbers()
    {
        string[] paths = [.. Enumerable.Range(0, 12).Select(_ => _system.Add("0000046D:0000C31C", "Keyboard", "usb-1-1/input0", FakeSystem.Keyboard))];
        Assert.That(_system.Bus.List().Select(node => node.Path), Is.EqualTo(paths));
    }

    [Test]
    public void List_BluetoothWithoutAUsbPlace_HasNoInterface()
    {
        _system.Add("0000046D:0000B342", "Mouse", "aa:bb:cc:dd:ee:ff", FakeSystem.Keyboard, bus: "0005");
        HidrawNode node = _system.Bus.List().Single();
        Assert.That((node.Port, node.Interface), Is.EqualTo(("aa:bb:cc:dd:ee:ff", (int?)null)));
    }

    [TestCase(null, TestName = "no uevent")]
    [TestCase("", TestName = "empty")]
    [TestCase("HID_NAME=x\n", TestName = "no HID_ID")]
    [TestCase("HID_ID=\n", TestName = "empty HID_ID")]
    [TestCase("HID_ID=0003:2C97\n", TestName = "two numbers")]
    [TestCase("HID_ID=0003:0001FFFF:00005011\n", TestName = "a vendor beyond 16 bits")]
    [TestCase("HID_ID=0003:0000-C97:00005011\n", TestName = "no number")]
    [TestCase("HID_ID=0003: 2C97:00005011\n", TestName = "a space")]
    public void List_DamagedAttributes_DoNotHideTheOthers(string? uevent)
    {
        _system.AddRaw(uevent, FakeSystem.Apdu);
        _system.AddStrayEntries();
        string good = _system.Add("00002C97:00004011", "Ledger Nano X", "usb-1-2/input0", FakeSystem.Apdu);
        Assert.That(_system.Bus.List().Select(node => node.Path), Is.EqualTo(new[] { good }));
    }

    [Test]
    public void List_EndlessAttributes_AreNotRead()
    {
        _system.AddRaw("HID_ID=0003:00002C97:00005011\n" + new string('x', 100_000), FakeSystem.Apdu);
        _system.Add("00002C97:00005011", "Ledger", "usb-1-2/input0", new byte[100_000]);
        Assert.That(_system.Bus.List().Single().UsagePage, Is.Null);
    }

    [Test]
    public void List_NameWithControlCharacters_IsHarmless()
    {
        _system.Add("00001234:00005678", "\u001b[2Jevil\u0007" + new string('n', 500), "usb-1-2/input0", FakeSystem.Keyboard);
        Assert.That(_system.Bus.List().Single().Name, Does.StartWith("?[2Jevil?").And.Length.EqualTo(128));
    }

    [FsCheck.NUnit.Property]
    public void List_AnyUevent_NeverFails(FsCheck.NonNull<string> text)
    {
        using FakeSystem system = new();
        system.AddRaw("HID_ID=" + text.Get + "\nHID_PHYS=" + text.Get, null);
        Assert.That(() => system.Bus.List(), Throws.Nothing);
    }

    [Test]
    public void List_OfThisMachine_IsQuick()
    {
        HidrawBus.OfSystem.List();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < 10; i++)
        {
            HidrawBus.OfSystem.List();
        }

        double milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 10;
        TestContext.Out.WriteLine($"one listing: {milliseconds:0.000} ms");
        Assert.That(milliseconds, Is.LessThan(5));
    }
}
