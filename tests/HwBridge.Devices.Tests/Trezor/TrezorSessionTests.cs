using System.Diagnostics;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Devices.Tests.Trezor;

public sealed class TrezorSessionTests
{
    private int _live;

    [SetUp]
    public void CountSecrets() => _live = SecretBuffer.LiveCount;

    [TearDown]
    public void NoSecretIsLeft() => Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live));

    [Test]
    public async Task Open_AnswersToOlderRequestsUnderWay_ArePassedOver()
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            switch (type)
            {
                case MessageType.Cancel:
                    device.SayPacket(new byte[64]);
                    device.SayPacket([.. "?the end of a message"u8, .. new byte[43]]);
                    device.Say(MessageType.ButtonRequest, [8, 7]);
                    device.Say(MessageType.CipheredKeyValue, [10, 64, .. new byte[64]]);
                    break;
                case MessageType.Ping:
                    device.Fail(FailureType.ActionCancelled);
                    device.Say(MessageType.Success, new Success { Message = "another" });
                    device.Say(MessageType.Success, []);
                    break;
                default:
                    break;
            }

            return false;
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        Assert.That(session.Features.InternalModel, Is.EqualTo("T1B1"));
        Assert.That(
            device.Heard.Select(message => message.Type),
            Is.EqualTo((MessageType[])[MessageType.Cancel, MessageType.Ping, MessageType.Initialize]));
    }

    [Test]
    public async Task Open_DeviceInTheMiddleOfSomebodysMessage_IsMadeToForgetIt()
    {
        ScriptedTrezor device = new();
        await device.SendAsync(new byte[] { 0x3f, 0x23, 0x23, 0, 1, 0, 0, 1, 0 }.Concat(new byte[55]).ToArray(), default);
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Synchronise = TimeSpan.FromMilliseconds(300) });
        Assert.That(device.Heard[0].Type, Is.EqualTo(MessageType.Cancel));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Initialize));
    }

    [Test]
    public async Task Open_SilentDevice_IsAFaultWithinItsDeadline()
    {
        ScriptedTrezor device = new() { Answer = static (_, _) => true };
        long begun = Stopwatch.GetTimestamp();
        FaultException fault = await Trezors.FaultOfAsync(Trezors.OpenAsync(device, deadlines: Trezors.Impatient));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(device.IsDisposed, Is.True);
    }

    [Test]
    public async Task Open_FloodOfPacketsOrMessages_IsAFaultWithinItsDeadline([Values] bool whole)
    {
        ScriptedTrezor device = new() { Answer = static (_, _) => true };
        device.Idle = () =>
        {
            for (int i = 0; i < 100; i++)
            {
                device.SayPacket(whole ? [.. "?##"u8, 0, 2, .. new byte[59]] : new byte[64]);
            }
        };
        long begun = Stopwatch.GetTimestamp();
        FaultException fault = await Trezors.FaultOfAsync(Trezors.OpenAsync(device, deadlines: Trezors.Impatient));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Open_PeerDripsMessages_IsAFaultWithinTheDeadlines()
    {
        ScriptedTrezor device = new() { Answer = static (_, _) => true };
        await using Timer drip = Drip(device);
        long begun = Stopwatch.GetTimestamp();
        FaultException fault = await Trezors.FaultOfAsync(
            Trezors.OpenAsync(device, deadlines: Trezors.Deadlines with { Synchronise = TimeSpan.FromMilliseconds(400) }));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(8)));
    }

    [Test]
    public async Task Run_CancelledWhileThePeerDripsMessages_EndsSoon()
    {
        ScriptedTrezor device = new();
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Synchronise = TimeSpan.FromMilliseconds(400) });
        using CancellationTokenSource stop = new();
        device.Answer = (type, _) => type is not MessageType.Initialize;
        device.Idle = stop.Cancel;
        Task<byte[]> running = session.RunAsync(Trezors.Request, null, stop.Token).AsTask();
        await using Timer drip = Drip(device);
        long begun = Stopwatch.GetTimestamp();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(8)));
    }

    [TestCase("0811")]
    [TestCase("0811000000000000000000000000000000000000")]
    public async Task Open_DeviceThatSpeaksOnlyThp_SaysSo(string payload)
    {
        ScriptedTrezor device = new();
        device.Answer = (_, _) =>
        {
            device.Say(MessageType.Failure, Convert.FromHexString(payload));
            return true;
        };
        FaultException fault = await Trezors.FaultOfAsync(Trezors.OpenAsync(device));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Message, Does.Contain("speaks only THP"));
    }

    [Test]
    public async Task Run_DeviceGoneAfterAnyPacket_IsAFaultAtOnce()
    {
        for (int packets = 0; ; packets++)
        {
            ScriptedTrezor device = Asking(
                new ScriptedTrezor { PacketsUntilGone = packets }, MessageType.PinMatrixRequest, MessageType.ButtonRequest);
            try
            {
                await using TrezorSession session = await Trezors.OpenAsync(device, new ScriptedPerson("123"));
                byte[] answer = await session.RunAsync(Trezors.Request, null, default);
                Assert.That(answer, Is.EqualTo("yes"u8.ToArray()));
                Assert.That(packets, Is.GreaterThan(15));
                return;
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"{packets} packets");
                Assert.That(device.IsDisposed, Is.True);
            }
        }
    }

    [Test]
    public async Task Run_PacketOfAnySmallerSize_IsAFault([Range(1, 63, 6)] int size)
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) => type == Trezors.Request.Request && Say(device, [.. "?##"u8, 0, 57, .. new byte[59]], size);
        await using TrezorSession session = await Trezors.OpenAsync(device);
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.Protocol));
    }

    [TestCase("3f23230039000111700000", TestName = "Run_AnnouncedLengthOfMegabytes_IsAFault")]
    [TestCase("3f23230039ffffffff0000", TestName = "Run_AnnouncedLengthOfGigabytes_IsAFault")]
    [TestCase("3f2323003e000000000000", TestName = "Run_AnswerOfAnotherType_IsAFault")]
    [TestCase("3f2323001a000000030a0b", TestName = "Run_MalformedButtonRequest_IsAFault")]
    [TestCase("3f23230003000000020000", TestName = "Run_MalformedFailure_IsAFault")]
    [TestCase("3f23230012000000020802", TestName = "Run_QuestionForANewPin_IsAFault")]
    [TestCase("2123230039000000000000", TestName = "Run_WrongMark_IsAFault")]
    public async Task Run_BrokenAnswer_IsAFaultAndTheDeviceIsToldToCancel(string packet)
    {
        bool broken = true;
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request)
            {
                return false;
            }

            if (broken)
            {
                byte[] bytes = new byte[64];
                Convert.FromHexString(packet).CopyTo(bytes, 0);
                return Say(device, bytes, 64);
            }

            device.Say(Trezors.Request.Answer, "yes"u8.ToArray());
            return true;
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));

        // The next request finds the device anew.
        broken = false;
        Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
    }

    [Test]
    public async Task Run_AnswerThatBreaksOff_IsAFault([Values] bool silent)
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request)
            {
                return false;
            }

            device.SayPacket([.. "?##"u8, 0, 57, 0, 0, 0, 200, .. new byte[55]]);
            if (!silent)
            {
                device.SayPacket(new byte[64]);
            }

            return true;
        };
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Packet = TimeSpan.FromMilliseconds(300) });
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.Protocol));
    }

    [Test]
    public async Task Run_NoAnswer_IsAFaultWithinItsDeadline()
    {
        ScriptedTrezor device = new() { Answer = static (type, _) => type == Trezors.Request.Request };
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Work = TimeSpan.FromMilliseconds(200) });
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task Run_NobodyAtTheDevice_IsAFaultThatSaysSo()
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type == Trezors.Request.Request)
            {
                device.Say(MessageType.ButtonRequest, [8, 1]);
            }

            return type == Trezors.Request.Request || type == MessageType.ButtonAck;
        };
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Person = TimeSpan.FromMilliseconds(200) });
        FaultException fault = await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceBusy));
        Assert.That(fault.Message, Does.Contain("nobody answered"));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task Run_EndlessButtonRequests_AreAFault()
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request && type != MessageType.ButtonAck)
            {
                return false;
            }

            device.Say(MessageType.ButtonRequest, [8, 1]);
            return true;
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Message, Does.Contain("64 questions"));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [TestCase(1, Fault.Unsupported)]
    [TestCase(3, Fault.Protocol)]
    [TestCase(4, Fault.UserRejected)]
    [TestCase(5, Fault.DeviceLocked)]
    [TestCase(6, Fault.UserRejected)]
    [TestCase(11, Fault.Unsupported)]
    [TestCase(13, Fault.PinInvalid)]
    [TestCase(15, Fault.DeviceBusy)]
    [TestCase(17, Fault.Unsupported)]
    [TestCase(99, Fault.Protocol)]
    public async Task Run_Failure_IsTheFaultOfItsCode(int code, Fault expected)
    {
        ScriptedTrezor device = Answering((FailureType)code);
        await using TrezorSession session = await Trezors.OpenAsync(device);
        FaultException fault = await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(expected));
        Assert.That(fault.Message, Does.StartWith(device.Uri));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(Trezors.Request.Request), "nothing is pending, nothing to cancel");
    }

    [Test]
    public async Task Run_QuestionsInAnyOrder_AreAllAnswered([Values(0, 1, 2, 3, 4, 5)] int order)
    {
        MessageType[] three = [MessageType.PinMatrixRequest, MessageType.PassphraseRequest, MessageType.ButtonRequest];
        int[] turn = ((int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])[order];
        MessageType[] asked = [.. turn.Select(i => three[i]), MessageType.ButtonRequest];
        bool pinFirst = Array.IndexOf(turn, 0) < Array.IndexOf(turn, 1);
        ScriptedTrezor device = Asking(new ScriptedTrezor(), asked);
        ScriptedPerson person = new(pinFirst ? ["123", "secret"] : ["secret", "123"]);
        await using TrezorSession session = await Trezors.OpenAsync(
            device, person, new TrezorOptions { Passphrase = PassphraseSource.Host });
        Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
        Assert.That(Sent(device, MessageType.PinMatrixAck), Is.EqualTo((byte[])[10, 3, .. "123"u8]));
        Assert.That(Sent(device, MessageType.PassphraseAck), Is.EqualTo((byte[])[10, 6, .. "secret"u8]));
        Assert.That(device.Heard.Count(message => message.Type == MessageType.ButtonAck), Is.EqualTo(2));
    }

    [Test]
    public async Task Run_WrongPin_IsAskedAgainAndTheDelayTold()
    {
        ScriptedTrezor device = PinOf("456");
        ScriptedPerson person = new("111", "456");
        await using TrezorSession session = await Trezors.OpenAsync(device, person);
        Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
        Assert.That(person.Questions.Select(question => (question.Kind, question.Attempt)), Is.EqualTo(
            ((SecretKind, int)[])[(SecretKind.PinMatrix, 1), (SecretKind.PinMatrix, 2)]));
        Assert.That(person.Told, Has.Some.Contains("waits longer"));
    }

    [Test]
    public async Task Run_ThreeWrongPins_AreTheLast()
    {
        ScriptedTrezor device = PinOf("456");
        await using TrezorSession session = await Trezors.OpenAsync(device, new ScriptedPerson("111", "222", "333"));
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.PinInvalid));
        Assert.That(device.Heard.Count(message => message.Type == MessageType.PinMatrixAck), Is.EqualTo(3));
    }

    [Test]
    public async Task Run_PinThatIsNone_IsNotSent()
    {
        ScriptedTrezor device = PinOf("456");
        ScriptedPerson person = new("", "12a", new string('1', 51));
        await using TrezorSession session = await Trezors.OpenAsync(device, person);
        FaultException fault = await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.PinInvalid));
        Assert.That(device.Heard.Count(message => message.Type == MessageType.PinMatrixAck), Is.Zero);
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
        Assert.That(person.Questions.Select(question => question.Attempt), Is.EqualTo((int[])[1, 2, 3]));
    }

    [Test]
    public async Task Run_NobodyGivesThePin_TheQuestionIsTakenOffTheScreen()
    {
        ScriptedTrezor device = PinOf("456");
        await using TrezorSession session = await Trezors.OpenAsync(device, new ScriptedPerson((string?)null));
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.DeviceLocked));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task Run_PassphraseOnTheDevice_IsTheDefaultWhereItCan()
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor { Features = ScriptedTrezor.ModelT() }, MessageType.PassphraseRequest);
        await using TrezorSession session = await Trezors.OpenAsync(device);
        Assert.That(await session.UseSeedAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
        Assert.That(Sent(device, MessageType.PassphraseAck), Is.EqualTo((byte[])[0x18, 1]));
    }

    [Test]
    public async Task Run_PassphraseOnAModelOneWithoutAChoice_NamesTheOption()
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor(), MessageType.PassphraseRequest);
        await using TrezorSession session = await Trezors.OpenAsync(device);
        FaultException fault = await Trezors.FaultOfAsync(session.UseSeedAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Remedy, Does.Contain("--passphrase host").And.Contain("--passphrase none"));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task Run_NoPassphraseChosen_SendsTheEmptyOneAndSaysSo()
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor(), MessageType.PassphraseRequest);
        ScriptedPerson person = new();
        await using TrezorSession session = await Trezors.OpenAsync(
            device, person, new TrezorOptions { Passphrase = PassphraseSource.None });
        await session.UseSeedAsync(Trezors.Request, null, default);
        Assert.That(Sent(device, MessageType.PassphraseAck), Is.EqualTo((byte[])[10, 0]));
        Assert.That(person.Told, Has.Some.Contains("no passphrase is used"));
    }

    [Test]
    public async Task Run_PassphraseFromTheHost_IsSentInNfkd()
    {
        // A Model One took these bytes, which are no NFKD, as they came: its own wallet, not the one that every other program opens.
        RecordedMessage recorded = Recording.Named("06_passphrase_unicode").Messages
            .Single(message => message.Type == (int)MessageType.PassphraseAck);
        string typed = PassphraseAck.Parser.ParseFrom(recorded.Payload).Passphrase;
        byte[] expected = Encoding.UTF8.GetBytes(typed.Normalize(NormalizationForm.FormKD));
        Assert.That(expected, Is.Not.EqualTo(Encoding.UTF8.GetBytes(typed)));

        ScriptedTrezor device = Asking(new ScriptedTrezor(), MessageType.PassphraseRequest);
        await using TrezorSession session = await Trezors.OpenAsync(
            device, new ScriptedPerson(typed), new TrezorOptions { Passphrase = PassphraseSource.Host });
        await session.UseSeedAsync(Trezors.Request, null, default);
        Assert.That(Sent(device, MessageType.PassphraseAck), Is.EqualTo((byte[])[10, (byte)expected.Length, .. expected]));
    }

    [Test]
    public async Task Run_PassphraseTooLongOrNotGiven_CancelsTheQuestion(
        [Values(null, "123456789012345678901234567890123456789012345678901")] string? typed)
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor(), MessageType.PassphraseRequest);
        await using TrezorSession session = await Trezors.OpenAsync(
            device, new ScriptedPerson(typed), new TrezorOptions { Passphrase = PassphraseSource.Host });
        FaultException fault = await Trezors.FaultOfAsync(session.UseSeedAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(typed is null ? Fault.Usage : Fault.BadInput));
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
    }

    [Test]
    public async Task UseSeed_PassphraseChosenAndSwitchedOff_IsAFaultNotAnotherWallet(
        [Values(PassphraseSource.Host, PassphraseSource.OnDevice)] PassphraseSource source, [Values] bool told)
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor());
        if (!told)
        {
            // A locked Model T does not tell.
            device.Features.ClearPassphraseProtection();
        }

        await using TrezorSession session = await Trezors.OpenAsync(device, options: new TrezorOptions { Passphrase = source });
        FaultException fault = await Trezors.FaultOfAsync(session.UseSeedAsync(Trezors.Request, null, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Message, Does.Contain("switched off"));
    }

    [Test]
    public async Task Run_PinOnTheDevice_IsToldEachTime()
    {
        ScriptedTrezor device = new() { Features = ScriptedTrezor.ModelT() };
        int asked = 0;
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request && type != MessageType.ButtonAck)
            {
                return false;
            }

            if (asked++ < 2)
            {
                device.Say(
                    MessageType.ButtonRequest,
                    new ButtonRequest { Code = ButtonRequestType.PinEntry, Pages = 1, Name = "pin_device" });
            }
            else
            {
                device.Say(Trezors.Request.Answer, "yes"u8.ToArray());
            }

            return true;
        };
        ScriptedPerson person = new();
        await using TrezorSession session = await Trezors.OpenAsync(device, person);
        await session.RunAsync(Trezors.Request, null, default);
        Assert.That(person.Told.Count(text => text.Contains("enter the PIN on the device", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [TestCase(ButtonRequestType.PinEntry, true)]
    [TestCase(ButtonRequestType.Other, false)]
    public async Task Run_SlowAnswerAfterAButton_HasTheTimeOfAWrongPinOnlyForPins(ButtonRequestType code, bool waits)
    {
        ScriptedTrezor device = new() { Features = ScriptedTrezor.ModelT() };
        Task answered = Task.CompletedTask;
        device.Answer = (type, _) =>
        {
            if (type == Trezors.Request.Request)
            {
                device.Say(MessageType.ButtonRequest, new ButtonRequest { Code = code });
                return true;
            }

            if (type == MessageType.ButtonAck)
            {
                // As a Model T that lets a wrong PIN wait.
                answered = Task.Delay(900).ContinueWith(
                    _ => device.Say(Trezors.Request.Answer, "yes"u8.ToArray()), TaskScheduler.Default);
                return true;
            }

            return false;
        };
        await using TrezorSession session = await Trezors.OpenAsync(
            device, deadlines: Trezors.Deadlines with { Person = TimeSpan.FromMilliseconds(200) });
        if (waits)
        {
            Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
        }
        else
        {
            FaultException fault = await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default));
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceBusy));
        }

        await answered;
    }

    [Test]
    public async Task Run_Cancelled_TakesTheQuestionOffTheScreenAndLeavesTheDeviceUsable()
    {
        bool patient = false;
        using CancellationTokenSource stop = new();
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type == Trezors.Request.Request)
            {
                device.Say(patient ? Trezors.Request.Answer : MessageType.ButtonRequest, patient ? "yes"u8.ToArray() : [8, 1]);
                return true;
            }

            return type == MessageType.ButtonAck;
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        device.Idle = stop.Cancel;
        Assert.That(async () => await session.RunAsync(Trezors.Request, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));

        patient = true;
        device.Idle = static () => { };
        Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
    }

    [Test]
    public async Task Run_CancelledInTheMiddleOfAMessage_MakesTheDeviceForgetItFirst()
    {
        RecordedCommand large = new(MessageType.CipherKeyValue, MessageType.CipheredKeyValue, new byte[200]);
        using CancellationTokenSource stop = new();
        ScriptedTrezor device = Asking(new ScriptedTrezor());
        await using TrezorSession session = await Trezors.OpenAsync(device);
        device.Packet = packet =>
        {
            if (packet[4] == (byte)MessageType.CipherKeyValue && packet[1] == '#')
            {
                stop.Cancel();
            }

            return false;
        };
        Assert.That(async () => await session.RunAsync(large, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel), "Cancel was not taken for a part of the message");
        Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
    }

    [Test]
    public async Task Run_SeveralAtOnce_WaitInOneQueue()
    {
        bool pending = false;
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            switch (type)
            {
                case MessageType.EthereumGetAddress:
                    Assert.That(pending, Is.False);
                    pending = true;
                    device.Say(MessageType.ButtonRequest, [8, 1]);
                    return true;
                case MessageType.ButtonAck:
                    pending = false;
                    device.Say(MessageType.EthereumAddress, "yes"u8.ToArray());
                    return true;
                default:
                    Assert.That(pending, Is.False, $"{type} would end the pending request");
                    return false;
            }
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        byte[][] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await session.RunAsync(Trezors.Request, null, default))));
        Assert.That(answers, Is.All.EqualTo("yes"u8.ToArray()));
    }

    [Test]
    public async Task Run_AnotherProgramOpenedASession_ResumesOursFirst()
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor());
        ScriptedPerson person = new();
        await using TrezorSession session = await Trezors.OpenAsync(device, person);
        await session.RunAsync(Trezors.Request, null, default);
        Assert.That(device.Heard[^2].Payload, Is.EqualTo((byte[])[10, 32, .. device.Features.SessionId]));

        device.Features.SessionId = ScriptedTrezor.ModelT().SessionId;
        await session.RunAsync(Trezors.Request, null, default);
        Assert.That(person.Told, Has.Some.Contains("no longer knows the session"));
        await session.RunAsync(Trezors.Request, null, default);
        Assert.That(device.Heard[^2].Payload, Is.EqualTo((byte[])[10, 32, .. ScriptedTrezor.ModelT().SessionId]));
    }

    [Test]
    public async Task Run_SessionGone_IsSentAgainOnceInANewOne([Values(1, 2)] int failures)
    {
        ScriptedTrezor device = new();
        int left = failures;
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request)
            {
                return false;
            }

            if (left-- > 0)
            {
                device.Fail(FailureType.InvalidSession);
            }
            else
            {
                device.Say(Trezors.Request.Answer, "yes"u8.ToArray());
            }

            return true;
        };
        await using TrezorSession session = await Trezors.OpenAsync(device);
        if (failures == 1)
        {
            Assert.That(await session.RunAsync(Trezors.Request, null, default), Is.EqualTo("yes"u8.ToArray()));
        }
        else
        {
            Assert.That((await Trezors.FaultOfAsync(session.RunAsync(Trezors.Request, null, default))).Fault, Is.EqualTo(Fault.DeviceBusy));
        }
    }

    [Test]
    public async Task Dispose_AfterAPassphrase_HasTheDeviceForgetIt([Values] bool passphrase)
    {
        ScriptedTrezor device = Asking(new ScriptedTrezor(), passphrase ? [MessageType.PassphraseRequest] : []);
        await using (TrezorSession session = await Trezors.OpenAsync(
            device, new ScriptedPerson("secret"), new TrezorOptions { Passphrase = passphrase ? PassphraseSource.Host : null }))
        {
            await session.UseSeedAsync(Trezors.Request, null, default);
        }

        Assert.That(device.Heard.Any(message => message.Type == MessageType.EndSession), Is.EqualTo(passphrase));
        Assert.That(device.IsDisposed, Is.True);
    }

    [Test]
    public async Task Dispose_WhileARequestWaits_EndsItAndCancelsOnTheDevice()
    {
        ScriptedTrezor device = new() { Answer = static (type, _) => type == Trezors.Request.Request };
        TrezorSession session = await Trezors.OpenAsync(device);
        Task<byte[]> waiting = session.RunAsync(Trezors.Request, null, default).AsTask();
        await session.DisposeAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(device.Heard[^1].Type, Is.EqualTo(MessageType.Cancel));
        Assert.That(async () => await session.RunAsync(Trezors.Request, null, default), Throws.InstanceOf<ObjectDisposedException>());
        await session.DisposeAsync();
    }

    [Test]
    public void Options_OutOfRange_AreAUsageFault()
    {
        foreach (TrezorOptions options in (TrezorOptions[])
        [
            new() { Label = string.Empty }, new() { Label = new string('x', 64) }, new() { Label = "é" }, new() { Account = 1u << 31 },
            new() { PersonDeadline = TimeSpan.Zero },
        ])
        {
            ScriptedTrezor device = new();
            Assert.That(
                async () => await Trezors.OpenAsync(device, options: options),
                Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage));
            Assert.That(device.IsDisposed, Is.True);
        }
    }

    private static bool Say(ScriptedTrezor device, byte[] packet, int size)
    {
        device.SayPacket(packet[..size]);
        return true;
    }

    /// <summary>Well-formed messages that answer nothing, each within the deadline of one wait: 64 of them take 12.8 s.</summary>
    private static Timer Drip(ScriptedTrezor device) => new(
        _ => device.Say(MessageType.Success, new Success { Message = "another" }), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));

    private static byte[] Sent(ScriptedTrezor device, MessageType type) => device.Heard.Single(message => message.Type == type).Payload;

    private static ScriptedTrezor Answering(FailureType code)
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type != Trezors.Request.Request)
            {
                return false;
            }

            device.Fail(code);
            return true;
        };
        return device;
    }

    /// <summary>Asks each question in turn after the request, then answers "yes".</summary>
    private static ScriptedTrezor Asking(ScriptedTrezor device, params MessageType[] questions)
    {
        int next = 0;
        device.Features.PassphraseProtection = questions.Contains(MessageType.PassphraseRequest);
        device.Answer = (type, _) =>
        {
            if (type == Trezors.Request.Request)
            {
                next = 0;
            }
            else if (type is not (MessageType.ButtonAck or MessageType.PinMatrixAck or MessageType.PassphraseAck))
            {
                return false;
            }

            if (next < questions.Length)
            {
                device.Say(questions[next++], []);
            }
            else
            {
                device.Say(Trezors.Request.Answer, "yes"u8.ToArray());
            }

            return true;
        };
        return device;
    }

    private static ScriptedTrezor PinOf(string pin)
    {
        ScriptedTrezor device = new();
        device.Answer = (type, payload) =>
        {
            switch (type)
            {
                case MessageType.EthereumGetAddress:
                    device.Say(MessageType.PinMatrixRequest, [8, 1]);
                    return true;
                case MessageType.PinMatrixAck when Encoding.ASCII.GetString(payload[2..]) == pin:
                    device.Say(MessageType.EthereumAddress, "yes"u8.ToArray());
                    return true;
                case MessageType.PinMatrixAck:
                    device.Fail(FailureType.PinInvalid);
                    return true;
                default:
                    return false;
            }
        };
        return device;
    }
}
