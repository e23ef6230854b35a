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

    private static void FeedAndRecover(bool isCore, IEnumerable<byte[]> packets, Random random)
    {
        using DeviceBench bench = Bench(isCore);
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

    private static DeviceBench Bench(bool isCore) => new(new SoftwareTrezorOptions
    {
        Flavour = isCore ? TrezorFlavour.Core : TrezorFlavour.Legacy,
        Mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all"),
        PassphraseProtection = true,
        Pin = "1234",
    });
}
