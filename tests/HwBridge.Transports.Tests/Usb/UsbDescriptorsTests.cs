using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Usb;

namespace HwBridge.Transports.Tests.Usb;

public sealed class UsbDescriptorsTests
{
    private const string Configuration = "09022000010100802f";
    private const string Vendor = "0904000002ff000000";
    private const string In = "07058103400001";
    private const string Out = "07050103400001";

    [Test]
    public void FindVendorInterface_Trezor_IsTheFirstOfThree() =>
        Assert.That(UsbDescriptors.FindVendorInterface(FakeSystem.Trezor), Is.EqualTo(new UsbInterface(0, 0x81, 0x01)));

    [TestCase(Configuration + Vendor + In + Out, 0, 0x81, 0x01, TestName = "in before out")]
    [TestCase(Configuration + Vendor + Out + In, 0, 0x81, 0x01, TestName = "out before in")]
    [TestCase(Configuration + Vendor + "07058303400001" + "07050203400001", 0, 0x83, 0x02, TestName = "other addresses")]
    [TestCase(Configuration + "090402000203000000" + "07058203400001" + "07050203400001" + "0904030002ff000000" + In + Out, 3, 0x81, 0x01, TestName = "HID before it")]
    [TestCase(Configuration + Vendor + "07058202400000" + "07050202400000" + In + Out, 0, 0x81, 0x01, TestName = "bulk endpoints beside")]
    public void FindVendorInterface_Found(string hex, int number, int input, int output) => Assert.That(
        UsbDescriptors.FindVendorInterface(Convert.FromHexString(hex)), Is.EqualTo(new UsbInterface((byte)number, (byte)input, (byte)output)));

    [TestCase("", TestName = "nothing")]
    [TestCase(Configuration + Vendor + In, TestName = "no way out")]
    [TestCase(Configuration + Vendor + In + "0705010340", TestName = "cut off")]
    [TestCase(Configuration + "0904000002030000" + In + Out, TestName = "a short interface")]
    [TestCase(Configuration + "090400000203000000" + In + Out, TestName = "HID alone")]
    [TestCase(Configuration + "0904000102ff000000" + In + Out, TestName = "an alternate setting")]
    [TestCase(Configuration + Configuration + Vendor + In + Out, TestName = "the second configuration")]
    [TestCase(Configuration + Vendor + In + "090401000103000000" + Out, TestName = "endpoints of two interfaces")]
    [TestCase("00" + Vendor + In + Out, TestName = "a length of zero")]
    public void FindVendorInterface_NotFound(string hex) =>
        Assert.That(UsbDescriptors.FindVendorInterface(Convert.FromHexString(hex)), Is.Null);

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void FindVendorInterface_AnyBytes_NeverFails(byte[] bytes) =>
        Assert.That(() => UsbDescriptors.FindVendorInterface(bytes), Throws.Nothing);

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void FindVendorInterface_DamagedTrezor_NeverFails(byte value, ushort at)
    {
        byte[] damaged = [.. FakeSystem.Trezor];
        damaged[at % damaged.Length] = value;
        Assert.That(() => UsbDescriptors.FindVendorInterface(damaged), Throws.Nothing);
    }
}
