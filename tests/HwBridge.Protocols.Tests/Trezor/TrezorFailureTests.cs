using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

public sealed class TrezorFailureTests
{
    [TestCase(0, Fault.Protocol)]
    [TestCase(1, Fault.Unsupported)]
    [TestCase(2, Fault.Protocol)]
    [TestCase(3, Fault.Protocol)]
    [TestCase(4, Fault.UserRejected)]
    [TestCase(5, Fault.DeviceLocked)]
    [TestCase(6, Fault.UserRejected)]
    [TestCase(7, Fault.PinInvalid)]
    [TestCase(8, Fault.Protocol)]
    [TestCase(9, Fault.Unsupported)]
    [TestCase(10, Fault.Protocol)]
    [TestCase(11, Fault.Unsupported)]
    [TestCase(12, Fault.PinInvalid)]
    [TestCase(13, Fault.PinInvalid)]
    [TestCase(14, Fault.DeviceBusy)]
    [TestCase(15, Fault.DeviceBusy)]
    [TestCase(16, Fault.Unsupported)]
    [TestCase(17, Fault.Unsupported)]
    [TestCase(19, Fault.DeviceBusy)]
    [TestCase(99, Fault.Protocol)]
    [TestCase(12345, Fault.Protocol)]
    public void ToFault_EachCode_HasItsOwnCauseAndNextStep(int code, Fault expected)
    {
        FaultException fault = new TrezorFailure((FailureType)code, string.Empty).ToFault("trezor+udp://h:1", midway: false);
        Assert.That(fault.Fault, Is.EqualTo(expected));
        Assert.That(fault.Message, Does.StartWith("trezor+udp://h:1: ").And.Not.EndsWith("."));
        Assert.That(fault.Remedy, Does.EndWith("."));
    }

    [Test]
    public void ToFault_UnexpectedMessageMidway_NamesAnotherProgram()
    {
        FaultException fault = new TrezorFailure(FailureType.UnexpectedMessage, string.Empty).ToFault("u", midway: true);
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceBusy));
    }

    [Test]
    public void ToFault_EveryNamedCode_IsInTheTableOfTests() =>
        Assert.That(Enum.GetValues<FailureType>(), Has.Length.EqualTo(19));

    [Test]
    public void Decode_RecordedFailures_GivesTheirCodes()
    {
        int seen = 0;
        foreach (RecordedMessage message in Recording.All.SelectMany(recording => recording.Messages)
            .Where(message => message is { Type: (int)MessageType.Failure, FromHost: false, Payload: not null }))
        {
            seen++;
            Assert.That(TrezorFailure.Decode(message.Payload).Code, Is.EqualTo(Failure.Parser.ParseFrom(message.Payload).Code));
        }

        Assert.That(seen, Is.GreaterThan(50));
    }

    [TestCase("0811")]
    [TestCase("0811000000000000000000000000000000000000")]
    [TestCase("081112025859")]
    public void Decode_AnswerOfAThpDevice_IsRecognisedBeforeDecoding(string hex)
    {
        byte[] payload = Convert.FromHexString(hex);
        Assert.That(TrezorFailure.IsThpOnly(payload), Is.True);
        FaultException fault = TrezorFailure.Decode(payload).ToFault("u", midway: false);
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Message, Does.Contain("speaks only THP"));
    }

    [Test]
    public void Decode_TextOfADevice_IsCutAndMadePrintable()
    {
        string text = "\u001b[31m\"é\n" + new string('x', 5000);
        TrezorFailure failure = TrezorFailure.Decode(new Failure { Code = FailureType.Busy, Message = text }.ToByteArray());
        Assert.That(failure.Text, Has.Length.EqualTo(100));
        Assert.That(failure.Text, Does.StartWith("?[31m?").And.Not.Contain("\n").And.Not.Contain("\""));
        Assert.That(failure.Text.All(c => c is >= ' ' and < '\x7f'), Is.True);
    }

    [Test]
    public void Decode_AnyBytes_EndsInAFailureOrAFault() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                TrezorFailure failure = TrezorFailure.Decode(bytes);
                Assert.That(failure.ToFault("u", midway: true).Remedy, Is.Not.Empty);
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
            }
        }).QuickCheckThrowOnFailure();
}
