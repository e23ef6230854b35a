using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;

namespace HwBridge.Protocols.Tests.Ledger;

internal sealed class LedgerHidFramingTests
{
    private const string First =
        "0101050000008d4104ef5b152e3f15eb0c50c9916161c2309e54bd87b9adce72"
        + "2d69716bcdef85f547678e15ab40a78919c7284e67a17ee9a96e8b9886b60f76";

    private static readonly JsonElement Cases = LedgerRecording.LoadJson("hid_framing").GetProperty("cases");

    [Test]
    public void BeginSend_RecordedCommand_GivesTheRecordedPackets()
    {
        using LedgerHidFraming framing = new();
        framing.BeginSend(Convert.FromHexString(Cases.GetProperty("long_command").GetProperty("apdu").GetString()!));
        List<string> packets = [];
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            packets.Add(Convert.ToHexStringLower(piece.Span));
        }

        JsonElement expected = Cases.GetProperty("long_command").GetProperty("packets");
        Assert.That(packets, Is.EqualTo(expected.EnumerateArray().Select(p => p.GetString())));
    }

    [TestCase(57, 1, "apdu_of_57_bytes_is_one_packet")]
    [TestCase(58, 2, "apdu_of_58_bytes_is_two_packets")]
    public void BeginSend_CommandAtThePacketsEdge_GivesTheRecordedPackets(int length, int count, string name)
    {
        byte[] apdu = new byte[length];
        apdu[0] = 0xe0;
        apdu[1] = 0x04;
        apdu[4] = (byte)(length - 5);
        using LedgerHidFraming framing = new();
        framing.BeginSend(apdu);
        List<string> packets = [];
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            packets.Add(Convert.ToHexStringLower(piece.Span));
        }

        Assert.That(packets, Has.Count.EqualTo(count));
        Assert.That(packets, Is.EqualTo(Cases.GetProperty(name).EnumerateArray().Select(step => step.GetProperty("packet").GetString())));
    }

    [Test]
    public void Receive_RecordedAnswer_GivesItsBytes()
    {
        JsonElement recorded = Cases.GetProperty("long_response");
        using LedgerHidFraming framing = new();
        framing.BeginReceive();
        List<bool> whole = [.. recorded.GetProperty("packets").EnumerateArray().Select(packet => Feed(framing, packet.GetString()!))];

        Assert.That(whole, Is.EqualTo((bool[])[false, false, true]));
        Assert.That(Convert.ToHexStringLower(framing.Message), Is.EqualTo(recorded.GetProperty("response").GetString()));
    }

    [Test]
    public void BeginReceive_AfterAnAnswer_WipesIt()
    {
        using LedgerHidFraming framing = new();
        framing.BeginReceive();
        Feed(framing, "0101050000000441424390");
        Memory<byte> buffer = framing.ReceiveBuffer;
        framing.BeginReceive();

        Assert.That(framing.Message.Length, Is.Zero);
        Assert.That(buffer.Span.ContainsAnyExcept((byte)0), Is.False);
    }

    [TestCase("0101050001", Fault.Protocol, TestName = "Receive_SecondPacketFirst_IsProtocol")]
    [TestCase("01010200000002900000", Fault.Protocol, TestName = "Receive_AnotherTag_IsProtocol")]
    [TestCase("010105", Fault.Protocol, TestName = "Receive_ShortPacket_IsProtocol")]
    [TestCase("0101050000011102", Fault.Protocol, TestName = "Receive_LengthOverBuffer_IsProtocol")]
    [TestCase("02020500000002900000", Fault.DeviceBusy, TestName = "Receive_AnotherChannel_IsDeviceBusy")]
    public void Receive_BrokenFirstPacket_NamesTheFault(string packet, Fault fault)
    {
        using LedgerHidFraming framing = new();
        framing.BeginReceive();

        Assert.That(
            () => Feed(framing, packet), Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault));
    }

    [TestCase(First, TestName = "Receive_RepeatedPacketZero_IsProtocol")]
    [TestCase("0101050002000000", TestName = "Receive_PacketLeftOut_IsProtocol")]
    [TestCase("0101070001000000", TestName = "Receive_TagChangesMidway_IsProtocol")]
    public void Receive_BrokenSecondPacket_IsProtocol(string packet)
    {
        using LedgerHidFraming framing = new();
        framing.BeginReceive();
        Feed(framing, First);

        Assert.That(
            () => Feed(framing, packet),
            Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Protocol));
    }

    [Test]
    public void BeginSend_MoreThanTheDevicesBuffer_Throws()
    {
        using LedgerHidFraming framing = new();

        Assert.That(() => framing.BeginSend(new byte[ApduLimits.MaxMessage + 1]), Throws.ArgumentException);
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Receive_AnyPackets_IsAMessageOrAFault(byte[][] packets, bool plausible)
    {
        using LedgerHidFraming framing = new();
        framing.BeginReceive();
        ushort sequence = 0;
        foreach (byte[] random in packets)
        {
            byte[] packet = new byte[64];
            random.AsSpan(0, Math.Min(random.Length, 64)).CopyTo(packet);
            if (plausible)
            {
                ((ReadOnlySpan<byte>)[1, 1, 5, 0, (byte)sequence++]).CopyTo(packet);
            }

            try
            {
                packet.CopyTo(framing.ReceiveBuffer);
                if (framing.Receive(packet.Length))
                {
                    Assert.That(framing.Message.Length, Is.LessThanOrEqualTo(ApduLimits.MaxMessage));
                    return;
                }
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol).Or.EqualTo(Fault.DeviceBusy));
                return;
            }
        }
    }

    private static bool Feed(LedgerHidFraming framing, string hex)
    {
        byte[] packet = Convert.FromHexString(hex);
        packet.CopyTo(framing.ReceiveBuffer);
        return framing.Receive(packet.Length);
    }
}
