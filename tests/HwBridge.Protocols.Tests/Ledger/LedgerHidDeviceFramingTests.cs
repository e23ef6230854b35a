using System.Text.Json;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;

namespace HwBridge.Protocols.Tests.Ledger;

/// <summary>The device's side against the maker's own packet parser, packet by packet.</summary>
internal sealed class LedgerHidDeviceFramingTests
{
    private static readonly JsonElement Cases = LedgerRecording.LoadJson("hid_framing").GetProperty("cases");

    private static IEnumerable<TestCaseData> RecordedSequences()
    {
        foreach (JsonProperty property in Cases.EnumerateObject())
        {
            JsonElement steps = property.Name == "long_command" ? property.Value.GetProperty("device_state_after_each") : property.Value;
            if (steps.ValueKind == JsonValueKind.Array
                && steps[0].ValueKind == JsonValueKind.Object
                && steps[0].TryGetProperty("result", out _))
            {
                yield return new TestCaseData(steps).SetArgDisplayNames(property.Name);
            }
        }
    }

    [TestCaseSource(nameof(RecordedSequences))]
    public void Receive_RecordedPackets_LeavesTheFirmwaresState(JsonElement steps)
    {
        using LedgerHidDeviceFraming framing = new();
        foreach (JsonElement step in steps.EnumerateArray())
        {
            AssertStep(framing, step);
        }
    }

    [Test]
    public void RecordedSequences_All_AreTested() => Assert.That(RecordedSequences().Count(), Is.EqualTo(14));

    [Test]
    public void Receive_EmptyPacketAfterAFullLastOne_IsIgnored()
    {
        using LedgerHidDeviceFraming framing = new();
        bool whole = Feed(framing, Cases.GetProperty("apdu_of_57_bytes_is_one_packet")[0]);
        byte[] apdu = framing.Message.ToArray();
        framing.BeginReceive();
        bool again = Feed(framing, Cases.GetProperty("then_an_empty_extra_chunk_seq1_is_ignored"));

        Assert.Multiple(() =>
        {
            Assert.That(whole, Is.True);
            Assert.That(apdu, Has.Length.EqualTo(57));
            Assert.That(again, Is.False);
            Assert.That(framing.Result, Is.EqualTo(HidPacketResult.Success));
            Assert.That(framing.NextSequence, Is.Zero);
            Assert.That(framing.Reply.IsEmpty, Is.True);
        });
    }

    [Test]
    public void BeginSend_AnswerToABorrowedChannel_GoesToThatChannel()
    {
        using LedgerHidDeviceFraming framing = new();
        Feed(framing, Cases.GetProperty("any_channel_is_accepted_and_echoed")[0]);
        framing.BeginSend(Convert.FromHexString("020116009000"));

        Assert.That(Packets(framing), Is.EqualTo(Strings(Cases.GetProperty("reply_on_that_channel"))));
    }

    [Test]
    public void BeginSend_LongAnswer_GivesTheRecordedPackets()
    {
        using LedgerHidDeviceFraming framing = new();
        Feed(framing, Cases.GetProperty("long_command").GetProperty("device_state_after_each")[0]);
        framing.BeginSend(Hex(Cases.GetProperty("long_response").GetProperty("response")));

        Assert.That(Packets(framing), Is.EqualTo(Strings(Cases.GetProperty("long_response").GetProperty("packets"))));
    }

