using Google.Protobuf;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>Whatever a host sends, the device neither breaks nor hoards memory, and can be brought back to its senses.</summary>
public sealed class TrezorFuzzTests
{
    private static readonly MessageParser[] Parsers =
    [
        Initialize.Parser, Ping.Parser, LoadDevice.Parser, ApplySettings.Parser, GetPublicKey.Parser, CipherKeyValue.Parser,
        GetECDHSessionKey.Parser, SignIdentity.Parser, EthereumGetAddress.Parser, PinMatrixAck.Parser, PassphraseAck.Parser,
        RecoveryDevice.Parser, WordAck.Parser,
    ];

    private static readonly MessageType[] TinyTypes =
    [
        MessageType.ButtonAck, MessageType.PinMatrixAck, MessageType.PassphraseAck, MessageType.Cancel, MessageType.Initialize,
    ];

    private static readonly byte[][] RecordedPackets =
    [
        .. Recording.All.SelectMany(recording => recording.Messages)
            .Where(message => message.FromHost)
            .SelectMany(message => message.Packets)
            .DistinctBy(Convert.ToHexString),
    ];

    [FsCheck.NUnit.Property(MaxTest = 150)]
    public void Feed_RandomPackets_DeviceStaysAnswerable(bool isCore, ushort[] types, byte[][] payloads, int seed)
    {
        Random random = new(seed);
        List<byte[]> packets = [];
        for (int i = 0; i < payloads.Length; i++)
        {
            byte[] packet = new byte[64];
            random.NextBytes(packet);
            if (random.Next(4) > 0)
            {
                // Mostly a header that the device takes, with few bytes behind it.
                "?##\0"u8.CopyTo(packet);
                packet[4] = (byte)(i < types.Length ? types[i] : random.Next(64));
                packet[5] = packet[6] = packet[7] = 0;
                packet[8] = (byte)payloads[i].Length;
            }

            payloads[i].AsSpan(0, Math.Min(payloads[i].Length, 55)).CopyTo(packet.AsSpan(9));
            packets.Add(packet);
        }

        FeedAndRecover(isCore, packets, random);
    }

    [FsCheck.NUnit.Property(MaxTest = 150)]
    public void Feed_BrokenRecordedPackets_DeviceStaysAnswerable(bool isCore, int seed)
    {
        Random random = new(seed);
        List<byte[]> packets = [];
        for (int i = 0; i < 20; i++)
        {
            byte[] packet = [.. RecordedPackets[random.Next(RecordedPackets.Length)]];
            for (int flips = random.Next(3); flips > 0; flips--)
            {
                // The high bytes of the length stay: a message of 2 GiB is a test of its own.
                int at = random.Next(packet.Length);
                packet[at] ^= (byte)(at is >= 5 and <= 7 ? 0 : 1 << random.Next(8));
            }

            packets.Add(packet);
        }

        FeedAndRecover(isCore, packets, random);
    }

    /// <summary>What comes while the device waits in the middle of a request.</summary>
    [FsCheck.NUnit.Property(MaxTest = 400)]
    public void Feed_BrokenAcknowledgementsWhileAQuestionIsPending_DeviceStaysAnswerable(bool isCore, byte question, int seed)
    {
        Random random = new(seed);
        bool asksPin = question % 4 == 3;
        using DeviceBench bench = Bench(isCore, asksPin ? "1234" : null);
        bench.Randomness.SessionId = new byte[32];
        bench.Send(MessageType.Initialize, new Initialize());
        bench.Take(Features.Parser);
        switch (question % 4)
        {
            case 0:
            case 1:
                bench.Send(MessageType.Ping, new Ping { Message = "?", ButtonProtection = true });
                bench.Take(ButtonRequest.Parser);
                if (question % 4 == 1)
                {
                    bench.Send(MessageType.ButtonAck, new ButtonAck());
                    Assert.That(bench.Person.IsAsked, Is.True);
                }

                break;
            case 2:
                bench.Send(MessageType.GetPublicKey, new GetPublicKey { AddressN = { 0x80000000 } });
                bench.Take(PassphraseRequest.Parser);
                break;
            default:
                bench.Send(MessageType.GetPublicKey, new GetPublicKey { AddressN = { 0x80000000 } });
                MessageType asked = bench.TakeMessage().Type;
                Assert.That(asked, Is.EqualTo(isCore ? MessageType.ButtonRequest : MessageType.PinMatrixRequest));
                break;
        }

        FeedAndRecover(bench, Enumerable.Range(0, 12).Select(_ => Tiny(random)), random);
    }

