using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>
/// Every recording of a supported command, packet for packet: the recorded host packets go into our device, the recorded person presses,
/// and each packet that our device sends must be the recorded one, all 64 bytes.
/// </summary>
/// <remarks>
/// What is random in the firmware comes from the recording: the id where it shows a new session (and only there), and the PIN matrix
/// that the recorder noted at the PinMatrixAck. The texts of Failure are compared too, with the place in the source that the recorded
/// debug build of legacy puts before them. The device is set up as for the recording: LoadDevice with its mnemonic, PIN and passphrase
/// protection, then Initialize, then LockDevice where the recording begins on a locked device.
/// </remarks>
public sealed class RecordingReplayTests
{
    /// <summary>The PIN of every recording that has one.</summary>
    private const string Pin = "1234";

    private const string All = "all all all all all all all all all all all all";

    /// <summary>Recordings that are not replayed, by name or by prefix (with a star), and why. The folder doesn't keep them all.</summary>
    private static readonly Dictionary<string, string> OutOfScope = new()
    {
        ["08_stray_debuglink_decision"] = "has no host message: it shows the maker's debug link, which the software device doesn't have",
        ["vectors_*"] = "a list of values and no conversation: checked in VectorTests",
        ["core210thp_*"] = "THP, a protocol of its own, is not spoken",
    };

    /// <summary>Sessions with a known passphrase that a recording resumes from an earlier one.</summary>
    private static readonly Dictionary<string, (string Id, string PassphraseOf)[]> EarlierSessions = new()
    {
        ["06_lock_then_resume"] = [("33256e95f628d457dd0b8d3a989be790176a08128a8060dd6176067b4c9c669e", "06_lock_then_resume")],
        ["06_passphrase_resume_session"] =
        [
            ("f8221312f7898e31ea5ec30441010697ace9956b1b59f23fbe3be1be05b03a81", "06_passphrase_hidden"),
            ("f14656dc9c939dba4b9a7be92eab8268b5f8c35290b227cfaf64a80242ca304c", "06_passphrase_unicode"),
        ],
    };

