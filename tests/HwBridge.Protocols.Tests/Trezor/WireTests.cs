using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

/// <summary>Our reader and writer of single fields against the library that made the generated classes.</summary>
public sealed class WireTests
{
    [Test]
    public void Write_AnyField_IsReadByTheLibrary() =>
        Prop.ForAll<byte[], uint>((bytes, number) =>
        {
            ArrayBufferWriter<byte> output = new();
            WireWriter.WriteBytes(output, ECDHSessionKey.SessionKeyFieldNumber, bytes);
            WireWriter.WriteBytes(output, ECDHSessionKey.PublicKeyFieldNumber, [.. bytes, 1]);
            ECDHSessionKey read = ECDHSessionKey.Parser.ParseFrom(output.WrittenSpan);
            Assert.That(read.SessionKey.ToByteArray(), Is.EqualTo(bytes));
            Assert.That(read.PublicKey.ToByteArray(), Is.EqualTo((byte[])[.. bytes, 1]));
            Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(read.ToByteArray()));

            output.ResetWrittenCount();
            WireWriter.WriteInteger(output, IdentityType.IndexFieldNumber, number);
            Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(new IdentityType { Index = number }.ToByteArray()));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Write_IntegersOfEveryLength_AreTheLibrarys()
    {
        for (int bits = 0; bits < 64; bits++)
        {
            foreach (ulong value in (ulong[])[1UL << bits, (1UL << bits) - 1, ulong.MaxValue >> bits])
            {
                ArrayBufferWriter<byte> output = new();
                WireWriter.WriteInteger(output, 536870911, value);
                using MemoryStream expected = new();
                using (CodedOutputStream library = new(expected))
                {
                    library.WriteTag(536870911, WireFormat.WireType.Varint);
                    library.WriteUInt64(value);
                }

                Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(expected.ToArray()));
                WireReader reader = new(output.WrittenSpan);
                Assert.That(reader.Read(), Is.True);
                Assert.That(reader.Number, Is.EqualTo(536870911));
                Assert.That(reader.Varint, Is.EqualTo(value));
                Assert.That(reader.Read(), Is.False);
            }
        }
    }

    [Test]
    public void Read_EveryRecordedMessage_IsWhatTheLibraryReads()
    {
        int seen = 0;
        foreach (RecordedMessage message in Recording.All.SelectMany(recording => recording.Messages).Where(message => message.IsWhole))
        {
            // Messages that the firmware itself refused as malformed are among the recordings.
            if (TryParse(message.Payload!, out List<(int, object)>? ours))
            {
                seen++;
                Assert.That(ours, Is.EqualTo(ReadWithLibrary(message.Payload!)));
            }
        }

        Assert.That(seen, Is.GreaterThan(1000));
    }

    [Test]
    public void Read_AnyBytes_GivesWhatTheLibraryGivesOrAFault() =>
        Prop.ForAll(NearMessages(), bytes =>
        {
            if (TryParse(bytes, out List<(int, object)>? ours))
            {
                Assert.That(ours, Is.EqualTo(ReadWithLibrary(bytes)));
                Assert.That(() => Cancel.Parser.ParseFrom(bytes), Throws.Nothing);
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Read_EveryTruncation_IsAFaultOrAMessageOfFewerFields()
    {
        byte[] whole = new Failure { Code = FailureType.Busy, Message = "text" }.ToByteArray();
        for (int length = 0; length < whole.Length; length++)
        {
            bool read = TryParse(whole[..length], out List<(int, object)>? fields);
            Assert.That(read, Is.EqualTo(length is 0 or 2));
            Assert.That(fields?.Count ?? 0, Is.EqualTo(length == 2 ? 1 : 0));
        }
    }

    [TestCase("00", TestName = "field 0")]
    [TestCase("0b", TestName = "a group begins")]
    [TestCase("0c", TestName = "a group ends")]
    [TestCase("0e", TestName = "kind 6")]
    [TestCase("08ffffffffffffffffff02", TestName = "65 bits")]
    [TestCase("08ffffffffffffffffffff01", TestName = "eleven bytes")]
    [TestCase("0affffffff0f", TestName = "a length of 4 GiB")]
    [TestCase("0affffffffffffffffff01", TestName = "a length of 2⁶⁴−1")]
    [TestCase("ffffffffff0100", TestName = "a field number of 32 bits")]
    public void Read_MalformedBytes_IsAFault(string hex) =>
        Assert.That(TryParse(Convert.FromHexString(hex), out _), Is.False);

    private static bool TryParse(byte[] bytes, out List<(int Number, object Value)>? fields)
    {
        fields = [];
        try
        {
            WireReader reader = new(bytes);
            while (reader.Read())
            {
                fields.Add((reader.Number, reader.Type == WireType.Varint ? reader.Varint : Convert.ToHexString(reader.Bytes)));
            }

            return true;
        }
        catch (FaultException fault) when (fault.Fault == Fault.Protocol)
        {
            fields = null;
            return false;
        }
    }

    private static List<(int Number, object Value)> ReadWithLibrary(byte[] bytes)
    {
        List<(int, object)> fields = [];
        using CodedInputStream input = new(bytes);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => Convert.ToHexString(BitConverter.GetBytes(input.ReadFixed64())),
                WireFormat.WireType.Fixed32 => Convert.ToHexString(BitConverter.GetBytes(input.ReadFixed32())),
                _ => Convert.ToHexString(input.ReadBytes().Span),
            };
            fields.Add((WireFormat.GetTagFieldNumber(tag), value));
        }

        return fields;
    }

    /// <summary>Bytes that often begin as a message does.</summary>
    private static Arbitrary<byte[]> NearMessages() => Gen.OneOf(
            Gen.Choose(0, 255).Select(b => (byte[])[(byte)b]),
            Gen.Choose(0, 40).Select(length => (byte[])[0x0a, (byte)length, .. new byte[length]]),
            Gen.Choose(0, int.MaxValue).Select(value => new Features { MajorVersion = (uint)value, FwMinor = 1 }.ToByteArray()),
            Gen.Choose(0, 255).Select(value => (byte[])[0x0d, 1, 2, 3, (byte)value, 0x11, 1, 2, 3, 4, 5, 6, 7, 8]))
        .ArrayOf()
        .Select(parts => parts.SelectMany(part => part).ToArray())
        .ToArbitrary();
}
