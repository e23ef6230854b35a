using HwBridge.Core.Faults;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Protocols.Tests.Ledger;

internal sealed class ApduSocketFramingTests
{
    [Test]
    public void BeginSend_Apdu_PutsItsLengthBeforeIt()
    {
        using ApduSocketFraming framing = new();
        framing.BeginSend(Convert.FromHexString("b001000000"));

        Assert.That(All(framing), Is.EqualTo("00000005b001000000"));
        Assert.That(framing.TryGetPiece(out _), Is.False);
    }

    [Test]
    public void BeginSend_DeviceAnswer_CountsTheDataWithoutItsStatus()
    {
        using ApduSocketDeviceFraming framing = new();
        framing.BeginSend(Convert.FromHexString("020116009000"));

        Assert.That(All(framing), Is.EqualTo("00000004020116009000"));
    }

    [TestCase("000000009000", "9000")]
    [TestCase("00000004020116009000", "020116009000")]
    public void Receive_AnswerByteByByte_IsWholeAtItsLastByte(string stream, string message)
    {
        using ApduSocketFraming framing = new();
        framing.BeginReceive();
        byte[] bytes = Convert.FromHexString(stream);
        for (int i = 0; i < bytes.Length; i++)
        {
            framing.ReceiveBuffer.Span[0] = bytes[i];
            Assert.That(framing.Receive(1), Is.EqualTo(i == bytes.Length - 1));
        }

        Assert.That(Convert.ToHexStringLower(framing.Message), Is.EqualTo(message));
    }

    [TestCase("ffffffff", TestName = "Receive_NegativeLength_IsProtocol")]
    [TestCase("0000010f", TestName = "Receive_LengthOverTheBuffer_IsProtocol")]
    [TestCase("00000000900090", TestName = "Receive_BytesAfterTheAnswer_IsProtocol")]
    [TestCase("485454502f312e31", TestName = "Receive_AnotherProtocol_IsProtocol")]
    public void Receive_BrokenAnswer_IsProtocol(string stream)
    {
        using ApduSocketFraming framing = new();
        framing.BeginReceive();
        byte[] bytes = Convert.FromHexString(stream);
        bytes.CopyTo(framing.ReceiveBuffer);

        Assert.That(
            () => framing.Receive(bytes.Length),
            Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Protocol));
    }

    [Test]
    public void Receive_TwoApdusAtOnce_KeepsTheSecondForTheNextMessage()
    {
        using ApduSocketDeviceFraming framing = new();
        byte[] bytes = Convert.FromHexString("00000005b00100000000000004e0060000000000");
        framing.BeginReceive();
        bytes.CopyTo(framing.ReceiveBuffer);

        Assert.That(framing.Receive(bytes.Length), Is.True);
        Assert.That(Convert.ToHexStringLower(framing.Message), Is.EqualTo("b001000000"));
        framing.BeginReceive();
        Assert.That(framing.Receive(0), Is.True);
        Assert.That(Convert.ToHexStringLower(framing.Message), Is.EqualTo("e0060000"));
        framing.BeginReceive();
        Assert.That(framing.Receive(0), Is.False);
        framing.ReceiveBuffer.Span[0] = 0;
        Assert.That(framing.Receive(1), Is.True);
        Assert.That(framing.Message.Length, Is.Zero);
    }

    [Test]
    public void Receive_ApduOverTheBuffer_IsProtocol()
    {
        using ApduSocketDeviceFraming framing = new();
        framing.BeginReceive();
        Convert.FromHexString("00010000").CopyTo(framing.ReceiveBuffer);

        Assert.That(
            () => framing.Receive(4),
            Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Protocol));
    }

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void BothSides_AnyMessagesInAnyCut_ArriveWhole(byte[][] messages, byte[] cuts)
    {
        using ApduSocketFraming host = new();
        using ApduSocketDeviceFraming device = new();
        foreach (byte[] message in messages)
        {
            byte[] apdu = message[..Math.Min(message.Length, ApduLimits.MaxCommand)];
            host.BeginSend(apdu);
            Assert.That(Pass(host, device, cuts), Is.True);
            Assert.That(device.Message.SequenceEqual(apdu), Is.True);

            byte[] answer = [.. apdu, 0x90, 0x00];
            device.BeginSend(answer);
            Assert.That(Pass(device, host, cuts), Is.True);
            Assert.That(host.Message.SequenceEqual(answer), Is.True);
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Receive_AnyBytesInAnyCut_IsAMessageOrAFault(byte[] stream, byte[] cuts, bool plausible)
    {
        byte[] bytes = plausible ? [0, 0, 0, .. stream] : stream;
        foreach (IFraming framing in (IFraming[])[new ApduSocketFraming(), new ApduSocketDeviceFraming()])
        {
            using (framing)
            {
                framing.BeginReceive();
                try
                {
                    foreach (byte[] piece in Cut(bytes, cuts))
                    {
                        piece.CopyTo(framing.ReceiveBuffer);
                        if (framing.Receive(piece.Length))
                        {
                            Assert.That(framing.Message.Length, Is.LessThanOrEqualTo(ApduLimits.MaxMessage));
                            break;
                        }
                    }
                }
                catch (FaultException fault)
                {
                    Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
                }
            }
        }
    }

    private static bool Pass(IFraming from, IFraming to, byte[] cuts)
    {
        to.BeginReceive();
        bool whole = false;
        foreach (byte[] piece in Cut(Convert.FromHexString(All(from)), cuts))
        {
            Assert.That(whole, Is.False);
            piece.CopyTo(to.ReceiveBuffer);
            whole = to.Receive(piece.Length);
        }

        return whole;
    }

    private static IEnumerable<byte[]> Cut(byte[] bytes, byte[] cuts)
    {
        int at = 0;
        for (int i = 0; at < bytes.Length; i++)
        {
            int take = Math.Min(bytes.Length - at, cuts.Length == 0 ? bytes.Length : Math.Max((byte)1, cuts[i % cuts.Length]));
            yield return bytes[at..(at + take)];
            at += take;
        }
    }

    private static string All(IFraming framing)
    {
        string all = string.Empty;
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            all += Convert.ToHexStringLower(piece.Span);
        }

        return all;
    }
}
