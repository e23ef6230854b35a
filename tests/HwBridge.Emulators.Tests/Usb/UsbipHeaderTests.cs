using HwBridge.Core.Faults;
using HwBridge.Emulators.Usb;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Tests.Usb;

public sealed class UsbipHeaderTests
{
    // Submit, sequence 7, device 10002, to the host, endpoint 0, flags 200, 18 bytes, GET_DESCRIPTOR.
    private const string Good = "00000001000000070001000200000001000000000000020000000012000000000000000000000000" + "8006000100001200";

    [Test]
    public void Parse_Submit_IsTakenApart() => Assert.That(
        UsbipHeader.Parse(Convert.FromHexString(Good)),
        Is.EqualTo(new UsbipHeader(UsbipCommand.Submit, 7, true, 0, 18, 0, new UsbSetup(0x80, 6, 0x0100, 18))));

    [TestCase(3, 3, TestName = "an answer")]
    [TestCase(3, 0, TestName = "no command")]
    [TestCase(15, 2, TestName = "no direction")]
    [TestCase(19, 16, TestName = "no endpoint")]
    [TestCase(24, 0x80, TestName = "a negative length")]
    [TestCase(24, 0x7f, TestName = "an endless length")]
    [TestCase(35, 1, TestName = "isochronous packets")]
    public void Parse_NoSuchRequest_IsAProtocolFault(int at, byte value)
    {
        byte[] bytes = Convert.FromHexString(Good);
        bytes[at] = value;
        Assert.That(Assert.Throws<FaultException>(() => UsbipHeader.Parse(bytes)).Fault, Is.EqualTo(Fault.Protocol));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Parse_AnyBytes_AreARequestOrAProtocolFault(byte[] bytes, byte command)
    {
        byte[] header = [.. bytes.Concat(new byte[UsbipHeader.Size]).Take(UsbipHeader.Size)];
        header.AsSpan(0, 3).Clear();
        header[3] = (byte)(command % 5);
        try
        {
            UsbipHeader parsed = UsbipHeader.Parse(header);
            Assert.That(parsed.IsIn || parsed.Length <= UsbipHeader.MaxOut, Is.True);
            foreach (UsbDescription description in (UsbDescription[])[UsbDescription.HidModelOne(true), UsbDescription.Ledger(LedgerModel.NanoX)])
            {
                Assert.That(parsed.Setup.Answer(description)?.Length ?? 0, Is.LessThanOrEqualTo(parsed.Setup.Length));
            }
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        }
    }
}
