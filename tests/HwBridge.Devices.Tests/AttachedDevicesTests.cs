using HwBridge.Core.Faults;
using HwBridge.Shared.Hidraw;
using NUnit.Framework.Constraints;

namespace HwBridge.Devices.Tests;

public sealed class AttachedDevicesTests
{
    private FakeSystem _system = null!;

    private AttachedDevices Attached => new(_system.Bus, _system.Usb);

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    [SetUp]
    public void SetUp() => _system = new FakeSystem();

    [TearDown]
    public void TearDown() => _system.Dispose();

    [TestCase("00002C97:00001011", "Nano S", TestName = "Nano S, dashboard")]
    [TestCase("00002C97:00001015", "Nano S", TestName = "Nano S, an app with a security key")]
    [TestCase("00002C97:00000001", "Nano S", TestName = "Nano S, old numbers")]
    [TestCase("00002C97:00004011", "Nano X", TestName = "Nano X")]
    [TestCase("00002C97:00004015", "Nano X", TestName = "Nano X, an app with a security key")]
    [TestCase("00002C97:00000004", "Nano X", TestName = "Nano X, old numbers")]
    [TestCase("00002C97:00005011", "Nano S Plus", TestName = "Nano S Plus")]
    [TestCase("00002C97:00005001", "Nano S Plus", TestName = "Nano S Plus, APDUs only")]
    [TestCase("00002C97:00006011", "Stax", TestName = "Stax")]
    [TestCase("00002C97:00007011", "Flex", TestName = "Flex")]
    [TestCase("00002C97:0000F0F1", null, TestName = "a model of the future")]
    public void List_Ledger_IsFoundByItsVendorAndNamedByItsProduct(string id, string? model)
    {
        string node = _system.Add(id, "Ledger", "usb-0000:00:14.0-2/input0", FakeSystem.Apdu);
        AttachedDevice device = Attached.List().Single();
        Assert.That((device.Uri.Text, device.Maker, device.Model), Is.EqualTo(($"hid:{node}", "ledger", model)));
    }

    [Test]
    public void List_CompositeLedger_IsOneDevice()
    {
        _system.Add("00002C97:00001015", "Ledger Nano S", "usb-0000:00:14.0-2/input1", FakeSystem.SecurityKey);
        string apdu = _system.Add("00002C97:00001015", "Ledger Nano S", "usb-0000:00:14.0-2/input0", FakeSystem.Apdu);
        _system.Add("00002C97:00001015", "Ledger Nano S", "usb-0000:00:14.0-2/input2", FakeSystem.Keyboard);
        Assert.That(Attached.List().Select(device => device.Node.Path), Is.EqualTo(new[] { apdu }));
    }

    [Test]
    public void List_UnreadableReportDescriptor_InterfaceZeroIsTaken()
    {
        string zero = _system.Add("00002C97:00005015", "Ledger", "usb-1-1/input0", null);
        _system.Add("00002C97:00005015", "Ledger", "usb-1-1/input1", []);
        Assert.That(Attached.List().Select(device => device.Node.Path), Is.EqualTo(new[] { zero }));
    }

    [Test]
    public void List_OtherVendors_AreLeftOut()
    {
        _system.Add("00001050:00000407", "Yubico YubiKey", "usb-1-1/input0", FakeSystem.SecurityKey);
        _system.Add("0000046D:0000C31C", "Logitech Keyboard", "usb-1-2/input0", FakeSystem.Keyboard);
        _system.Add("00001234:00005011", "Not a Ledger", "usb-1-3/input0", FakeSystem.Apdu);
        Assert.That(Attached.List(), Is.Empty);
        Assert.That(() => Attached.Find(DeviceUri.Parse("ledger")), Fails(Fault.DeviceNotFound, "no Ledger is attached"));
    }

    [Test]
    public void Find_SeveralLedgers_ListsThem()
    {
        string one = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        string two = _system.Add("00002C97:0000F0F1", "Ledger Next", "usb-1-2/input0", FakeSystem.Apdu);
        Assert.That(
            () => Attached.Find(DeviceUri.Parse("ledger")),
            Fails(Fault.Usage, $"2 Ledgers are attached: hid:{one} (Nano S Plus), hid:{two} (Ledger Next)"));
        Assert.That(Attached.Find(Hid(two)).Node.Path, Is.EqualTo(two));
    }