    [Test]
    public void Receive_LiveTraceCutAt54Bytes_GivesTheApdus()
    {
        using LedgerHidDeviceFraming framing = new();
        List<string> apdus = [];
        List<string> fromDevice = [];
        foreach (JsonElement packet in Cases.GetProperty("live_trace_in_speculos").EnumerateArray())
        {
            if (packet.GetProperty("dir").GetString()!.StartsWith("device", StringComparison.Ordinal))
            {
                fromDevice.Add(packet.GetProperty("packet").GetString()!);
            }
            else if (Feed(framing, packet))
            {
                apdus.Add(Convert.ToHexStringLower(framing.Message));
                framing.BeginReceive();
            }
        }

        string[] expected =
        [
            "e002000115058000002c8000003c800000000000000000000000",
            Cases.GetProperty("long_command").GetProperty("apdu").GetString()!,
        ];
        framing.BeginSend(Hex(Cases.GetProperty("long_response").GetProperty("response")));
        List<string> sent = [.. Packets(framing)];
        framing.BeginSend([0x69, 0x85]);
        sent.AddRange(Packets(framing));
        Assert.Multiple(() =>
        {
            Assert.That(apdus, Is.EqualTo(expected));
            Assert.That(sent, Is.EqualTo(fromDevice));
        });
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Receive_AnyPackets_NeverFails(byte[][] packets)
    {
        using LedgerHidDeviceFraming framing = new();
        foreach (byte[] packet in packets)
        {
            ReadOnlySpan<byte> taken = packet.AsSpan(0, Math.Min(packet.Length, 64));
            taken.CopyTo(framing.ReceiveBuffer.Span);
            if (framing.Receive(taken.Length))
            {
                Assert.That(framing.Message.Length, Is.LessThanOrEqualTo(ApduLimits.MaxMessage));
                framing.BeginReceive();
            }
        }
    }

    /// <summary>Whatever arrives before, a host that starts anew on an idle device is understood, and the device on the host.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void BothSides_AnyMessage_ArrivesWhole(byte[] message)
    {
        ReadOnlySpan<byte> sent = message.AsSpan(0, Math.Min(message.Length, ApduLimits.MaxMessage));
        using LedgerHidFraming host = new();
        using LedgerHidDeviceFraming device = new();
        host.BeginSend(sent);
        bool whole = false;
        while (host.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            Assert.That(whole, Is.False);
            piece.CopyTo(device.ReceiveBuffer);
            whole = device.Receive(piece.Length);
        }

        Assert.That(whole, Is.True);
        Assert.That(device.Message.SequenceEqual(sent), Is.True);

        device.BeginSend(sent);
        host.BeginReceive();
        whole = false;
        while (device.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            Assert.That(whole, Is.False);
            piece.CopyTo(host.ReceiveBuffer);
            whole = host.Receive(piece.Length);
        }

        Assert.That(whole, Is.True);
        Assert.That(host.Message.SequenceEqual(sent), Is.True);
    }

    private static void AssertStep(LedgerHidDeviceFraming framing, JsonElement step)
    {
        bool whole = Feed(framing, step);
        Assert.Multiple(() =>
        {
            Assert.That(whole, Is.EqualTo(step.GetProperty("rx_status").GetString() == "COMPLETE"), "rx_status");
            Assert.That(framing.Result, Is.EqualTo(Result(step.GetProperty("result").GetString()!)), "result");
            Assert.That(framing.NextSequence, Is.EqualTo(step.GetProperty("next_seq").GetInt32()), "next_seq");
            Assert.That(framing.Offset, Is.EqualTo(step.GetProperty("offset").GetInt32()), "offset");
            Assert.That(
                framing.Reply.IsEmpty ? null : Convert.ToHexStringLower(framing.Reply.Span),
                Is.EqualTo(step.GetProperty("reply").GetString()),
                "reply");
        });
    }

    private static HidPacketResult Result(string name) => name switch
    {
        "LP_SUCCESS" => HidPacketResult.Success,
        "LP_ERROR_NOT_ENOUGH_SPACE" => HidPacketResult.NotEnoughSpace,
        "LP_ERROR_NOT_SUPPORTED" => HidPacketResult.NotSupported,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static bool Feed(LedgerHidDeviceFraming framing, JsonElement step)
    {
        byte[] packet = Hex(step.GetProperty("packet"));
        packet.CopyTo(framing.ReceiveBuffer);
        return framing.Receive(packet.Length);
    }

    private static IEnumerable<string> Packets(LedgerHidDeviceFraming framing)
    {
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            yield return Convert.ToHexStringLower(piece.Span);
        }
    }

    private static byte[] Hex(JsonElement element) => Convert.FromHexString(element.GetString()!);

    private static string[] Strings(JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetString()!)];
}
