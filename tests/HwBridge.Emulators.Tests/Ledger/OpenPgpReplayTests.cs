using System.Buffers.Binary;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;
using HwBridge.Shared.Ledger;

namespace HwBridge.Emulators.Tests.Ledger;

/// <summary>The recorded host bytes go into the software Ledger's OpenPGP app; what comes out is compared byte for byte.</summary>
internal sealed class OpenPgpReplayTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);

    /// <summary>These were recorded after the PINs had been verified.</summary>
    private static readonly string[] BeginVerified = ["openpgp_pin", "openpgp_cert_7f21_capacity", "openpgp_private_do_capacity"];

    [TestCase("openpgp_access", 37)]
    [TestCase("openpgp_pin", 14)]
    [TestCase("openpgp_store_read_persist", 16)]
    [TestCase("openpgp_extended_length", 10)]
    [TestCase("openpgp_chain_interrupted", 25)]
    [TestCase("openpgp_cert_1511_get_crash", 11)]
    [TestCase("openpgp_cert_overflow_crash", 10)]
    [TestCase("openpgp_cert_7f21_capacity", 54)]
    [TestCase("openpgp_cert_7f21_over", 94)]
    [TestCase("openpgp_private_do_capacity", 208)]
    public async Task Replay_RecordedApdus_GivesTheRecordedAnswers(string name, int count)
    {
        LedgerRecording recording = LedgerRecording.Load(name);
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(recording, screen);
        ledger.State = SoftwareLedgerState.OpenPgp;
        RawHost host = new(ledger);
        try
        {
            int replayed = 0;
            if (BeginVerified.Contains(name))
            {
                Assert.That(await host.ExchangeAsync(Convert.FromHexString("0020008206313233343536")), Is.EqualTo("9000"));
                Assert.That(await host.ExchangeAsync(Convert.FromHexString("00200083083132333435363738")), Is.EqualTo("9000"));
            }

            for (int i = 0; i < recording.Exchanges.Count; i++)
            {
                LedgerExchange exchange = recording.Exchanges[i];
                if (exchange.Apdu.Length == 0)
                {
                    // The recorder restarted its emulator with the flash that it had saved.
                    host = Restart(ledger, host);
                    continue;
                }

                replayed++;
                if (exchange.Response is { } response)
                {
                    Assert.That(await host.ExchangeAsync(exchange.Apdu), Is.EqualTo(Convert.ToHexStringLower(response)), exchange.ToString());
                    continue;
                }

                await AssertNoAnswerAsync(ledger, host, exchange);
                if (i + 1 < recording.Exchanges.Count && recording.Exchanges[i + 1].Apdu[1] == OpenPgpApp.Select)
                {
                    // What crashed or hung was restarted by hand.
                    host = Restart(ledger, host);
                }
            }

            Assert.That(replayed, Is.EqualTo(count));
        }
        finally
        {
            host.Dispose();
        }
    }

    [Test]
    public async Task PinPad_ConfirmOnly_AsksOnTheScreenAndAnswersWhatIsPressed([Values] bool yes, [Values(0x82, 0x83)] int pin)
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("openpgp_pin"), screen);
        ledger.State = SoftwareLedgerState.OpenPgp;
        using RawHost host = new(ledger);
        await host.SendAsync([0xef, 0x20, 0x00, (byte)pin, 0x00]);
        Assert.That(await host.IsSilentAsync(Silence), Is.True);
        ScreenReview review = screen.Shown.Single();
        Assert.That(review.Title, Is.EqualTo("Confirm PIN"));
        Assert.That(review.Fields.Single().Value, Is.EqualTo(pin == 0x82 ? "User 82" : "Admin 83"));
        screen.Answer(yes);
        Assert.That(await host.ReceiveAsync(), Is.EqualTo(yes ? "9000" : "6985"));
        Assert.That(await host.ExchangeAsync([0x00, 0x20, 0x00, (byte)pin]), Is.EqualTo(yes ? "9000" : "63c3"));
    }

    [Test]
    public async Task PinPad_OnScreen_AsksAgainUntilRightOrBlocked()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("openpgp_pin"), screen, new() { PinsOnScreen = true });
        ledger.State = SoftwareLedgerState.OpenPgp;
        using RawHost host = new(ledger);
        byte[] ask = [0xef, 0x20, 0x00, 0x83, 0x00];
        screen.Type("00000000");
        screen.Type("12345678");
        Assert.That(await host.ExchangeAsync(ask), Is.EqualTo("9000"));
        Assert.That(screen.Shown.Last().Fields.Single().Value, Is.EqualTo("2 tries remaining"));
        screen.Type(null);
        Assert.That(await host.ExchangeAsync(ask), Is.EqualTo("6985"));
        screen.Type("1");
        screen.Type("2");
        screen.Type("3");
        Assert.That(await host.ExchangeAsync(ask), Is.EqualTo("6983"));
        Assert.That(await host.ExchangeAsync(ask), Is.EqualTo("6983"), "nobody is asked for a blocked PIN");
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00ca00c400")), Is.EqualTo("010c0c0c0300009000"));
    }

    /// <summary>The app leaves its loop for the command before (source).</summary>
    [Test]
    public async Task Answer_LeftUnread_ComesAgainForTheNextCommand()
    {
        await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("openpgp_pin"), new ScriptedScreen());
        ledger.State = SoftwareLedgerState.OpenPgp;
        byte[] content = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        Assert.That(ledger.OpenPgpFlash.ToWrite(0x0101, 0)!.TryWrite(content), Is.True);
        using RawHost host = new(ledger);
        string first = await host.ExchangeAsync(Convert.FromHexString("00ca010100"));
        Assert.That(first, Does.EndWith("6130"));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00a4040006d27600012401")), Is.EqualTo(first));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00c0000030")), Does.EndWith("9000").And.Length.EqualTo(100));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00a4040006d27600012401")), Is.EqualTo("9000"));
    }

    [Test]
    public async Task Apps_OpenedAndLeft_AskOnTheScreenAndForgetPins()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("openpgp_pin"), screen);
        using RawHost host = new(ledger);
        Assert.That(await host.ExchangeAsync(Open("OpenPGP")), Is.EqualTo("6d00"), "the Ethereum app is open: only the dashboard opens apps");
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("b0a7000000")), Is.EqualTo("9000"));
        Assert.That(await host.ExchangeAsync(Open("Solitaire")), Is.EqualTo("6807"));
        Assert.That(await host.ExchangeAsync(Open(string.Empty)), Is.EqualTo("670a"));
        screen.Answer(false);
        Assert.That(await host.ExchangeAsync(Open("OpenPGP")), Is.EqualTo("5501"));
        screen.Answer(true);
        Assert.That(await host.ExchangeAsync(Open("OpenPGP")), Is.EqualTo("9000"));
        Assert.That(ledger.State, Is.EqualTo(SoftwareLedgerState.OpenPgp));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("b001000000")), Does.StartWith("01074f70656e50475005322e372e31"));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00200083083132333435363738")), Is.EqualTo("9000"));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("b0a7000000")), Is.EqualTo("9000"));
        screen.Answer(true);
        Assert.That(await host.ExchangeAsync(Open("OpenPGP")), Is.EqualTo("9000"));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("00200083")), Is.EqualTo("63c3"));
    }

    [Test]
    public async Task AppChange_WhereTheDeviceLeavesTheBus_EndsTheConnectionAfterTheAnswer()
    {
        await using SoftwareLedger ledger =
            SwitchOn(LedgerRecording.Load("openpgp_pin"), new PolicyScreen(approve: true), new() { LeavesOnAppChange = true });
        using (RawHost host = new(ledger))
        {
            Assert.That(await host.ExchangeAsync(Convert.FromHexString("b0a7000000")), Is.EqualTo("9000"));
            Assert.That(async () => await host.ReceiveAsync(), Throws.TypeOf<Core.Faults.FaultException>());
        }

        using RawHost again = new(ledger);
        Assert.That(await again.ExchangeAsync(Convert.FromHexString("b001000000")), Does.StartWith("0105424f4c4f53"));
    }

    /// <summary>Any APDUs, plausible ones among them, are answered or not; opened anew, the app works.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void AnyApdus_EndInAnAnswerOrInSilence(byte[][] apdus, int seed)
    {
        Random random = new(seed);
        byte[][] plausible =
            [.. apdus.Select(data => (byte[])[(byte)(random.Next(2) * 0x10), Pick(random), 0x01, (byte)random.Next(6), (byte)data.Length, .. data])];
        OpenPgpAppDevice app = new(new OpenPgpFlash(), new SoftwareLedgerOptions());
        foreach (byte[] apdu in apdus.Concat(plausible))
        {
            AppStep step = app.Handle(apdu);
            Assert.That(step.Fate is AppFate.Silent or AppFate.Crashes || step.Data.Length <= 252, Is.True);
        }

        app.Start();
        Assert.That(app.Handle(Convert.FromHexString("00a4040006d27600012401")).Status, Is.EqualTo(StatusWords.Ok));

        static byte Pick(Random random)
        {
            ReadOnlySpan<byte> known = [0xca, 0xcc, 0xda, 0xdb, 0xa4, 0x20, 0x2c, 0xc0, 0xa5];
            return known[random.Next(known.Length)];
        }
    }

    private static byte[] Open(string app) => [0xe0, 0xd8, 0, 0, (byte)app.Length, .. System.Text.Encoding.ASCII.GetBytes(app)];

    private static RawHost Restart(SoftwareLedger ledger, RawHost host)
    {
        host.Dispose();
        ledger.State = SoftwareLedgerState.OpenPgp;
        return new RawHost(ledger);
    }

    private static async Task AssertNoAnswerAsync(SoftwareLedger ledger, RawHost host, LedgerExchange exchange)
    {
        if (exchange.Apdu.Length > ApduLimits.MaxMessage)
        {
            // No host of ours can send it: straight into the app.
            Assert.That(ledger.Handle(exchange.Apdu).Fate, Is.EqualTo(AppFate.Silent), exchange.ToString());
            return;
        }

        try
        {
            await host.SendAsync(exchange.Apdu);
            Assert.That(await host.IsSilentAsync(Silence), Is.True, exchange.ToString());
        }
        catch (Core.Faults.FaultException gone) when (gone.Fault == Core.Faults.Fault.DeviceNotFound)
        {
            Assert.That(exchange.Note, Does.Contain("app crashed"), exchange.ToString());
        }
    }

    /// <summary>With the serial number that the recorded card drew, where the recording shows it.</summary>
    private static SoftwareLedger SwitchOn(LedgerRecording recording, IDeviceScreen screen, SoftwareLedgerOptions? options = null)
    {
        const string Maker = "d27600012401" + "0303" + "2c97";
        string? shown = recording.Exchanges
            .Select(exchange => Convert.ToHexStringLower(exchange.Response ?? []))
            .FirstOrDefault(answer => answer.Contains(Maker, StringComparison.Ordinal));
        uint serial = shown is null
            ? 1
            : BinaryPrimitives.ReadUInt32BigEndian(
                Convert.FromHexString(shown.AsSpan(shown.IndexOf(Maker, StringComparison.Ordinal) + Maker.Length, 8)));
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(recording.Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        return new SoftwareLedger(seed.Span, screen, (options ?? new SoftwareLedgerOptions()) with { CardSerial = serial });
    }
}