    private static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Recording.Folder, "*.json").Select(Path.GetFileNameWithoutExtension)!;

    private static IEnumerable<string> InScope() => Names.Where(name => Reason(name) is null).Order(StringComparer.Ordinal);

    [Test]
    public void Folder_EveryRecording_IsReplayedOrNamedAsOutOfScope()
    {
        string[] replayed = [.. InScope()];
        string[] rest = [.. Names.Except(replayed).Order(StringComparer.Ordinal)];
        TestContext.Out.WriteLine($"{replayed.Length} recordings replayed, {rest.Length} files are not:");
        foreach (string name in rest)
        {
            TestContext.Out.WriteLine($"  {name}: {Reason(name)}");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replayed, Has.Length.EqualTo(270));
            Assert.That(rest, Is.EqualTo((string[])
                ["08_stray_debuglink_decision", "vectors_cipherkeyvalue_all", "vectors_ecdh", "vectors_getpublickey"]));
        }
    }

    [TestCaseSource(nameof(InScope))]
    public void Replay_RecordedHostPackets_GivesRecordedDevicePackets(string name)
    {
        Recording recording = Recording.Named(name);
        using DeviceBench bench = new(new SoftwareTrezorOptions { Flavour = recording.IsCore ? TrezorFlavour.Core : TrezorFlavour.Legacy });
        HashSet<string> sessions = SetUp(bench, recording);

        string? lastHost = null;
        Action? delayed = null;
        int compared = 0;
        for (int i = 0; i < recording.Messages.Count; i++)
        {
            RecordedMessage exchange = recording.Messages[i];
            if (!exchange.FromHost)
            {
                if (exchange.Type is not null)
                {
                    Assert.That(exchange.Host, Is.Null.Or.EqualTo(lastHost), "an answer goes to whoever sent last");
                    CompareMessage(bench, exchange, i);
                    compared++;
                }
                else if (!AnswerFollows(recording, i))
                {
                    Assert.That(bench.HasOutput, Is.False, $"exchange {i}: the firmware sent nothing");
                    compared++;
                }
            }
            else
            {
                lastHost = exchange.Host;
                FeedRandomness(bench, recording, i, sessions);
                if (exchange.Debuglink?.Contains("before ButtonAck", StringComparison.Ordinal) ?? false)
                {
                    bench.Person.PressEarly(true);
                }

                foreach (byte[] packet in exchange.Packets)
                {
                    bench.Feed(packet);
                }

                delayed?.Invoke();
                delayed = null;
            }

            if (exchange.Debuglink?.Contains("after B sent", StringComparison.Ordinal) ?? false)
            {
                delayed = () => bench.Person.Press(true);
            }
            else if (i < recording.Messages.Count - 1 || !exchange.FromHost)
            {
                // What follows an act that ends a recording was not recorded.
                ActAsRecorded(bench.Person, exchange.Debuglink, recording);
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bench.HasOutput, Is.False, "the device said more than the firmware");
            Assert.That(compared, Is.Positive);
        }
    }

    private static string? Reason(string name) => OutOfScope
        .FirstOrDefault(entry => entry.Key.EndsWith('*') ? name.StartsWith(entry.Key[..^1], StringComparison.Ordinal) : name == entry.Key)
        .Value;

    private static void CompareMessage(DeviceBench bench, RecordedMessage exchange, int index)
    {
        byte[][] packets = [.. exchange.Packets.Select(_ => bench.TakePacket())];
        Assert.That(
            packets,
            Is.EqualTo(exchange.Packets),
            () => $"exchange {index}:\n  firmware {Text(exchange.Packets)}\n  ours     {Text(packets)}");
    }

    private static string Text(IEnumerable<byte[]> packets) =>
        string.Concat(packets.SelectMany(packet => packet).Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.'));

    /// <summary>True when an answer comes before the next host message: the recorder looked at another socket first.</summary>
    private static bool AnswerFollows(Recording recording, int index) =>
        recording.Messages[index].Debuglink is null
        && recording.Messages.Skip(index + 1).TakeWhile(e => !e.FromHost && e.Debuglink is null).Any(e => e.Type is not null);

    private static void ActAsRecorded(RecordedPerson person, string? debuglink, Recording recording)
    {
        switch (debuglink)
        {
            case null or "yes (sent before ButtonAck)":
                break;
            case "yes" or "swipe to last page, yes":
                person.Press(true);
                break;
            case "no":
                person.Press(false);
                break;
            case "input passphrase":
                person.Type(recording.Passphrase);
                break;
            case "input 12":
                person.Type("12");
                break;
            case "input all words":
                Array.ForEach(WordsTyped(recording).Split(' '), person.Type);
                break;
            case var typed when typed.StartsWith("input PIN ", StringComparison.Ordinal):
                person.Type(typed["input PIN ".Length..]);
                break;
            default:
                Assert.Fail($"the recording has an act of the person that this test doesn't know: {debuglink}");
                break;
        }
    }

    /// <summary>The words typed on a Model T, of which the recordings say only what became of them.</summary>
    private static string WordsTyped(Recording recording) => recording.Name switch
    {
        "core289_07_dryrun_match" => recording.Mnemonic!,
        "core289_07_dryrun_mismatch" => All,
        _ => All.Replace("all", "zoo", StringComparison.Ordinal),
    };

    private static void FeedRandomness(DeviceBench bench, Recording recording, int index, HashSet<string> sessions)
    {
        IEnumerable<RecordedMessage> coming = recording.Messages.Skip(index + 1);
        RecordedMessage[] words = [.. coming.Where(e => e.WordPosition is not null)];
        if (recording.Messages[index].Type == (int)MessageType.RecoveryDevice)
        {
            bench.Randomness.WordOrder = [.. words.Select(e => e.WordPosition!.Value)];
            foreach (RecordedMessage fake in words.Where(e => e.WordPosition == 0))
            {
                bench.Randomness.FakeWords.Enqueue(Bip39Mnemonic.English.ToList().IndexOf(fake.FakeWord!));
            }
        }

        bench.Randomness.Matrix = coming.Select(e => e.Matrix).FirstOrDefault(m => m is not null) ?? "123456789";
        RecordedMessage? features = coming.TakeWhile(e => !e.FromHost).FirstOrDefault(e => e.Type == (int)MessageType.Features);
        string id = features is null ? "" : Convert.ToHexStringLower(Decode(features).SessionId.Span);
        bench.Randomness.SessionId = id.Length > 0 && sessions.Add(id) ? Convert.FromHexString(id) : null;
    }

    private static HashSet<string> SetUp(DeviceBench bench, Recording recording)
    {
        // These two are about the loading itself.
        string topic = recording.Name[(recording.IsCore ? "core289_".Length : 0)..];
        bool isBlank = recording.Mnemonic is null || topic[..3] is "01c" or "01d";
        HashSet<string> sessions = [];
        if (!isBlank)
        {
            bool isJustLoaded = topic.StartsWith("01e", StringComparison.Ordinal);
            if (isJustLoaded)
            {
                OpenSession(bench, new string('0', 64), null);
            }

            Features? features = recording.Messages.Where(e => e.Type == (int)MessageType.Features).Select(Decode).FirstOrDefault();
            bool hasPin = features?.PinProtection ?? (recording.Pin is not null || recording.Messages.Any(IsPinRequest));
            bool hasPassphrase = recording.Passphrase is not null || (features?.PassphraseProtection ?? false)
                || recording.Messages.Any(e => e.Type == (int)MessageType.PassphraseRequest);
            LoadDevice load = new() { Mnemonics = { recording.Mnemonic! }, Label = "test", PassphraseProtection = hasPassphrase };
            if (hasPin || recording.Messages.Any(IsPinRequest))
            {
                load.Pin = Pin;
            }

            bench.Send(MessageType.LoadDevice, load);
            bench.Take(ButtonRequest.Parser);
            bench.Send(MessageType.ButtonAck, new ButtonAck());
            bench.Person.Press(true);
            bench.Take(Success.Parser);
            if (!isJustLoaded)
            {
                OpenSession(bench, new string('1', 64), null);
            }

            if (NeedsRelaxedChecks(recording))
            {
                bench.Send(MessageType.ApplySettings, new ApplySettings { SafetyChecks = SafetyCheckLevel.PromptTemporarily });
                bench.Take(ButtonRequest.Parser);
                bench.Send(MessageType.ButtonAck, new ButtonAck());
                bench.Person.Press(true);
                bench.Take(Success.Parser);
            }

            foreach ((string id, string passphraseOf) in EarlierSessions.GetValueOrDefault(recording.Name, []))
            {
                OpenSession(bench, id, Recording.Named(passphraseOf).Passphrase);
                sessions.Add(id);
            }

            // The first answer that tells: Features, a question for the PIN, or something that a locked device doesn't send.
            RecordedMessage? first = recording.Messages.FirstOrDefault(e => !e.FromHost && e.Type is not null);
            bool isLocked = first?.Type == (int)MessageType.Features ? !features!.Unlocked : first is not null && IsPinRequest(first);
            if (load.HasPin && isLocked)
            {
                bench.Send(MessageType.LockDevice, new LockDevice());
                bench.Take(Success.Parser);
            }
        }

        return sessions;
    }

    /// <summary>A Model One asks for the words of a short seed only when it was told to do what is not advised.</summary>
    private static bool NeedsRelaxedChecks(Recording recording) => recording.Messages is [{ Type: (int)MessageType.RecoveryDevice } asked, { } answer, ..]
        && RecoveryDevice.Parser.ParseFrom(asked.Payload) is { WordCount: 12, InputMethod: RecoveryInputMethod.ScrambledWords }
        && answer.Type == (int)MessageType.WordRequest;

    private static Features Decode(RecordedMessage exchange) => Features.Parser.ParseFrom(exchange.Payload);

    private static bool IsPinRequest(RecordedMessage exchange) =>
        exchange.Type == (int)MessageType.PinMatrixRequest
        || (exchange.Type == (int)MessageType.ButtonRequest
            && ButtonRequest.Parser.ParseFrom(exchange.Payload).Code == ButtonRequestType.PinEntry);

    private static void OpenSession(DeviceBench bench, string id, string? passphrase)
    {
        bench.Randomness.SessionId = Convert.FromHexString(id);
        bench.Send(MessageType.Initialize, new Initialize());
        bench.Take(Features.Parser);
        if (passphrase is not null)
        {
            bench.Send(MessageType.GetPublicKey, new GetPublicKey());
            bench.Take(PassphraseRequest.Parser);
            bench.Send(MessageType.PassphraseAck, new PassphraseAck { Passphrase = passphrase });
            for (int i = 0; i < 2; i++)
            {
                bench.Take(ButtonRequest.Parser);
                bench.Send(MessageType.ButtonAck, new ButtonAck());
                bench.Person.Press(true);
            }

            bench.Take(PublicKey.Parser);
        }
    }
}
