using HwBridge.Core.Faults;

namespace HwBridge.Devices.Tests;

internal sealed class DeviceUriTests
{
    [TestCase("ledger", "ledger", DeviceRoute.Attached, "", 0)]
    [TestCase("trezor", "trezor", DeviceRoute.Attached, "", 0)]
    [TestCase("hid:/dev/hidraw3", null, DeviceRoute.Hid, "", 0)]
    [TestCase("usb:1-2.4", null, DeviceRoute.Usb, "", 0)]
    [TestCase("trezor+bridge", "trezor", DeviceRoute.Bridge, "", 0)]
    [TestCase("emulator:ledger", "ledger", DeviceRoute.Embedded, "", 0)]
    [TestCase("emulator:trezor", "trezor", DeviceRoute.Embedded, "", 0)]
    [TestCase("ledger+tcp://127.0.0.1:9999", "ledger", DeviceRoute.Tcp, "127.0.0.1", 9999)]
    [TestCase("ledger+tcp://[::1]:65535", "ledger", DeviceRoute.Tcp, "::1", 65535)]
    [TestCase("trezor+udp://emulator.example:1", "trezor", DeviceRoute.Udp, "emulator.example", 1)]
    public void Parse_KnownForm_IsTakenApart(string text, string? maker, DeviceRoute route, string host, int port) =>
        Assert.That(DeviceUri.Parse(text), Is.EqualTo(new DeviceUri(text, maker, route, host, port)));

    [TestCase("")]
    [TestCase("Ledger")]
    [TestCase("ledger ")]
    [TestCase("emulator:")]
    [TestCase("hid:/etc/passwd")]
    [TestCase("usb:")]
    [TestCase("usb:1")]
    [TestCase("usb:1-")]
    [TestCase("usb:1.2-3")]
    [TestCase("usb:1-2-3")]
    [TestCase("usb:1-2:1.0")]
    [TestCase("usb:../1-2")]
    [TestCase("usb:1-2222")]
    [TestCase("ledger+udp://127.0.0.1:9999")]
    [TestCase("ledger+tcp://")]
    [TestCase("ledger+tcp://127.0.0.1")]
    [TestCase("ledger+tcp://:9999")]
    [TestCase("ledger+tcp://127.0.0.1:")]
    [TestCase("ledger+tcp://127.0.0.1:0")]
    [TestCase("ledger+tcp://127.0.0.1:65536")]
    [TestCase("ledger+tcp://127.0.0.1:-1")]
    [TestCase("ledger+tcp://127.0.0.1:9999/")]
    [TestCase("ledger+tcp://a b:9999")]
    public void Parse_AnythingElse_IsUsageAndNamesTheForms(string text)
    {
        FaultException fault = Assert.Throws<FaultException>(() => DeviceUri.Parse(text))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Remedy, Does.Contain("ledger+tcp://HOST:PORT"));
    }

    [Test]
    public void Parse_ControlCharacters_DoNotReachTheMessage() =>
        Assert.That(
            Assert.Throws<FaultException>(() => DeviceUri.Parse("\u001b[2J" + new string('x', 10_000)))!.Message,
            Has.None.EqualTo('\u001b').And.Length.LessThan(200));

    [FsCheck.NUnit.Property]
    public void Parse_AnyText_IsAUriOrAUsageFault(FsCheck.NonNull<string> text)
    {
        foreach (string uri in (string[])[text.Get, "usb:" + text.Get, "ledger+tcp://" + text.Get, "trezor+udp://" + text.Get + ":1"])
        {
            try
            {
                Assert.That(DeviceUri.Parse(uri).Text, Is.EqualTo(uri));
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
            }
        }
    }
}