    [TestCase("808080801000", Description = "a tag above 32 bits")]
    [TestCase("82808080100100", Description = "and one that says bytes follow")]
    [TestCase("0b0c", Description = "a group")]
    public void Feed_ButtonAckThatCantBeRead_IsRefusedAndTheQuestionStays(string payload)
    {
        using DeviceBench bench = Bench(isCore: false);
        bench.Send(MessageType.Ping, new Ping { Message = "still here", ButtonProtection = true });
        bench.Take(ButtonRequest.Parser);
        bench.Feed(Convert.FromHexString($"3f2323001b{payload.Length / 2:x8}{payload}".PadRight(128, '0')));
        Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.DataError));
        bench.Send(MessageType.ButtonAck, new ButtonAck());
        bench.Person.Press(approve: true);
        Assert.That(bench.Take(Success.Parser).Message, Is.EqualTo("still here"));
    }

    [TestCase(0xffff_ffffUL, null)]
    [TestCase(0x1_0000_0000UL, WireErrorKind.VarintOverflow)]
    public void Check_TagAroundThirtyTwoBits_OverflowsAboveThem(ulong tag, object? expected)
    {
        // 2^32 - 1 is wire type 7, which is wrong for a reason of its own.
        List<byte> bytes = [];
        for (; tag >= 0x80; tag >>= 7)
        {
            bytes.Add((byte)(tag | 0x80));
        }

        bytes.Add((byte)tag);
        bytes.Add(0);
        foreach (WireRules rules in (WireRules[])[WireRules.Legacy, WireRules.Core])
        {
            WireError? error = rules.Check(ButtonAck.Descriptor, bytes.ToArray(), out _);
            Assert.That(error?.Kind, Is.EqualTo(expected ?? WireErrorKind.WrongWireType));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Check_BytesThatPass_AreParsed(bool isCore, byte parser, byte[] bytes)
    {
        MessageParser chosen = Parsers[parser % Parsers.Length];
        WireRules rules = isCore ? WireRules.Core : WireRules.Legacy;
        if (rules.Check(chosen.ParseFrom(ByteString.Empty).Descriptor, bytes, out int used) is null)
        {
            Assert.That(() => chosen.ParseFrom(bytes, 0, used), Throws.Nothing);
        }
    }

    [FsCheck.NUnit.Property]
    public void Check_OwnEncoding_Passes(bool isCore, uint[] path, byte[] value, bool encrypt)
    {
        CipherKeyValue message = new()
        {
            AddressN = { path.Take(8) },
            Key = Convert.ToHexString(value.AsSpan(0, Math.Min(value.Length, 127))),
            Value = ByteString.CopyFrom(value),
            Encrypt = encrypt,
        };
        byte[] bytes = message.ToByteArray();
        WireError? error = (isCore ? WireRules.Core : WireRules.Legacy).Check(CipherKeyValue.Descriptor, bytes, out int used);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error, Is.Null);
            Assert.That(used, Is.EqualTo(bytes.Length));
        }
    }

    [Test]
    public void Feed_MessageOfTwoGibibytesOnCore_IsSwallowedWithoutMemory()
    {
        using DeviceBench bench = Bench(isCore: true);
        byte[] packet = Convert.FromHexString("3f232300017fffffff".PadRight(128, '0'));
        bench.Feed(packet);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            bench.Feed(packet);
        }

        // The bench itself spends a few hundred bytes on each packet.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000 * 2_000));
        Assert.That(bench.HasOutput, Is.False);
    }

    [Test]
    public void Feed_MessageTooLongOnCore_IsReadToItsEndAndRefused()
    {
        using DeviceBench bench = Bench(isCore: true);
        const int length = (64 * 1024) + 1;
        bench.Feed(Convert.FromHexString($"3f23230001{length:x8}".PadRight(128, '0')));
        for (int sent = 55; sent < length; sent += 63)
        {
            Assert.That(bench.HasOutput, Is.False);
            bench.Feed(Convert.FromHexString("3f".PadRight(128, '0')));
        }

        Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.FirmwareError));
    }

    /// <summary>A packet of a kind that a waiting device reads, with fields that may say anything.</summary>
    private static byte[] Tiny(Random random)
    {
        List<byte> payload = [];
        for (int fields = random.Next(3); fields > 0; fields--)
        {
            // Tags of up to 42 bits; at least half of them say that a varint follows.
            int tag = payload.Count;
            AddVarint(payload, random, 1 + random.Next(6));
            payload[tag] &= (byte)(random.Next(2) == 0 ? 0xf8 : 0xff);
            AddVarint(payload, random, 1 + random.Next(10));
        }

        byte[] packet = new byte[64];
        "?##"u8.CopyTo(packet);
        packet[4] = (byte)TinyTypes[random.Next(TinyTypes.Length)];
        packet[8] = (byte)(payload.Count + (random.Next(8) == 0 ? 1 : 0));
        payload.CopyTo(packet, 9);
        return packet;
    }

    /// <summary>Any number, or half of the time one with a single bit far up: what decoders cut off differently.</summary>
    private static void AddVarint(List<byte> bytes, Random random, int size)
    {
        bool isSparse = random.Next(2) == 0;
        for (; size > 1; size--)
        {
            bytes.Add((byte)(0x80 | (isSparse ? 0 : random.Next(128))));
        }

        bytes.Add((byte)(isSparse ? 1 << random.Next(7) : random.Next(128)));
    }

    private static void FeedAndRecover(bool isCore, IEnumerable<byte[]> packets, Random random)
    {
        using DeviceBench bench = Bench(isCore);
        FeedAndRecover(bench, packets, random);
    }

    private static void FeedAndRecover(DeviceBench bench, IEnumerable<byte[]> packets, Random random)
    {
        foreach (byte[] packet in packets)
        {
            bench.Randomness.SessionId = new byte[32];
            bench.Feed(packet);
            for (int answers = 0; bench.Person.IsAsked && answers < 3; answers++)
            {
                bench.Person.AnswerAnything(random.Next(2) == 0);
            }
        }

        // An unfinished message ends with a packet that continues nothing; then a Cancel, and a Ping that nothing else answers.
        bench.Feed(new byte[64]);
        bench.Send(MessageType.Cancel, new Cancel());
        bench.Send(MessageType.Ping, new Ping { Message = "are you there?" });
        Success? last = null;
        while (bench.HasOutput)
        {
            (MessageType type, byte[] payload) = bench.TakeMessage();
            last = type == MessageType.Success ? Success.Parser.ParseFrom(payload) : null;
        }

        Assert.That(last?.Message, Is.EqualTo("are you there?"));
    }

    private static DeviceBench Bench(bool isCore, string? pin = "1234") => new(new SoftwareTrezorOptions
    {
        Flavour = isCore ? TrezorFlavour.Core : TrezorFlavour.Legacy,
        Mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all"),
        PassphraseProtection = true,
        Pin = pin,
    });
}
