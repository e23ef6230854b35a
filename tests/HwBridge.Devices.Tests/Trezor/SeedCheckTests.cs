using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>The dry-run recovery of both firmwares: a person enters the words, and none of them passes through the host.</summary>
public sealed class SeedCheckTests
{
    private const string All = "all all all all all all all all all all all all";
    private const string Matches = "The seed is valid and matches the one in the device";

    // BIP-39's own vectors: 12, 18 and 24 words.
    private static readonly string[] Seeds =
    [
        "scheme spot photo card baby mountain device kick cradle pact join borrow",
        "gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable narrow fog",
        "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word "
        + "shrug inflict delay length",
    ];

    private static readonly TrezorFlavour[] Flavours = [TrezorFlavour.Legacy, TrezorFlavour.Core];

    private int _live;

    [SetUp]
    public void Count() => _live = SecretBuffer.LiveCount;

    [TearDown]
    public void NoSecretIsLeft() => Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "guarded buffers that nobody wiped");

    [Test]
    public async Task Check_TheDevicesOwnWords_Match(
        [ValueSource(nameof(Flavours))] TrezorFlavour flavour, [ValueSource(nameof(Seeds))] string words)
    {
        SeedOwner owner = new(words);
        SeedVerdict verdict = await CheckAsync(flavour, words, owner);
        Assert.That(verdict, Is.EqualTo(new SeedVerdict(true, Matches)));
        if (flavour == TrezorFlavour.Core)
        {
            Assert.That(owner.Questions, Is.Empty, "the host asked for something");
        }
        else
        {
            Assert.That(owner.Questions, Has.Count.EqualTo(4 * words.Split(' ').Length).And.All.Property("Kind").EqualTo(SecretKind.SeedPlace));
        }
    }

    [Test]
    public async Task Check_WordsOfAnotherSeed_DoNotMatch([ValueSource(nameof(Flavours))] TrezorFlavour flavour)
    {
        SeedVerdict verdict = await CheckAsync(flavour, Seeds[0], new SeedOwner(All));
        Assert.That(verdict.IsMatch, Is.False);
        Assert.That(verdict.Said, Does.Contain("does not match the one in the device"));
    }

    [TestCase("a wrong word")]
    [TestCase("a wrong order")]
    public async Task Check_WordsThatMakeNoSeed_AreNotOnesOfTheDevice(string mistake)
    {
        string[] words = Seeds[0].Split(' ');
        string paper = string.Join(' ', mistake == "a wrong word" ? [.. words[..^1], "zoo"] : (string[])[words[1], words[0], .. words[2..]]);
        SeedVerdict one = await CheckAsync(TrezorFlavour.Legacy, Seeds[0], new SeedOwner(paper));
        Assert.That(one.IsMatch, Is.False);
        Assert.That(one.Said, Does.Contain("Invalid seed, are words in correct order?"));

        // A Model T says so itself and asks again.
        SeedOwner owner = new(paper, Seeds[0]);
        SeedVerdict two = await CheckAsync(TrezorFlavour.Core, Seeds[0], owner);
        Assert.That(two.IsMatch, Is.True);
        Assert.That(owner.Told.Count(text => text.Contains("read what the device says of the words", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public async Task Check_SlipsOnAModelOne_AreTakenBack()
    {
        // Into the wrong group and back; then a whole wrong word and back to its beginning, and back once too often before that.
        SeedOwner owner = new(Seeds[0]) { Slips = new Queue<byte>("1\b1133\b\b57\b\b"u8.ToArray()) };
        SeedVerdict verdict = await CheckAsync(TrezorFlavour.Legacy, Seeds[0], owner);
        Assert.That(verdict.IsMatch, Is.True);
    }

    [Test]
    public async Task Check_CorrectionsWithoutEnd_AreGivenUp()
    {
        SeedOwner owner = new(Seeds[0]) { Slips = new Queue<byte>(Enumerable.Repeat((byte)8, 1000)) };
        FaultException fault = await FaultOfAsync(TrezorFlavour.Legacy, Seeds[0], owner);
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(owner.Slips, Has.Count.EqualTo(1000 - 257));
    }

    [Test]
    public async Task Check_LockedDeviceWithPassphrase_NeedsThePinOnly([ValueSource(nameof(Flavours))] TrezorFlavour flavour)
    {
        SeedOwner owner = new(Seeds[0]) { Pins = new Queue<string>(["1378", "1379"]) };
        SeedVerdict verdict = await CheckAsync(
            flavour, Seeds[0], owner, new SoftwareTrezorOptions { Pin = "1379", PassphraseProtection = true });
        Assert.That(verdict.IsMatch, Is.True);
        Assert.That(owner.Pins, Is.Empty);
        Assert.That(owner.Told, Has.One.Contains("the PIN was wrong"));
    }

    [TestCase(TrezorFlavour.Legacy, null, "has to be told how many words")]
    [TestCase(TrezorFlavour.Legacy, 15, "has to be told how many words")]
    [TestCase(TrezorFlavour.Core, 12, "asks for the number of words itself")]
    public async Task Check_NumberOfWordsThatTheModelDoesNotTake_IsUsage(TrezorFlavour flavour, int? count, string cause)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(All);
        await using SoftwareTrezor device = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = mnemonic }, new SeedOwner(All));
        await using TrezorKeyStore store = await OpenAsync(device.Connect(), new SeedOwner(All));
        FaultException fault = await Trezors.FaultOfAsync(store.Get<ISeedCheck>().CheckAsync(count, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.Contain(cause));
    }

    [TestCase(1u, 5u, 0u, true, false)]
    [TestCase(1u, 5u, 1u, true, true)]
    [TestCase(1u, 14u, 2u, true, true)]
    [TestCase(2u, 8u, 9u, true, true)]
    [TestCase(1u, 14u, 2u, false, false, Description = "without a seed the request could begin a recovery")]
    public async Task Open_OfEachFirmware_HasTheCheckWhereTheFirmwareKnowsIt(uint major, uint minor, uint patch, bool hasSeed, bool canCheck)
    {
        ScriptedTrezor device = new();
        device.Features.MajorVersion = major;
        device.Features.MinorVersion = minor;
        device.Features.PatchVersion = patch;
        device.Features.Initialized = hasSeed;
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        Assert.That(store.TryGet<ISeedCheck>(out _), Is.EqualTo(canCheck));
        Assert.That(store.Info.Capabilities.HasFlag(KeyStoreCapabilities.SeedCheck), Is.EqualTo(canCheck));
    }

    [Test]
    public async Task Check_StoppedAtEachMoment_LeavesTheDeviceAtHome([ValueSource(nameof(Flavours))] TrezorFlavour flavour)
    {
        // Each time the host says or asks something, and each time the device shows something.
        int moments = 0;
        await CheckAsync(flavour, Seeds[0], new SeedOwner(Seeds[0]) { Pins = Pins(), Noticing = () => Interlocked.Increment(ref moments) > 0 }, Locked);
        for (int moment = 1; moment <= moments; moment++)
        {
            using CancellationTokenSource stop = new();
            int seen = 0;
            SeedOwner owner = new(Seeds[0])
            {
                Pins = Pins(),
                Noticing = () =>
                {
                    bool isNow = Interlocked.Increment(ref seen) == moment;
                    if (isNow)
                    {
                        stop.Cancel();
                    }

                    return !isNow;
                },
            };
            using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Seeds[0]);
            await using SoftwareTrezor device = new(Locked with { Flavour = flavour, Mnemonic = mnemonic }, owner);
            await using TrezorKeyStore store = await OpenAsync(device.Connect(), owner);
            Assert.That(
                async () => await store.Get<ISeedCheck>().CheckAsync(WordCount(flavour, Seeds[0]), stop.Token),
                Throws.InstanceOf<OperationCanceledException>(),
                $"moment {moment}");

            // The same session goes on, with a check from the beginning.
            owner.Pins.Clear();
            owner.Pins.Enqueue("1379");
            SeedVerdict verdict = await store.Get<ISeedCheck>().CheckAsync(WordCount(flavour, Seeds[0]), default);
            Assert.That(verdict.IsMatch, Is.True, $"after moment {moment}");
        }

        TestContext.Out.WriteLine($"{flavour}: stopped at {moments} moments");
        Assert.That(moments, Is.GreaterThan(15));
    }

    [Test]
    public async Task Check_UnpluggedAfterEachPacket_SaysThatTheDeviceIsGone([ValueSource(nameof(Flavours))] TrezorFlavour flavour)
    {
        int points = 0;
        for (bool whole = false; !whole; points++)
        {
            SeedOwner owner = new(Seeds[0]) { Pins = Pins() };
            using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Seeds[0]);
            await using SoftwareTrezor device = new(Locked with { Flavour = flavour, Mnemonic = mnemonic }, owner);
            LimitedTransport cable = new(device.Connect(), points);
            try
            {
                await using TrezorKeyStore store = await OpenAsync(cable, owner);
                whole = (await store.Get<ISeedCheck>().CheckAsync(WordCount(flavour, Seeds[0]), default)).IsMatch;
            }
            catch (FaultException gone)
            {
                Assert.That(gone.Fault, Is.EqualTo(Fault.DeviceNotFound), $"after {points} packets: {gone.Message}");
            }
        }

        TestContext.Out.WriteLine($"{flavour}: unplugged after each of {points - 1} packets");
        Assert.That(points, Is.GreaterThan(20));
    }

    private static IEnumerable<Recording> ByWords => Recording.All.Where(
        recording => recording.Messages.Any(message => message is { Type: (int)MessageType.WordRequest, Payload: [8, 0] }));

    [TestCaseSource(nameof(ByWords))]
    public async Task Check_DeviceThatAsksForWordsAsRecorded_GetsNone(object recorded)
    {
        byte[] asked = ((Recording)recorded).Messages.First(message => message.Type == (int)MessageType.WordRequest).Payload!;
        (FaultException fault, ScriptedTrezor device) = await AgainstAsync(device => device.Say(MessageType.WordRequest, asked));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Message, Does.Contain("nothing was typed"));
        Assert.That(device.Heard.Select(message => message.Type), Does.Contain(MessageType.Cancel).And.Not.Contain(MessageType.WordAck));
    }

    [TestCase("2 first", 0)]
    [TestCase("9 always", 3)]
    [TestCase("without a type", 0)]
    [TestCase("of an unknown type", 0)]
    [TestCase("words without end", 4 * 12)]
    public async Task Check_WordRequestOutOfPlace_IsRefused(string manner, int answered)
    {
        int asked = 0;
        (FaultException fault, ScriptedTrezor device) = await AgainstAsync(device => device.Say(MessageType.WordRequest, manner switch
        {
            "2 first" => [8, 2],
            "9 always" => [8, 1],
            "without a type" => [],
            "of an unknown type" => [8, 3],
            _ => [8, (byte)(++asked % 4 == 0 ? 2 : 1)],
        }));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(device.Heard.Count(message => message.Type == MessageType.WordAck), Is.EqualTo(answered));
        Assert.That(device.Heard.Select(message => message.Type), Does.Contain(MessageType.Cancel));
    }

    [Test]
    public async Task Check_ButtonsWithoutEnd_AreGivenUp()
    {
        (FaultException fault, ScriptedTrezor device) = await AgainstAsync(device =>
            device.Say(MessageType.ButtonRequest, new ButtonRequest { Code = ButtonRequestType.Warning, Name = "warning_invalid_seed" }), isCore: true);
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Message, Does.Contain("more than 1024 questions"));
        Assert.That(device.Heard.Count(message => message.Type == MessageType.ButtonAck), Is.EqualTo(1024));
    }

    [Test]
    public async Task Check_VerdictWithoutWords_IsNoVerdict([Values] bool isCore, [Values] bool isFailure)
    {
        (FaultException fault, _) = await AgainstAsync(
            device =>
            {
                if (isFailure)
                {
                    device.Fail(isCore ? FailureType.ProcessError : FailureType.DataError);
                }
                else
                {
                    device.Say(MessageType.Success, new Success { Message = Matches });
                }
            },
            isCore);
        Assert.That(fault.Fault, Is.Not.EqualTo(Fault.Mismatch));
        Assert.That(fault.Message, Does.Contain(isFailure ? "text of the device" : "did not ask for"));
    }

    [Test]
    public async Task Check_OlderFirmwareThatTakesItForARecovery_SaysToUpdate()
    {
        (FaultException fault, _) = await AgainstAsync(device => device.Fail(FailureType.UnexpectedMessage));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Remedy, Is.EqualTo("Update its firmware."));
    }

    [Test]
    public async Task OtherRequests_AskedForWords_GiveNone(
        [Values(MessageType.GetPublicKey, MessageType.CipherKeyValue, MessageType.GetEcdhSessionKey, MessageType.Ping)] MessageType request,
        [Values] WordRequestType asked)
    {
        ScriptedTrezor device = new();
        ScriptedPerson person = new();
        await using TrezorSession session = await Trezors.OpenAsync(device, person);
        device.Answer = (type, _) =>
        {
            if (type == request)
            {
                device.Say(MessageType.WordRequest, new WordRequest { Type = asked });
            }

            return type == request;
        };
        FaultException fault = await Trezors.FaultOfAsync(session.RunAsync(new RecordedCommand(request, MessageType.Success, []), null, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(person.Questions, Is.Empty);
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task Check_NobodyTypes_EndsAtThePersonsDeadline()
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type == MessageType.RecoveryDevice)
            {
                device.Say(MessageType.WordRequest, new WordRequest { Type = WordRequestType.Matrix9 });
            }

            return type == MessageType.RecoveryDevice;
        };
        await using TrezorKeyStore store = await TrezorKeyStore.OpenAsync(
            device, new AbsentPerson(), new TrezorOptions(), Trezors.Deadlines with { Person = TimeSpan.FromMilliseconds(50) }, default);
        FaultException fault = await Trezors.FaultOfAsync(store.Get<ISeedCheck>().CheckAsync(12, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceBusy));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [TestCase(null, "not entered to their end")]
    [TestCase("0", "one digit from 1 to 9")]
    [TestCase("12", "one digit from 1 to 9")]
    [TestCase("", "one digit from 1 to 9")]
    [TestCase("abandon", "one digit from 1 to 9")]
    public async Task Check_PersonWhoTypesNoPlace_SendsNothing(string? typed, string cause)
    {
        (FaultException fault, ScriptedTrezor device) = await AgainstAsync(
            device => device.Say(MessageType.WordRequest, new WordRequest { Type = WordRequestType.Matrix9 }), person: new ScriptedPerson(typed));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.Contain(cause));
        Assert.That(device.Heard.Select(message => message.Type), Does.Not.Contain(MessageType.WordAck).And.Contain(MessageType.Cancel));
    }

    /// <summary>Whatever a device answers, the check ends in its time, with a verdict only after all words, and no key beyond the asked ones.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Check_AnyAnswers_EndsWithAFaultOrAVerdict(bool isCore, int seed)
    {
        Random random = new(seed);
        MessageType[] types =
        [
            MessageType.WordRequest, MessageType.WordRequest, MessageType.WordRequest, MessageType.ButtonRequest, MessageType.ButtonRequest,
            MessageType.Success, MessageType.Failure, MessageType.Features,
        ];
        int asked = 0;
        try
        {
            (FaultException? fault, ScriptedTrezor device) = PlayAsync(
                device =>
                {
                    byte[] payload = new byte[random.Next(6)];
                    random.NextBytes(payload);
                    if (random.Next(8) > 0)
                    {
                        // Mostly what is in place, so that the play goes on.
                        device.Say(isCore ? MessageType.ButtonRequest : MessageType.WordRequest, isCore ? [8, (byte)random.Next(1, 21)] : [8, (byte)(++asked % 4 == 0 ? 2 : 1)]);
                    }
                    else
                    {
                        device.Say(types[random.Next(types.Length)], random.Next(2) == 0 ? payload : [8, (byte)random.Next(20)]);
                    }
                },
                isCore,
                new ScriptedPerson([.. Enumerable.Repeat("5", 200)])).GetAwaiter().GetResult();
            int keys = device.Heard.Count(message => message.Type == MessageType.WordAck);
            Assert.That(keys, Is.LessThanOrEqualTo(isCore ? 0 : 48));
            Assert.That(fault is null && !isCore && keys < 48, Is.False, "a verdict before all words");
        }
        catch (InvalidOperationException overrun)
        {
            Assert.Fail(overrun.Message);
        }
    }

    private static SoftwareTrezorOptions Locked => new() { Pin = "1379" };

    private static Queue<string> Pins() => new(["1379"]);

    private static int? WordCount(TrezorFlavour flavour, string words) => flavour == TrezorFlavour.Legacy ? words.Split(' ').Length : null;

    private static ValueTask<TrezorKeyStore> OpenAsync(ITransport transport, IPerson person) =>
        TrezorKeyStore.OpenAsync(transport, person, new TrezorOptions(), Trezors.Deadlines, default);

    private static async Task<SeedVerdict> CheckAsync(
        TrezorFlavour flavour, string words, SeedOwner owner, SoftwareTrezorOptions? options = null)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(words);
        await using SoftwareTrezor device = new((options ?? new()) with { Flavour = flavour, Mnemonic = mnemonic }, owner);
        await using TrezorKeyStore store = await OpenAsync(device.Connect(), owner);
        return await store.Get<ISeedCheck>().CheckAsync(WordCount(flavour, words), default);
    }

    private static async Task<FaultException> FaultOfAsync(TrezorFlavour flavour, string words, SeedOwner owner) =>
        await Trezors.FaultOfAsync(new ValueTask<SeedVerdict>(CheckAsync(flavour, words, owner)));

    private static async Task<(FaultException Fault, ScriptedTrezor Device)> AgainstAsync(
        Action<ScriptedTrezor> say, bool isCore = false, ScriptedPerson? person = null)
    {
        (FaultException? fault, ScriptedTrezor device) = await PlayAsync(say, isCore, person ?? new ScriptedPerson([.. Enumerable.Repeat("1", 100)]));
        return (fault ?? throw new AssertionException("no fault"), device);
    }

    /// <summary>A check against a device that answers the request and each acknowledgement as it likes.</summary>
    private static async Task<(FaultException? Fault, ScriptedTrezor Device)> PlayAsync(Action<ScriptedTrezor> say, bool isCore, ScriptedPerson person)
    {
        ScriptedTrezor device = new() { Features = isCore ? ScriptedTrezor.ModelT() : ScriptedTrezor.ModelOne() };
        device.Answer = (type, _) =>
        {
            bool isOurs = type is MessageType.RecoveryDevice or MessageType.WordAck or MessageType.ButtonAck;
            if (isOurs)
            {
                say(device);
            }

            return isOurs;
        };
        await using TrezorKeyStore store = await OpenAsync(device, person);
        try
        {
            await store.Get<ISeedCheck>().CheckAsync(isCore ? null : 12, default);
            return (null, device);
        }
        catch (FaultException fault)
        {
            return (fault, device);
        }
    }

    private sealed class AbsentPerson : IPerson
    {
        public void Tell(string text)
        {
        }

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new NotSupportedException(question);

        public async ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }
    }
}
