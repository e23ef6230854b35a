using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor;
using HwBridge.Shared.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

public sealed class CodecV1FramingTests
{
    private static IEnumerable<Recording> Recordings => Recording.All;

    [TestCaseSource(nameof(Recordings))]
    public void Framing_RecordedMessages_GivesTheRecordedPacketsAndTakesThemBack(object recorded)
    {
        using CodecV1Framing framing = new();
        foreach (RecordedMessage message in ((Recording)recorded).Messages.Where(message => message.IsWhole))
        {
            // A Model T pads with bytes of older messages.
            List<byte[]> packets = Cut(framing, message.Whole);
            Assert.That(packets, Has.Count.EqualTo(message.Packets.Count));
            int padding = message.FromHost ? 0 : (message.Packets.Count * 63) - 8 - message.Payload!.Length;
            byte[] sent = [.. packets.SelectMany(packet => packet)];
            Assert.That(sent[..^padding], Is.EqualTo(message.Packets.SelectMany(packet => packet).ToArray()[..^padding]));
            Assert.That(Join(framing, message.Packets), Is.EqualTo(message.Whole));
        }
    }

    [Test]
    public void Recordings_OfBothFirmwares_HoldWholeMessagesInBothDirections()
    {
        foreach (bool core in (bool[])[false, true])
        {
            RecordedMessage[] messages =
            [
                .. Recording.All.Where(recording => recording.Name.StartsWith("core289", StringComparison.Ordinal) == core)
                    .SelectMany(recording => recording.Messages).Where(message => message.IsWhole),
            ];
            Assert.That(messages.Count(message => message.FromHost), Is.GreaterThan(100));
            Assert.That(messages.Count(message => !message.FromHost), Is.GreaterThan(100));
        }
    }

    [Test]
    public void Framing_AnyMessage_ComesBackWholeFromTheFewestPackets() =>
        Prop.ForAll(Messages(3000), message =>
        {
            using CodecV1Framing framing = new();
            List<byte[]> packets = Cut(framing, message);
            int payload = message.Length - 2;
            Assert.That(packets, Has.Count.EqualTo(payload <= 55 ? 1 : 1 + ((payload - 55 + 62) / 63)));
            Assert.That(packets.All(packet => packet.Length == 64));
            Assert.That(Join(framing, packets), Is.EqualTo(message));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Framing_LongestMessage_IsTakenAndOneByteMoreIsRefusedAtItsHeader()
    {
        using CodecV1Framing framing = new(100);
        byte[] longest = [0, 1, .. Enumerable.Repeat((byte)7, 100)];
        Assert.That(Join(framing, Cut(framing, longest)), Is.EqualTo(longest));
        Assert.That(() => framing.BeginSend([.. longest, 7]), Throws.ArgumentException);

        framing.BeginReceive();
        "?##"u8.CopyTo(framing.ReceiveBuffer.Span);
        framing.ReceiveBuffer.Span[8] = 101;
        Assert.That(() => framing.Receive(64), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Protocol));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(63)]
    public void Receive_PacketOfAnotherSize_IsAFault(int count)
    {
        using CodecV1Framing framing = new();
        framing.BeginReceive();
        Assert.That(() => framing.Receive(count), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Protocol));
    }