    [Test]
    public void Find_LinkToANode_IsThatNode()
    {
        string node = _system.Add("00002C97:00004011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        string link = Path.Combine(_system.DevRoot, "my-ledger");
        File.CreateSymbolicLink(link, node);
        AttachedDevice found = Attached.Find(Hid(link));
        Assert.That((found.Node.Path, found.Uri.Text), Is.EqualTo((node, $"hid:{link}")));
    }

    [Test]
    public void Find_NoLedger_IsSaidBeforeAnythingIsOpened()
    {
        string keyboard = _system.Add("0000046D:0000C31C", "Logitech Keyboard", "usb-1-2/input0", FakeSystem.Keyboard);
        string secret = Path.Combine(_system.DevRoot, "secret");
        File.WriteAllText(secret, "x");
        Assert.That(() => Attached.Find(Hid(keyboard)), Fails(Fault.Unsupported, "\"Logitech Keyboard\" (046d:c31c)"));
        Assert.That(() => Attached.Find(Hid(secret)), Fails(Fault.DeviceNotFound, "no HID device has this node"));
        Assert.That(() => Attached.Find(Hid(keyboard + "9")), Fails(Fault.DeviceNotFound, "no HID device has this node"));
    }

    [Test]
    public void FindAgain_OtherAppOpen_IsFoundAtItsPortUnderAnotherNumber()
    {
        string before = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        _system.Add("00002C97:00005011", "Ledger", "usb-1-2/input0", FakeSystem.Apdu);
        AttachedDevice device = Attached.Find(Hid(before));
        _system.Remove(before);
        Assert.That(() => Attached.FindAgain(device), Fails(Fault.DeviceNotFound, "did not come back"));
        string after = _system.Add("00002C97:00005015", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        Assert.That(Attached.FindAgain(device).Node.Path, Is.EqualTo(after));
    }

    [Test]
    public void FindAgain_AnotherModelAtThePort_IsNotTaken()
    {
        string before = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        AttachedDevice device = Attached.Find(Hid(before));
        _system.Remove(before);
        _system.Add("00002C97:00004011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        Assert.That(() => Attached.FindAgain(device), Fails(Fault.DeviceNotFound, "did not come back"));
    }

    [Test]
    public void FindAgain_TwoThatFit_IsNotGuessed()
    {
        string before = _system.Add("00002C97:00005011", "Ledger", string.Empty, FakeSystem.Apdu);
        AttachedDevice device = Attached.Find(Hid(before));
        _system.Add("00002C97:00005011", "Ledger", string.Empty, FakeSystem.Apdu);
        Assert.That(() => Attached.FindAgain(device), Fails(Fault.DeviceNotFound, "did not come back"));
    }

    [TestCase("1209", "53c1", "0100", "TREZOR", "Model One", false)]
    [TestCase("1209", "53c1", "0200", "TREZOR", null, false)]
    [TestCase("1209", "53c1", "0200", "Trezor Safe 5", "Safe 5", false)]
    [TestCase("1209", "53c0", "0200", "TREZOR", null, true)]
    [TestCase("1209", "53c0", "0100", "TREZOR", "Model One", true)]
    public void List_Trezor_IsNamedByItsDescriptors(string vendor, string product, string release, string name, string? model, bool isBootloader)
    {
        string node = _system.AddUsb("1-2.3", vendor, product, name, release);
        AttachedDevice device = Attached.List().Single();
        Assert.That(
            (device.Uri.Text, device.Maker, device.Model, device.IsBootloader, device.Node.Path),
            Is.EqualTo(("usb:1-2.3", "trezor", model, isBootloader, node)));
    }

    [Test]
    public void List_FirstModelOne_IsFoundByItsHidInterfaceAlone()
    {
        string node = _system.Add("0000534C:00000001", "SatoshiLabs TREZOR", "usb-1-1/input0", FakeSystem.ModelOne(isNumbered: false));
        _system.Add("0000534C:00000001", "SatoshiLabs TREZOR", "usb-1-1/input1", FakeSystem.SecurityKey);
        _system.AddUsb("1-1", "534c", "0001", descriptors: []);
        AttachedDevice device = Attached.List().Single();
        Assert.That((device.Uri.Text, device.Maker, device.Model), Is.EqualTo(($"hid:{node}", "trezor", "Model One")));
        Assert.That(Attached.Find(DeviceUri.Parse("trezor")), Is.EqualTo(device));
    }

    [Test]
    public void List_OthersOfTheSharedVendorNumber_AreLeftOut()
    {
        _system.AddUsb("1-1", "1209", "0001");
        _system.AddUsb("1-2", "1209", "53c1", descriptors: []);
        Assert.That(Attached.List(), Is.Empty);
        Assert.That(() => Attached.Find(DeviceUri.Parse("trezor")), Fails(Fault.DeviceNotFound, "no Trezor is attached"));
        Assert.That(() => Attached.Find(DeviceUri.Parse("usb:1-1")), Fails(Fault.Unsupported, "\"TREZOR\" (1209:0001)"));
        Assert.That(() => Attached.Find(DeviceUri.Parse("usb:1-9")), Fails(Fault.DeviceNotFound, "no USB device is plugged in there"));
    }

    [Test]
    public void Find_MixtureOfMakers_IsToldApart()
    {
        string ledger = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        _system.AddUsb("2-1", "1209", "53c1");
        Assert.That(Attached.List().Select(device => device.Uri.Text), Is.EqualTo(new[] { $"hid:{ledger}", "usb:2-1" }));
        Assert.That(Attached.Find(DeviceUri.Parse("trezor")).Uri.Text, Is.EqualTo("usb:2-1"));
        Assert.That(Attached.Find(DeviceUri.Parse("ledger")).Uri.Text, Is.EqualTo($"hid:{ledger}"));
        _system.AddUsb("1-10", "1209", "53c0", number: "5");
        Assert.That(
            () => Attached.Find(DeviceUri.Parse("trezor")),
            Fails(Fault.Usage, "2 Trezors are attached: usb:1-10 (TREZOR, in its bootloader), usb:2-1 (TREZOR)"));
        Assert.That(Attached.Find(DeviceUri.Parse("usb:2-1")).Node.Port, Is.EqualTo("2-1"));
    }

    [Test]
    public void Connect_Bootloader_SaysHowToLeaveIt()
    {
        _system.AddUsb("1-2", "1209", "53c0");
        Assert.That(() => DeviceConnector.Connect(Attached.List().Single()), Fails(Fault.Unsupported, "usb:1-2 is a Trezor that runs its bootloader"));
    }

    private static DeviceUri Hid(string path) => new($"hid:{path}", null, DeviceRoute.Hid);
}
