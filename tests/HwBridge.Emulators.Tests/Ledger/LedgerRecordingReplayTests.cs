using HwBridge.Core.Secrets;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;

namespace HwBridge.Emulators.Tests.Ledger;

/// <summary>The recorded host bytes go into the software Ledger; what comes out is compared byte for byte with the makers' app.</summary>
internal sealed class LedgerRecordingReplayTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [TestCase("age_identity_default", 6)]
    [TestCase("errors_default", 86)]
    [TestCase("eth2_pubkey_default", 21)]
    [TestCase("get_public_key_default", 12)]
    [TestCase("models_flex_default", 8)]
    [TestCase("models_nanox_default", 9)]
    [TestCase("models_stax_default", 8)]
    [TestCase("privacy_operation_default", 19)]
    [TestCase("set_eth2_withdrawal_index", 10)]
    public async Task Replay_RecordedApdus_GivesTheRecordedAnswers(string name, int count)
    {
        LedgerRecording recording = LedgerRecording.Load(name);
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(recording, screen);
        using RawHost host = new(ledger);
        int replayed = 0;
        foreach (LedgerExchange exchange in recording.Exchanges)
        {
            int shown = screen.Shown.Count;
            if (exchange.UserAction != "none")
            {
                screen.Answer(exchange.UserAction == "approve");
            }

            string answer = await host.ExchangeAsync(exchange.Apdu);
            Assert.That(answer, Is.EqualTo(Convert.ToHexStringLower(exchange.Response!)), exchange.ToString());
            Assert.That(screen.Shown, Has.Count.EqualTo(shown + (exchange.UserAction == "none" ? 0 : 1)), exchange.ToString());
            AssertScreen(exchange, screen);
            replayed++;
        }

        Assert.That(replayed, Is.EqualTo(count));
    }

    /// <summary>
    /// Two recorded scenes are told otherwise: a signature asked for twice gives one answer in all, and the real app crashes where a key is asked
    /// for silently while a transaction is on its screen, which the software Ledger does not.
    /// </summary>
    [Test]
    public async Task Replay_ApduWhilePending_LosesTheReviewsAnswer()
    {
        LedgerRecording recording = LedgerRecording.Load("apdu_while_pending_default");
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(recording, screen);
        using RawHost host = new(ledger);
        int scenes = 0;
        for (int i = 0; i < recording.Exchanges.Count; i++)
        {
            LedgerExchange review = recording.Exchanges[i];
            if (recording.Exchanges[i + 1].Response is null || recording.Exchanges[i + 2].Note!.Contains("crashed", StringComparison.Ordinal))
            {
                i += 2 + (recording.Exchanges.ElementAtOrDefault(i + 3)?.Note == "afterwards" ? 1 : 0);
                continue;
            }

            LedgerExchange meanwhile = recording.Exchanges[++i];
            LedgerExchange answered = recording.Exchanges[++i];
            LedgerExchange afterwards = recording.Exchanges[++i];
            await host.SendAsync(review.Apdu);
            using CancellationTokenSource patience = new(Deadline);
            await screen.WaitForReviewAsync(patience.Token);
            Assert.That(review.Response, Is.Null);
            string during = await host.ExchangeAsync(meanwhile.Apdu);
            Assert.That(during, Is.EqualTo(Convert.ToHexStringLower(meanwhile.Response!)), meanwhile.ToString());
            screen.Answer(answered.UserAction == "approve");

            // Nothing comes of it: the very next answer is that of the next question.
            Assert.That(answered.Response, Is.Null);
            string after = await host.ExchangeAsync(afterwards.Apdu);
            Assert.That(after, Is.EqualTo(Convert.ToHexStringLower(afterwards.Response!)), afterwards.ToString());
            Assert.That(await host.IsSilentAsync(TimeSpan.FromMilliseconds(100)), Is.True);
            scenes++;
        }

        Assert.That(scenes, Is.EqualTo(5));
    }

    /// <summary>
    /// The last pair is left out: its second APDU arrived as the answer left and was lost, which is a matter of microseconds.
    /// </summary>
    [Test]
    public async Task Replay_ApduWhileComputing_IsRefusedAndTheKeyFollows()
    {
        LedgerRecording recording = LedgerRecording.Load("apdu_while_computing_default");
        await using SoftwareLedger ledger =
            SwitchOn(recording, new PolicyScreen(approve: true), new SoftwareLedgerOptions { RealPace = true });
        using RawHost host = new(ledger);
        int[] delays = [0, 1, 10, 50, 100];
        for (int i = 0; i < delays.Length; i++)
        {
            LedgerExchange key = recording.Exchanges[2 * i];
            LedgerExchange meanwhile = recording.Exchanges[(2 * i) + 1];
            await host.SendAsync(key.Apdu);
            await Task.Delay(delays[i]);
            await host.SendAsync(meanwhile.Apdu);

            Assert.That(await host.ReceiveAsync(), Is.EqualTo(Convert.ToHexStringLower(key.Response!)));
            Assert.That(await host.ReceiveAsync(), Is.EqualTo(Convert.ToHexStringLower(meanwhile.Response!)));
        }

        Assert.That(recording.Exchanges, Has.Count.EqualTo(2 * (delays.Length + 1)));
    }

    [Test]
    public async Task Review_ReplacedByAnother_GivesOneAnswerInAll()
    {
        LedgerRecording recording = LedgerRecording.Load("eth2_pubkey_default");
        LedgerExchange confirmed = recording.Exchanges.First(exchange => exchange.UserAction == "approve");
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(recording, screen);
        using RawHost host = new(ledger);
        using CancellationTokenSource patience = new(Deadline);
        await host.SendAsync(confirmed.Apdu);
        await screen.WaitForReviewAsync(patience.Token);
        await host.SendAsync(confirmed.Apdu);
        await screen.WaitForReviewAsync(patience.Token);
        screen.Answer(approve: false);

        Assert.That(await host.ReceiveAsync(), Is.EqualTo("6985"));
        Assert.That(await host.IsSilentAsync(TimeSpan.FromMilliseconds(100)), Is.True);
    }

    [Test]
    public async Task Review_HostGoesAwayAndComesBack_StaysOnTheScreenAndDisturbsNobody()
    {
        LedgerRecording recording = LedgerRecording.Load("eth2_pubkey_default");
        LedgerExchange confirmed = recording.Exchanges.First(exchange => exchange.UserAction == "approve");
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = SwitchOn(recording, screen);
        using CancellationTokenSource patience = new(Deadline);
        using (RawHost first = new(ledger))
        {
            await first.SendAsync(confirmed.Apdu);
            await screen.WaitForReviewAsync(patience.Token);
        }

        using RawHost second = new(ledger);
        Assert.That(await second.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("020116009000"));
        screen.Answer(approve: true);
        Assert.That(await second.IsSilentAsync(TimeSpan.FromMilliseconds(100)), Is.True);
        Assert.That(await second.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("020116009000"));
    }

    [Test]
    public async Task State_Locked_Answers5515ToEverything()
    {
        LedgerRecording recording = LedgerRecording.Load("errors_default");
        await using SoftwareLedger ledger = SwitchOn(recording, new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.Locked;
        using RawHost host = new(ledger);
        foreach (LedgerExchange exchange in recording.Exchanges)
        {
            Assert.That(await host.ExchangeAsync(exchange.Apdu), Is.EqualTo("5515"));
        }

        ledger.State = SoftwareLedgerState.Ready;
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("020116009000"));
    }

    [Test]
    public async Task State_AppQuit_ShowsTheDashboard()
    {
        LedgerRecording recording = LedgerRecording.Load("errors_default");
        await using SoftwareLedger ledger = SwitchOn(recording, new PolicyScreen(approve: true));
        using RawHost host = new(ledger);

        Assert.That(await host.ExchangeAsync(Convert.FromHexString("b0a7000000")), Is.EqualTo("9000"));
        Assert.That(ledger.State, Is.EqualTo(SoftwareLedgerState.Dashboard));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("6511"));
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("b001000000")), Does.StartWith("0105424f4c4f53").And.EndWith("9000"));
    }

    [Test]
    public async Task ZeroLengthApdu_Sent_GetsNoAnswer()
    {
        await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("errors_default"), new PolicyScreen(approve: true));
        using RawHost host = new(ledger);
        await host.SendAsync([]);

        Assert.That(await host.IsSilentAsync(TimeSpan.FromMilliseconds(100)), Is.True);
        Assert.That(await host.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("020116009000"));
    }

    [Test]
    public async Task DisposeAsync_WithAReviewOnTheScreen_LeavesNoSecretBehind()
    {
        int live = SecretBuffer.LiveCount;
        LedgerRecording recording = LedgerRecording.Load("privacy_operation_default");
        ScriptedScreen screen = new();
        SoftwareLedger ledger = SwitchOn(recording, screen);
        using (RawHost host = new(ledger))
        {
            using CancellationTokenSource patience = new(Deadline);
            await host.SendAsync(recording.Exchanges.First(exchange => exchange.UserAction == "approve").Apdu);
            await screen.WaitForReviewAsync(patience.Token);
            await ledger.DisposeAsync();
        }

        Assert.That(() => SecretBuffer.LiveCount, Is.EqualTo(live).After(5000, 20));
    }

    /// <summary>Any APDU gets an answer of two to 272 bytes, and the device lives on.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void AnyApdu_GetsAnAnswer(byte[] apdu, bool plausible)
    {
        byte instruction = apdu.Length % 2 == 0 ? (byte)0x18 : (byte)0x02;
        byte[] sent = plausible ? [0xe0, instruction, 0, 0, (byte)apdu.Length, .. apdu] : [0xe0, .. apdu];
        SendAsync().GetAwaiter().GetResult();

        async Task SendAsync()
        {
            await using SoftwareLedger ledger = SwitchOn(LedgerRecording.Load("errors_default"), new PolicyScreen(approve: true));
            using RawHost host = new(ledger);
            Assert.That(await host.ExchangeAsync(sent), Has.Length.InRange(4, 2 * ApduLimits.MaxMessage));
            Assert.That(await host.ExchangeAsync(Convert.FromHexString("e006000000")), Is.EqualTo("020116009000"));
        }
    }

    private static SoftwareLedger SwitchOn(LedgerRecording recording, IDeviceScreen screen, SoftwareLedgerOptions? options = null)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(recording.Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        return new SoftwareLedger(seed.Span, screen, options);
    }

    /// <summary>The words of our screens stand on the recorded ones (without their line breaks).</summary>
    private static void AssertScreen(LedgerExchange exchange, ScriptedScreen screen)
    {
        if (exchange.UserAction == "none" || exchange.Screens.Count == 0)
        {
            return;
        }

        static string Joined(string text) => text.Replace(" ", string.Empty, StringComparison.Ordinal);
        string recorded = Joined(string.Concat(
            exchange.Screens.Where(line => line is not ("Confirm" or "Cancel") && !line.EndsWith("/2)", StringComparison.Ordinal))));
        ScreenReview ours = screen.Shown.Last();
        Assert.That(ours.Lines.First(), Is.EqualTo(ScreenReview.Banner));
        foreach (ScreenField page in ours.Fields)
        {
            Assert.That(recorded, Does.Contain(Joined(page.Value)), exchange.ToString());
        }

        // The touch models' recordings have the page with the key only, and a second review on the same screen lost its title.
        if (exchange.Screens[0] is not ("Address" or "Address verified"))
        {
            Assert.That(recorded, Does.Contain(Joined(ours.Title)), exchange.ToString());
        }
    }
}