    [Test]
    public void Receive_EveryChangeOfAMark_IsAFaultAndTheNextMessageIsTaken()
    {
        using CodecV1Framing framing = new();
        byte[] message = [0, 17, .. Enumerable.Repeat((byte)0x55, 150)];
        List<byte[]> packets = Cut(framing, message);
        foreach ((int packet, int at) in ((int, int)[])[(0, 0), (0, 1), (0, 2), (1, 0), (2, 0)])
        {
            List<byte[]> broken = [.. packets.Select(bytes => (byte[])bytes.Clone())];
            broken[packet][at] ^= 1;
            Assert.That(() => Join(framing, broken), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Protocol));
            Assert.That(Join(framing, packets), Is.EqualTo(message));
        }
    }

    [Test]
    public void Receive_SkippingStrays_FindsTheNextMessage()
    {
        using CodecV1Framing framing = new() { SkipsStrays = true };
        byte[] message = [0, 3, 1, 2, 3];
        List<byte[]> stale = Cut(framing, [0, 17, .. Enumerable.Repeat((byte)0x55, 150)]);
        List<byte[]> wanted = Cut(framing, message);
        byte[] huge = [.. "?##"u8, 0, 1, 0x7f, 0xff, 0xff, 0xff, .. new byte[55]];

        // The end of a message, one announced far too long, one that breaks off.
        Assert.That(Join(framing, [stale[1], stale[2], huge, new byte[64], stale[0], new byte[64], .. wanted]), Is.EqualTo(message));
    }

    [Test]
    public void Message_NotYetWhole_IsNotToBeHad()
    {
        using CodecV1Framing framing = new();
        Assert.That(() => framing.Message.Length, Throws.InvalidOperationException);
        List<byte[]> packets = Cut(framing, [0, 17, .. new byte[100]]);
        framing.BeginReceive();
        packets[0].CopyTo(framing.ReceiveBuffer.Span);
        Assert.That(framing.Receive(64), Is.False);
        Assert.That(() => framing.Message.Length, Throws.InvalidOperationException);
        packets[1].CopyTo(framing.ReceiveBuffer.Span);
        Assert.That(framing.Receive(64), Is.True);
        Assert.That(() => framing.Receive(64), Throws.InvalidOperationException);
    }

    [Test]
    public void IsSendUnfinished_UntilAllPiecesWereTaken_IsTrue()
    {
        using CodecV1Framing framing = new();
        framing.BeginSend([0, 17, .. new byte[100]]);
        Assert.That(framing.IsSendUnfinished, Is.False);
        for (int i = 0; i < 2; i++)
        {
            Assert.That(framing.TryGetPiece(out _), Is.True);
            Assert.That(framing.IsSendUnfinished, Is.True);
        }

        Assert.That(framing.TryGetPiece(out _), Is.False);
        Assert.That(framing.IsSendUnfinished, Is.False);
    }

    [Test]
    public void BeginReceive_AfterAMessage_WipesWhatWasReceived()
    {
        using CodecV1Framing framing = new();
        Join(framing, Cut(framing, [0, 62, .. Enumerable.Repeat((byte)0x5a, 40)]));
        framing.BeginReceive();
        Assert.That(framing.ReceiveBuffer.Span.ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Receive_AnyPackets_EndsInAMessageOrAFault() =>
        Prop.ForAll(Garbage(), packets =>
        {
            foreach (bool skips in (bool[])[false, true])
            {
                using CodecV1Framing framing = new(4096) { SkipsStrays = skips };
                framing.BeginReceive();
                foreach (byte[] packet in packets)
                {
                    packet.CopyTo(framing.ReceiveBuffer.Span);
                    try
                    {
                        if (framing.Receive(packet.Length))
                        {
                            Assert.That(framing.Message.Length, Is.InRange(2, 4098));
                            framing.BeginReceive();
                        }
                    }
                    catch (FaultException fault)
                    {
                        Assert.That(skips, Is.False);
                        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
                    }
                }
            }
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<byte[]> Messages(int longest) => Gen.Choose(2, longest)
        .SelectMany(length => Gen.Choose(0, 255).ArrayOf(length))
        .Select(bytes => bytes.Select(b => (byte)b).ToArray())
        .ToArbitrary();

    /// <summary>Packets of which many look right at their beginning, so that the fuzzing gets beyond the first check.</summary>
    private static Arbitrary<byte[][]> Garbage() => Gen.Choose(0, 255).ArrayOf(64)
        .SelectMany(bytes => Gen.Choose(0, 4), (bytes, kind) =>
        {
            byte[] packet = [.. bytes.Select(b => (byte)b)];
            byte[] start = kind switch
            {
                0 => [],
                1 => "?"u8.ToArray(),
                2 => [.. "?##"u8, 0, 1, 0, 0],
                3 => [.. "?##"u8, 0, 1, 0, 0, 0],
                _ => "?##"u8.ToArray(),
            };
            start.CopyTo(packet, 0);
            return packet[..(kind == 0 && packet[63] < 16 ? packet[63] : 64)];
        })
        .ArrayOf()
        .ToArbitrary();

    private static List<byte[]> Cut(CodecV1Framing framing, byte[] message)
    {
        List<byte[]> packets = [];
        framing.BeginSend(message);
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            packets.Add(piece.ToArray());
        }

        return packets;
    }

    private static byte[] Join(CodecV1Framing framing, IReadOnlyList<byte[]> packets)
    {
        framing.BeginReceive();
        for (int i = 0; i < packets.Count; i++)
        {
            packets[i].CopyTo(framing.ReceiveBuffer.Span);
            bool whole = framing.Receive(packets[i].Length);
            Assert.That(whole, Is.EqualTo(i == packets.Count - 1), $"packet {i}");
        }

        return framing.Message.ToArray();
    }
}
