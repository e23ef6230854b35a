using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>A Ledger that is not ready yet, or leaves and comes back, in the middle of a session.</summary>
internal sealed class LedgerReturnTests
{
    private const string FirstKey = "0xa772ed2e";

    [Test]
    public async Task Pubkeys_PlugPulledAtEachPiece_GoesOnWithTheSameWallet()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        Plug counting = new(ledger, null);
        IReadOnlyList<string> expected = await KeysAsync(counting, new ListeningPerson());
        int points = 0;

        // The first exchange asks for the open app, when there is no session yet.
        for (int at = 2; at < counting.Pieces; at++, points++)
        {
            Plug plug = new(ledger, at);
            ListeningPerson person = new();
            Assert.That(await KeysAsync(plug, person), Is.EqualTo(expected), $"pulled at piece {at}");
            Assert.That(plug.Connections, Is.EqualTo(2));
            Assert.That(person.Told, Has.Length.EqualTo(1));
            Assert.That(person.Told[0], Does.Contain("went away; waiting 1 s"));
        }

        Assert.That(points, Is.GreaterThan(5));
        TestContext.Out.WriteLine($"{points} points");
    }

    [Test]
    public async Task Pubkeys_AnotherWalletComesBack_IsAMismatchAndNoneOfItsKeysIsGiven()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using SoftwareLedger other = TestLedger.SwitchOn(new PolicyScreen(approve: true), "other");
        Plug plug = new(ledger, 4) { Next = other };
        await using LedgerKeyStore store = await OpenAsync(plug, new ListeningPerson());
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        List<DerivedKey> given = [];
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () =>
        {
            await foreach (DerivedKey key in keys!.GetPublicKeysAsync(Paths(3), confirm: false, CancellationToken.None))
            {
                given.Add(key);
            }
        })!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Mismatch));
        Assert.That(fault.Message, Does.Contain("another wallet"));
        Assert.That(given, Has.Count.EqualTo(1));
        FaultException again = Assert.ThrowsAsync<FaultException>(async () => await FirstAsync(keys!))!;
        Assert.That(again.Fault, Is.EqualTo(Fault.Mismatch), "nor at the next question");
    }

    [Test]
    public async Task Review_PlugPulled_IsNeverAskedAgain()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        Plug plug = new(ledger, 5);
        await using LedgerKeyStore store = await OpenAsync(plug, new ListeningPerson());
        Assert.That(store.TryGet(out ISealing? sealing), Is.True);
        foreach (string _ in (string[])["in the review", "after it"])
        {
            FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await sealing!.GetPublicKeyAsync(confirm: true, CancellationToken.None))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound));
        }

        Assert.That(plug.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task Pubkeys_DoesNotComeBack_IsSaid()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        Plug plug = new(ledger, 3) { Next = null };
        await using LedgerKeyStore store = await OpenAsync(plug, new ListeningPerson());
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await FirstAsync(keys!))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound));
    }

    [Test]
    public async Task Pubkeys_LockedAndWaiting_GoesOnOnceThePinIsEntered()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.Locked;
        ListeningPerson person = new(text => ledger.State = text.Contains("locked", StringComparison.Ordinal) ? SoftwareLedgerState.Ready : ledger.State);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person, TestLedger.Options with { Wait = TimeSpan.FromSeconds(60) });
        Assert.That(store.Info.State, Is.EqualTo(KeyStoreState.Ready));
        ledger.State = SoftwareLedgerState.Locked;
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        Assert.That(await FirstAsync(keys!), Does.StartWith(FirstKey));
        Assert.That(person.Told.Select(text => text.Contains("waiting 60 s for its PIN", StringComparison.Ordinal)), Is.EqualTo((bool[])[true, false, true, false]));
    }

    [Test]
    public async Task Pubkeys_LockedForLongerThanTheWait_IsLocked()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.Locked;
        await using LedgerKeyStore store =
            await TestLedger.OpenAsync(ledger, options: TestLedger.Options with { Wait = TimeSpan.FromMilliseconds(10) });
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await FirstAsync(keys!))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceLocked));
    }

    [TestCase(SoftwareLedgerState.Dashboard)]
    [TestCase(SoftwareLedgerState.OpenPgp)]
    public async Task Pubkeys_OpeningApps_OpensEthereumWithTheirConsent(SoftwareLedgerState state)
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        ledger.State = state;
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, options: TestLedger.Options with { OpensApps = true });
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        screen.Answer(false);
        FaultException refused = Assert.ThrowsAsync<FaultException>(async () => await FirstAsync(keys!))!;
        Assert.That(refused.Fault, Is.EqualTo(Fault.UserRejected));
        screen.Answer(true);
        Assert.That(await FirstAsync(keys!), Does.StartWith(FirstKey));
        Assert.That(ledger.State, Is.EqualTo(SoftwareLedgerState.Ready));
    }

    [Test]
    public async Task Pubkeys_DashboardAndWaiting_GoesOnOnceTheAppIsOpened()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.Dashboard;
        ListeningPerson person = new(_ => ledger.State = SoftwareLedgerState.Ready);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person, TestLedger.Options with { Wait = TimeSpan.FromSeconds(60) });
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        Assert.That(await FirstAsync(keys!), Does.StartWith(FirstKey));
        Assert.That(person.Told, Has.Length.EqualTo(1));
        Assert.That(person.Told[0], Does.Contain("waiting 60 s for you to open Ethereum on the Ledger"));
    }

    private static ValidatorKeyPath[] Paths(int count) => [.. Enumerable.Range(0, count).Select(index => ValidatorKeyPath.Signing((uint)index))];

    private static async Task<string> FirstAsync(IValidatorKeys keys)
    {
        await foreach (DerivedKey key in keys.GetPublicKeysAsync(Paths(1), confirm: false, CancellationToken.None))
        {
            return key.PublicKey.ToString();
        }

        throw new AssertionException("no key");
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(Plug plug, ListeningPerson person)
    {
        await using LedgerKeyStore store = await OpenAsync(plug, person);
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        List<string> given = [];
        await foreach (DerivedKey key in keys!.GetPublicKeysAsync(Paths(3), confirm: false, CancellationToken.None))
        {
            given.Add(key.PublicKey.ToString());
        }

        return given;
    }

    private static async Task<LedgerKeyStore> OpenAsync(Plug plug, ListeningPerson person)
    {
        LedgerOptions options = TestLedger.Options with { ReturnDeadline = TimeSpan.FromSeconds(1), Reconnect = (_, _) => new(plug.Connect()) };
        (ITransport transport, IFraming framing) = plug.Connect();
        return await LedgerKeyStore.OpenAsync(transport, framing, person, options, CancellationToken.None);
    }

    /// <summary>Connects to a Ledger; the first connection breaks in the place of one of its pieces.</summary>
    private sealed class Plug(SoftwareLedger first, int? cutAt)
    {
        private readonly SoftwareLedger _first = first;
        private Func<int>? _pieces;

        internal SoftwareLedger? Next { get; init; } = first;

        internal int Connections { get; private set; }

        internal int Pieces => _pieces!();

        internal (ITransport Transport, IFraming Framing) Connect()
        {
            Connections++;
            SoftwareLedger ledger = (Connections == 1 ? _first : Next) ?? throw new FaultException(Fault.DeviceNotFound, "went away", "Plug it in.");
            (ITransport transport, IFraming framing) = ledger.Connect();
            if (_pieces is not null)
            {
                return (transport, framing);
            }

            LimitedTransport cable = new(transport, cutAt ?? int.MaxValue);
            _pieces = () => cable.Pieces;
            return (cable, framing);
        }
    }
}
