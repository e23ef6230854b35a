using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Devices.Tests.Ledger;

internal sealed class LedgerKeyStoreTests
{
    private static readonly X25519PublicKey Peer = new(Convert.FromHexString(TestLedger.Peer));

    [Test]
    public async Task OpenAsync_EthereumApp_TellsWhatIsKnown()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new ScriptedScreen());
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, options: TestLedger.Options with { Model = "Flex" });

        Assert.That(store.Info, Is.EqualTo(new KeyStoreInfo(
            "emulator:ledger",
            "ledger",
            "Flex",
            null,
            new AppInfo("Ethereum", "1.22.0"),
            KeyStoreState.Ready,
            KeyStoreCapabilities.ValidatorKeys | KeyStoreCapabilities.Sealing | KeyStoreCapabilities.Storage
            | KeyStoreCapabilities.ExecutionSigning,
            KeyOrigin.Device)));
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        Assert.That(keys!.Origin, Is.EqualTo(KeyOrigin.Device));
        Assert.That(keys.CanConfirm, Is.True);
        Assert.That(store.TryGet(out ISealing? _), Is.True);
        Assert.That(store.TryGet(out IDisposable? _), Is.False);
    }

    [TestCase(SoftwareLedgerState.Ready, KeyStoreState.Ready)]
    [TestCase(SoftwareLedgerState.Locked, KeyStoreState.Locked)]
    [TestCase(SoftwareLedgerState.Dashboard, KeyStoreState.WrongApp)]
    [TestCase(SoftwareLedgerState.OpenPgp, KeyStoreState.Ready)]
    public async Task DescribeAsync_AnyState_TellsIt(SoftwareLedgerState state, KeyStoreState expected)
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new ScriptedScreen());
        ledger.State = state;
        (ITransport transport, IFraming framing) = ledger.Connect();
        KeyStoreInfo info = await LedgerKeyStore.DescribeAsync(
            transport, framing, new ListeningPerson(), TestLedger.Options, CancellationToken.None);

        Assert.That(info.State, Is.EqualTo(expected));
        Assert.That(info.App?.Name, Is.EqualTo(state switch
        {
            SoftwareLedgerState.Ready => "Ethereum",
            SoftwareLedgerState.Dashboard => "BOLOS",
            SoftwareLedgerState.OpenPgp => "OpenPGP",
            _ => null,
        }));
    }

    [TestCase(SoftwareLedgerState.Locked, Fault.DeviceLocked)]
    [TestCase(SoftwareLedgerState.Dashboard, Fault.WrongApp)]
    public async Task Capabilities_NotReady_FaultUntilThePersonHasMadeItReady(SoftwareLedgerState state, Fault fault)
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new ScriptedScreen());
        ledger.State = state;
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);

        await AssertFaultAsync(fault, async () => await FirstKeyAsync(store));
        await AssertFaultAsync(fault, async () => await Sealing(store).GetPublicKeyAsync(false, CancellationToken.None));
        FaultException named = Assert.ThrowsAsync<FaultException>(async () => await FirstKeyAsync(store))!;
        Assert.That(named.Message, Does.StartWith($"{store.Info.Uri}: the "));
        ledger.State = SoftwareLedgerState.Ready;
        Assert.That((await FirstKeyAsync(store)).PublicKey.ToString(), Does.StartWith("0xa772ed2e"));

        // And when it is left behind again in the middle of a session.
        ledger.State = state;
        named = Assert.ThrowsAsync<FaultException>(async () => await FirstKeyAsync(store))!;
        Assert.That(named.Fault, Is.EqualTo(fault), named.Message);
        Assert.That(named.Message, Does.StartWith($"{store.Info.Uri}: the "));
    }

    [Test]
    public void Options_BothMakers_GiveAPersonTheSameTime() =>
        Assert.That(new LedgerOptions().PersonDeadline, Is.EqualTo(new Devices.Trezor.TrezorOptions().PersonDeadline));

    [Test]
    public async Task GetPublicKeysAsync_RecordedPaths_GivesTheRecordedKeys()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new ScriptedScreen());
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        Dictionary<string, string> recorded = LedgerRecording.Load("eth2_pubkey_default").Root.GetProperty("checks").EnumerateArray()
            .DistinctBy(check => check.GetProperty("path").GetString())
            .ToDictionary(
                check => check.GetProperty("path").GetString()!, check => check.GetProperty("eip2333_reference_pubkey").GetString()!);
        List<ValidatorKeyPath> paths = [];
        foreach (string text in recorded.Keys)
        {
            if (ValidatorKeyPath.TryParse(text, out ValidatorKeyPath? path))
            {
                paths.Add(path);
            }
        }

        List<DerivedKey> keys = await Keys(store).GetPublicKeysAsync(paths, false, CancellationToken.None).ToListAsync();
        Assert.That(paths, Has.Count.EqualTo(13));
        Assert.That(keys.Select(key => key.Path), Is.EqualTo(paths));
        Assert.That(keys.Select(key => key.PublicKey.ToString()), Is.EqualTo(paths.Select(path => $"0x{recorded[path.ToString()]}")));
        Assert.That(keys.Select(key => key.ConfirmedOnDevice), Has.None.True);
    }

    [Test]
    public async Task GetPublicKeysAsync_Confirmed_TellsTheKeyBeforeTheScreenShowsIt()
    {
        ScriptedScreen screen = new();
        int shownWhenTold = -1;
        ListeningPerson person = new(_ => shownWhenTold = screen.Shown.Count);
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person);
        screen.Answer(approve: true);
        DerivedKey key = await FirstKeyAsync(store, confirm: true);

        Assert.That(key.ConfirmedOnDevice, Is.True);
        Assert.That(person.Told, Has.Length.EqualTo(1));
        Assert.That(
            person.Told[0],
            Does.Contain(key.PublicKey.ToString()).And.Contain("m/12381/3600/0/0/0").And.Contain("emulator:ledger"));
        Assert.That(shownWhenTold, Is.Zero);
        Assert.That(screen.Shown.Single().Fields.Single().Value, Is.EqualTo(key.PublicKey.ToString()).IgnoreCase);
    }

    [Test]
    public async Task Reviews_Rejected_AreUserRejectedAndTheConnectionLivesOn()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        for (int i = 0; i < 3; i++)
        {
            screen.Answer(approve: false);
        }

        await AssertFaultAsync(Fault.UserRejected, async () => await FirstKeyAsync(store, confirm: true));
        await AssertFaultAsync(Fault.UserRejected, async () => await Sealing(store).GetPublicKeyAsync(true, CancellationToken.None));
        await AssertFaultAsync(Fault.UserRejected, async () => (await Sealing(store).AgreeAsync(Peer, CancellationToken.None)).Dispose());
        screen.Answer(approve: true);
        Assert.That((await FirstKeyAsync(store, confirm: true)).ConfirmedOnDevice, Is.True);
    }

    [Test]
    public async Task Sealing_RecordedIdentity_AgreesOnTheRecordedSecretAndLeavesNothingBehind()
    {
        int live = SecretBuffer.LiveCount;
        ListeningPerson person = new();
        ScriptedScreen screen = new();
        await using (SoftwareLedger ledger = TestLedger.SwitchOn(screen))
        {
            (ITransport transport, IFraming framing) = ledger.Connect();
            await using LedgerKeyStore store =
                await LedgerKeyStore.OpenAsync(transport, framing, person, TestLedger.Options, CancellationToken.None);
            X25519PublicKey silent = await Sealing(store).GetPublicKeyAsync(false, CancellationToken.None);
            Assert.That(silent.ToString(), Is.EqualTo(TestLedger.SealingKey));
            screen.Answer(approve: true);
            X25519PublicKey shown = await Sealing(store).GetPublicKeyAsync(true, CancellationToken.None);
            Assert.That(shown.ToString(), Is.EqualTo(TestLedger.SealingKey));
            Assert.That(person.Told.Single(), Does.Contain(TestLedger.SealingKey.ToUpperInvariant()));

            screen.Answer(approve: true);
            using (SecretBuffer secret = await Sealing(store).AgreeAsync(Peer, CancellationToken.None))
            {
                Assert.That(Convert.ToHexStringLower(secret.Span), Is.EqualTo(TestLedger.Secret));
            }

            Assert.That(framing.Message.Length, Is.Zero);
            Assert.That(framing.ReceiveBuffer.Span.ContainsAnyExcept((byte)0), Is.False, "the answer was not wiped");
            Assert.That(person.Told[1], Does.Contain("let nobody see"));
            Assert.That(screen.Shown.Last().Title, Is.EqualTo("Provide public secret key"));
        }

        Assert.That(() => SecretBuffer.LiveCount, Is.EqualTo(live).After(5000, 20));
    }

    [Test]
    public async Task WholeUse_OverHidReports_IsTheSame()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        (ITransport host, ITransport device) = InProcessTransport.CreatePair("hid");
        using LedgerHidDeviceFraming framing = new();
        Task serving = ledger.ServeAsync(device, framing, CancellationToken.None);
        await using (LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            host, new LedgerHidFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None))
        {
            Assert.That((await FirstKeyAsync(store, confirm: true)).PublicKey.ToString(), Does.StartWith("0xa772ed2e"));
            using SecretBuffer secret = await Sealing(store).AgreeAsync(Peer, CancellationToken.None);
            Assert.That(Convert.ToHexStringLower(secret.Span), Is.EqualTo(TestLedger.Secret));
        }

        await serving;
        await device.DisposeAsync();
    }

    [Test]
    public async Task ServeAsync_PingReport_IsEchoed()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        (ITransport host, ITransport device) = InProcessTransport.CreatePair("hid");
        using LedgerHidDeviceFraming framing = new();
        Task serving = ledger.ServeAsync(device, framing, CancellationToken.None);
        byte[] ping = new byte[64];
        Convert.FromHexString("01010268656c6c6f").CopyTo(ping, 0);
        byte[] echo = new byte[64];
        await host.SendAsync(ping, CancellationToken.None);

        Assert.That(await host.ReceiveAsync(echo, CancellationToken.None), Is.EqualTo(64));
        Assert.That(echo, Is.EqualTo(ping));
        await host.DisposeAsync();
        await serving;
        await device.DisposeAsync();
    }

    [Test]
    public async Task AgreeAsync_OtherSeedMeanwhile_IsFoundBeforeAnythingIsShown()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger first = TestLedger.SwitchOn(screen);
        await using SoftwareLedger second = TestLedger.SwitchOn(screen, passphrase: "another");
        (ITransport host, ITransport device) = InProcessTransport.CreatePair("swapped");
        using CancellationTokenSource swap = new();
        using ApduSocketDeviceFraming framing = new();
        Task serving = first.ServeAsync(device, framing, swap.Token);
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
        await Sealing(store).GetPublicKeyAsync(false, CancellationToken.None);
        await swap.CancelAsync();
        await serving;
        serving = second.ServeAsync(device, framing, CancellationToken.None);

        await AssertFaultAsync(Fault.Protocol, async () => (await Sealing(store).AgreeAsync(Peer, CancellationToken.None)).Dispose());
        Assert.That(screen.Shown, Is.Empty);
        await store.DisposeAsync();
        await serving;
        await device.DisposeAsync();
    }

    [Test]
    public async Task AgreeAsync_PeerOfLowOrder_IsProtocol()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);

        await AssertFaultAsync(Fault.Protocol, async () => (await Sealing(store).AgreeAsync(default, CancellationToken.None)).Dispose());
    }

    [Test]
    public async Task Queue_SecondCaller_WaitsForTheReviewAndCanLeave()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        Task<DerivedKey> reviewed = FirstKeyAsync(store, confirm: true);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        await screen.WaitForReviewAsync(patience.Token);

        using CancellationTokenSource leaves = new();
        Task<DerivedKey> leaving = FirstKeyAsync(store, cancellationToken: leaves.Token);
        Task<X25519PublicKey> waiting = Sealing(store).GetPublicKeyAsync(false, CancellationToken.None).AsTask();
        await Task.Delay(50, patience.Token);
        Assert.That(leaving.IsCompleted || waiting.IsCompleted, Is.False);
        await leaves.CancelAsync();
        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());

        // Had anything been sent during the review, its answer would be lost.
        screen.Answer(approve: true);
        Assert.That((await reviewed).ConfirmedOnDevice, Is.True);
        Assert.That((await waiting).ToString(), Is.EqualTo(TestLedger.SealingKey));
    }

    [Test]
    public async Task Cancel_DuringAReview_SaysToRejectOnTheDeviceAndClosesTheConnection()
    {
        ScriptedScreen screen = new();
        ListeningPerson person = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person);
        using CancellationTokenSource interrupt = new();
        Task<SecretBuffer> agreeing = Sealing(store).AgreeAsync(Peer, interrupt.Token).AsTask();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        await screen.WaitForReviewAsync(patience.Token);
        await interrupt.CancelAsync();

        Assert.That(async () => await agreeing, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(person.Told.Last(), Does.Contain("reject it on the device"));
        await AssertFaultAsync(Fault.DeviceNotFound, async () => await FirstKeyAsync(store));

        // The question is still on the screen; a new connection works once it is rejected there.
        screen.Answer(approve: false);
        await using LedgerKeyStore again = await TestLedger.OpenAsync(ledger);
        Assert.That((await FirstKeyAsync(again)).PublicKey.ToString(), Does.StartWith("0xa772ed2e"));
    }

    [Test]
    public async Task Cancel_BetweenTheQuestionAndItsAnswer_ClosesTheConnectionAndSaysSo()
    {
        ScriptedScreen screen = new();
        ListeningPerson person = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        (ITransport transport, IFraming framing) = ledger.Connect();
        HastyTransport hasty = new(transport);
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(hasty, framing, person, TestLedger.Options, default);
        await FirstKeyAsync(store);
        using CancellationTokenSource interrupt = new();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        int sent = 0;
        hasty.Sent = async () =>
        {
            // The first reads the key without a review.
            if (++sent == 2)
            {
                await screen.WaitForReviewAsync(patience.Token);
                await interrupt.CancelAsync();
            }
        };

        Assert.That(
            async () => await FirstKeyAsync(store, confirm: true, interrupt.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(person.Told.Last(), Does.Contain("reject it on the device"));
        FaultException closed = Assert.ThrowsAsync<FaultException>(async () => await FirstKeyAsync(store))!;
        Assert.That(closed.Fault, Is.EqualTo(Fault.DeviceNotFound));
        Assert.That(closed.Message, Does.Contain("closed after an exchange that was cut off"));
        Assert.That(sent, Is.EqualTo(2), "nothing is sent while the review is on the screen");
        screen.Answer(approve: false);
    }

    [Test]
    public async Task Cancel_BeforeTheCall_SendsNothing()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ListeningPerson person = new();
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        Assert.That(
            async () => await FirstKeyAsync(store, confirm: true, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(person.Told, Is.Empty);
        Assert.That((await FirstKeyAsync(store)).ConfirmedOnDevice, Is.False);
    }

    [Test]
    public async Task DisposeAsync_Twice_IsHarmlessAndLaterUseFails()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        await store.DisposeAsync();
        await store.DisposeAsync();

        Assert.That(async () => await FirstKeyAsync(store), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>A check of a thousand keys must cost the host next to nothing: measured with a peer that answers on the spot.</summary>
    [Test]
    public async Task GetPublicKeyAsync_ManyTimes_AllocatesNextToNothing()
    {
        InstantTransport transport = new(Convert.FromHexString("000000130108457468657265756d06312e32322e3001009000"));
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            transport, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
        transport.Answer = Convert.FromHexString($"00000020{TestLedger.SealingKey}9000");
        ISealing sealing = Sealing(store);
        const int Rounds = 500;
        long before = 0;
        for (int i = 0; i < 2 * Rounds; i++)
        {
            before = i == Rounds ? GC.GetAllocatedBytesForCurrentThread() : before;
            await sealing.GetPublicKeyAsync(false, CancellationToken.None);
        }

        // A debug build allocates each asynchronous method's state as well; the benchmark has the number of a release build.
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / Rounds, Is.LessThan(1500));
    }

    private static IValidatorKeys Keys(LedgerKeyStore store) =>
        store.TryGet(out IValidatorKeys? keys) ? keys : throw new AssertionException("no validator keys");

    private static ISealing Sealing(LedgerKeyStore store) =>
        store.TryGet(out ISealing? sealing) ? sealing : throw new AssertionException("no sealing");

    private static async Task<DerivedKey> FirstKeyAsync(
        LedgerKeyStore store, bool confirm = false, CancellationToken cancellationToken = default)
    {
        await foreach (DerivedKey key in Keys(store).GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], confirm, cancellationToken))
        {
            return key;
        }

        throw new AssertionException("no key");
    }

    private static async Task AssertFaultAsync(Fault fault, Func<Task> action)
    {
        FaultException exception = Assert.ThrowsAsync<FaultException>(async () => await action())!;
        Assert.That(exception.Fault, Is.EqualTo(fault), exception.Message);
        Assert.That(exception.Remedy, Is.Not.Empty);
        await Task.CompletedTask;
    }

    /// <summary>Calls a test after each packet that it has sent.</summary>
    private sealed class HastyTransport(ITransport inner) : ITransport
    {
        internal Func<Task> Sent { get; set; } = () => Task.CompletedTask;

        public string Uri => inner.Uri;

        public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
        {
            await inner.SendAsync(piece, cancellationToken);
            await Sent();
        }

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
            inner.ReceiveAsync(buffer, cancellationToken);

        public void Drain() => inner.Drain();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class InstantTransport(byte[] answer) : ITransport
    {
        internal byte[] Answer { get; set; } = answer;

        public string Uri => "instant";

        public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            Answer.CopyTo(buffer);
            return ValueTask.FromResult(Answer.Length);
        }

        public void Drain()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
