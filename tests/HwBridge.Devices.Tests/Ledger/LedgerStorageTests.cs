using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;
using HwBridge.Shared.Ledger;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Ledger;

internal sealed class LedgerStorageTests
{
    private static readonly byte[] OpenPgpIsOpen = Convert.FromHexString("01074f70656e50475005322e372e3101009000");
    private static readonly byte[] Done = [0x90, 0x00];

    [Test]
    public async Task Slots_OfALedger_AreTheMeasuredObjectsWithTheBestProtectedFirst()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new ScriptedScreen());
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);

        Assert.That(storage.Slots.Select(slot => slot.Number), Is.EqualTo((int[])[4, 5, 2, 3, 1]));
        Assert.That(storage.Slots.Select(slot => slot.Capacity), Is.EqualTo((int[])[512, 1510, 512, 512, 512]));
        Assert.That(storage.Slots.Sum(slot => slot.Capacity), Is.EqualTo(3558));
    }

    [Test]
    public async Task WriteAndRead_EverySlotToItsBrim_AsksForEachPinOnce()
    {
        ScriptedScreen screen = Approving(3);
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        ListeningPerson person = new();
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person);
        IBackupStorage storage = Storage(store);
        Random random = new(1);
        foreach (StorageSlot slot in storage.Slots)
        {
            foreach (int size in (int[])[1, 252, 253, 254, 255, 508, 509, slot.Capacity])
            {
                byte[] content = new byte[size];
                random.NextBytes(content);
                await storage.WriteAsync(slot, content, CancellationToken.None);
                Assert.That(await storage.ReadAsync(slot, CancellationToken.None), Is.EqualTo(content), $"slot {slot.Number}, {size} bytes");
            }
        }

        Assert.That(screen.Shown.Select(review => review.Title), Is.EqualTo((string[])["Open app", "Confirm PIN", "Confirm PIN"]));
        Assert.That(screen.Shown.Select(review => review.Fields[0].Value), Is.EqualTo((string[])["OpenPGP", "Admin 83", "User 82"]));
        Assert.That(person.Told, Has.Length.EqualTo(3));
        Assert.That(person.Told[1], Does.Contain("admin PIN").And.Contain("not the PIN that unlocks").And.Not.Contain("MIND"));
    }

    [Test]
    public async Task Erase_AFullSlot_LeavesNoByteOfItInTheFlash()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        foreach (StorageSlot slot in storage.Slots)
        {
            OpenPgpFlash.StoredObject flash = ledger.OpenPgpFlash.ToRead(OpenPgpDataObject.All[slot.Number - 1].Tag, 0)!;
            await storage.WriteAsync(slot, Enumerable.Repeat((byte)0xaa, slot.Capacity).ToArray(), CancellationToken.None);
            await storage.WriteAsync(slot, ReadOnlyMemory<byte>.Empty, CancellationToken.None);
            Assert.That(flash.Flash.Contains((byte)0xaa), Is.True, "emptying alone leaves the bytes");
            await storage.EraseAsync(slot, CancellationToken.None);
            Assert.That(flash.Flash.ContainsAnyExcept((byte)0), Is.False);
            Assert.That(await storage.ReadAsync(slot, CancellationToken.None), Is.Empty);
        }
    }

    [Test]
    public async Task Storage_FromTheEthereumApp_SwitchesAndTheEthereumCommandsSwitchBack()
    {
        ScriptedScreen screen = Approving(8);
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        await storage.WriteAsync(storage.Slots[0], new byte[] { 1 }, CancellationToken.None);
        Assert.That(ledger.State, Is.EqualTo(SoftwareLedgerState.OpenPgp));
        Assert.That((await FirstKeyAsync(store)).PublicKey.ToString(), Does.StartWith("0xa772ed2e"));
        Assert.That(ledger.State, Is.EqualTo(SoftwareLedgerState.Ready));
        Assert.That(await storage.ReadAsync(storage.Slots[0], CancellationToken.None), Is.EqualTo((byte[])[1]), "the app has forgotten the PIN: asked again");
        Assert.That(
            screen.Shown.Select(review => review.Fields[0].Value),
            Is.EqualTo((string[])["OpenPGP", "Admin 83", "Ethereum", "OpenPGP", "Admin 83"]));
    }

    [TestCase(SoftwareLedgerState.Dashboard)]
    [TestCase(SoftwareLedgerState.OpenPgp)]
    public async Task Storage_FromTheDashboardOrTheAppItself_Works(SoftwareLedgerState state)
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = state;
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        foreach (StorageSlot slot in storage.Slots)
        {
            Assert.That(await storage.ReadAsync(slot, CancellationToken.None), Is.Empty);
        }
    }

    [Test]
    public async Task Storage_Locked_OrRefused_FaultsUntilThePersonHasMadeItReady()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        ledger.State = SoftwareLedgerState.Locked;
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        await RefusedAsync(Fault.DeviceLocked, storage);
        ledger.State = SoftwareLedgerState.Ready;
        screen.Answer(false);
        Assert.That((await RefusedAsync(Fault.UserRejected, storage)).Message, Does.Contain("opening the app was rejected"));
        screen.Answer(true);
        screen.Answer(false);
        Assert.That((await RefusedAsync(Fault.UserRejected, storage)).Message, Does.Contain("VERIFY"));
        Assert.That(ledger.OpenPgpFlash.ToRead(0x0104, 0)!.Length, Is.Zero);

        // Left by the person meanwhile: found out, opened again, asked again.
        screen.Answer(true);
        await storage.WriteAsync(storage.Slots[0], new byte[] { 7 }, CancellationToken.None);
        ledger.State = SoftwareLedgerState.Dashboard;
        await RefusedAsync(Fault.WrongApp, storage);
        screen.Answer(true);
        screen.Answer(true);
        Assert.That(await storage.ReadAsync(storage.Slots[0], CancellationToken.None), Is.EqualTo((byte[])[7]));
    }

    [Test]
    public async Task Storage_AppReopenedByThePerson_IsToldThatThePinIsForgotten()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        await storage.WriteAsync(storage.Slots[0], new byte[] { 7 }, CancellationToken.None);
        ledger.State = SoftwareLedgerState.OpenPgp;
        Assert.That((await RefusedAsync(Fault.PinInvalid, storage)).Message, Does.Contain("has forgotten"));
        Assert.That(await storage.ReadAsync(storage.Slots[0], CancellationToken.None), Is.EqualTo((byte[])[7]), "asked again");
    }

    [Test]
    public async Task Pin_TypedWrong_WarnsOfTheTriesLeftAndNeverAsksForABlockedOne()
    {
        ScriptedScreen screen = new();
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("openpgp_pin").Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, screen, new SoftwareLedgerOptions { PinsOnScreen = true }) { State = SoftwareLedgerState.OpenPgp };
        ListeningPerson person = new();
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, person);
        IBackupStorage storage = Storage(store);
        screen.Type("11111111");
        screen.Type(null);
        await RefusedAsync(Fault.UserRejected, storage);
        screen.Type("22222222");
        screen.Type(null);
        await RefusedAsync(Fault.UserRejected, storage);
        Assert.That(person.Told[1], Does.Contain("MIND: two more wrong PINs block it"));
        screen.Type("33333333");
        Assert.That((await RefusedAsync(Fault.PinInvalid, storage)).Message, Does.Contain("blocked"));
        Assert.That(person.Told[2], Does.Contain("MIND: one more wrong PIN blocks it"));
        int shown = screen.Shown.Count;
        FaultException blocked = await RefusedAsync(Fault.PinInvalid, storage);
        Assert.That(blocked.Remedy, Does.Contain("Reset"));
        Assert.That(screen.Shown, Has.Count.EqualTo(shown));
        Assert.That(person.Told, Has.Length.EqualTo(3));
        Assert.That(await storage.ReadAsync(storage.Slots[1], CancellationToken.None), Is.Empty, "what needs no PIN is still read");
    }

    [Test]
    public async Task Storage_DeviceLeavesTheBusWithItsApp_ConnectsAgain()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("openpgp_pin").Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, new PolicyScreen(approve: true), new SoftwareLedgerOptions { LeavesOnAppChange = true });
        int connections = 0;
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger, options: TestLedger.Options with { Reconnect = Reconnect });
        IBackupStorage storage = Storage(store);
        await storage.WriteAsync(storage.Slots[1], new byte[1510], CancellationToken.None);
        Assert.That((await FirstKeyAsync(store)).PublicKey.ToString(), Does.StartWith("0xa772ed2e"));
        Assert.That(connections, Is.GreaterThanOrEqualTo(4), "there and back, by the dashboard");

        ValueTask<(ITransport Transport, IFraming Framing)> Reconnect(TimeSpan patience, CancellationToken cancellationToken)
        {
            connections++;

            // Not there at the first try, as a device that is still starting.
            return connections == 1
                ? throw new FaultException(Fault.DeviceNotFound, "not there yet", "Wait.")
                : ValueTask.FromResult(ledger.Connect());
        }
    }

    [Test]
    public async Task Storage_DeviceLeavesTheBusAndNobodyToldHowToConnect_SaysWhatToDo()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("openpgp_pin").Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, new PolicyScreen(approve: true), new SoftwareLedgerOptions { LeavesOnAppChange = true });
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        FaultException fault = await RefusedAsync(Fault.DeviceNotFound, Storage(store));
        Assert.That(fault.Message, Does.Contain("changing its app"));
        Assert.That(fault.Remedy, Does.Contain("run the command again"));
    }

    [Test]
    public async Task Storage_AnswerLeftUnreadByAKilledProgram_IsNotTakenForOurs()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.OpenPgp;
        Assert.That(ledger.OpenPgpFlash.ToWrite(0x7f21, 0)!.TryWrite(new byte[1000]), Is.True);
        await SendAsync(ledger, [0x00, 0xca, 0x7f, 0x21, 0x00]);
        await using LedgerKeyStore store = await TestLedger.OpenAsync(ledger);
        IBackupStorage storage = Storage(store);
        Assert.That(await storage.ReadAsync(storage.Slots[1], CancellationToken.None), Is.EqualTo(new byte[1000]));
        Assert.That(await storage.ReadAsync(storage.Slots[0], CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Storage_ChainLeftOpenByAKilledProgram_SaysSoAndGoesOnAfterARestart()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        ledger.State = SoftwareLedgerState.OpenPgp;
        await SendAsync(ledger, [0x00, 0x20, 0x00, 0x83, 0x08, .. "12345678"u8]);
        await SendAsync(ledger, [0x10, 0xda, 0x01, 0x04, 0x03, 1, 2, 3]);
        LedgerOptions impatient = TestLedger.Options with { AnswerDeadline = TimeSpan.FromMilliseconds(300) };
        await using (LedgerKeyStore store = await TestLedger.OpenAsync(ledger, options: impatient))
        {
            FaultException fault = await RefusedAsync(Fault.DeviceBusy, Storage(store));
            Assert.That(fault.Message, Does.Contain("does not answer"));
            Assert.That(fault.Remedy, Does.Contain("Unplug"));
        }

        ledger.State = SoftwareLedgerState.Ready;
        await using LedgerKeyStore again = await TestLedger.OpenAsync(ledger);
        Assert.That(await Storage(again).ReadAsync(Storage(again).Slots[0], CancellationToken.None), Is.EqualTo((byte[])[1, 2, 3]), "half of a content");
    }

    /// <summary>The driver against the recorded bytes: it sends the recorded APDUs and reads the recorded answers.</summary>
    [TestCase("openpgp_cert_7f21_capacity", 5, 1510)]
    [TestCase("openpgp_private_do_capacity", 1, 512)]
    [TestCase("openpgp_private_do_capacity", 2, 512)]
    [TestCase("openpgp_private_do_capacity", 3, 512)]
    [TestCase("openpgp_private_do_capacity", 4, 512)]
    [TestCase("openpgp_private_do_capacity", 4, 255)]
    [TestCase("openpgp_cert_7f21_capacity", 5, 1024)]
    public async Task WriteAndRead_AgainstTheRecording_GivesTheRecordedBytes(string name, int slot, int size)
    {
        ushort tag = OpenPgpDataObject.All[slot - 1].Tag;
        string object4 = tag.ToString("x4", null);
        List<LedgerExchange> recorded = [.. LedgerRecording.Load(name).Exchanges];
        int put = recorded.FindIndex(exchange => exchange.Note == $"PUT DATA {object4}, {size} bytes, chunks of 254");
        int links = recorded.Skip(put).TakeWhile(exchange => exchange.Apdu[0] == OpenPgpApp.ChainCla).Count() + 1;
        int pieces = recorded.Skip(put + links).TakeWhile(exchange => exchange.Response![^2] == 0x61).Count() + 1;
        LedgerExchange[] scene = [.. recorded.Skip(put).Take(links + pieces)];
        byte[] content = [.. scene.Take(links).SelectMany(exchange => exchange.Apdu.Skip(5))];
        Assert.That(content, Has.Length.EqualTo(size));
        List<string> sent = [];
        await using HostilePeer peer = new((_, apdu) =>
        {
            sent.Add(Convert.ToHexStringLower(apdu));
            byte[] answer = apdu switch
            {
                [0xb0, ..] => OpenPgpIsOpen,
                [0x00, 0xa4, ..] or [0xef, 0x20, ..] => Done,
                [0x00, 0xca, 0x00, 0xc4, ..] => Convert.FromHexString("010c0c0c0300039000"),
                _ => scene.First(exchange => exchange.Apdu.AsSpan().SequenceEqual(apdu) && sent.Count(text => text == Convert.ToHexStringLower(apdu))
                    == scene.Take(Array.IndexOf(scene, exchange) + 1).Count(other => other.Apdu.AsSpan().SequenceEqual(apdu))).Response!,
            };
            return [HostilePeer.Frame(answer)];
        });
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            peer.Host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
        IBackupStorage storage = Storage(store);
        StorageSlot place = storage.Slots.Single(known => known.Number == slot);
        await storage.WriteAsync(place, content, CancellationToken.None);
        Assert.That(await storage.ReadAsync(place, CancellationToken.None), Is.EqualTo(content));
        Assert.That(sent[^scene.Length..], Is.EqualTo(scene.Select(exchange => Convert.ToHexStringLower(exchange.Apdu))));
    }

    [Test]
    public async Task Write_CancelledWithinAChain_FinishesTheChainFirst()
    {
        using CancellationTokenSource stop = new();
        int links = 0;
        await using HostilePeer peer = new((_, apdu) =>
        {
            if (apdu[1] == OpenPgpApp.PutData && ++links == 2)
            {
                stop.Cancel();
            }

            return [HostilePeer.Frame(
                apdu[0] == 0xb0 ? OpenPgpIsOpen : apdu[1] == OpenPgpApp.GetData ? Convert.FromHexString("010c0c0c0300039000") : Done)];
        });
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            peer.Host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
        IBackupStorage storage = Storage(store);
        await storage.WriteAsync(storage.Slots[1], new byte[1510], stop.Token);
        Assert.That(links, Is.EqualTo(6));
        Assert.That(async () => await storage.ReadAsync(storage.Slots[1], stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("6700", Fault.Unsupported)]
    [TestCase("6f00", Fault.PinInvalid)]
    [TestCase("5515", Fault.DeviceLocked)]
    [TestCase("6a88", Fault.Unsupported)]
    [TestCase("1234", Fault.Protocol)]
    public async Task Write_RefusedAtAnyLink_StopsThereAndNamesTheFault(string status, Fault fault)
    {
        for (int refused = 1; refused <= 6; refused++)
        {
            int links = 0;
            await using HostilePeer peer = new((_, apdu) => [HostilePeer.Frame(
                apdu[0] == 0xb0 ? OpenPgpIsOpen
                : apdu[1] == OpenPgpApp.GetData ? Convert.FromHexString("010c0c0c0300039000")
                : apdu[1] == OpenPgpApp.PutData && ++links == refused ? Convert.FromHexString(status)
                : Done)]);
            await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
                peer.Host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
            IBackupStorage storage = Storage(store);
            FaultException found = Assert.ThrowsAsync<FaultException>(
                async () => await storage.WriteAsync(storage.Slots[1], new byte[1510], CancellationToken.None))!;
            Assert.That(found.Fault, Is.EqualTo(fault), found.Message);
            Assert.That(links, Is.EqualTo(refused));
        }
    }

    [Test]
    public async Task Read_AnswerWithoutEnd_IsProtocol()
    {
        await using HostilePeer peer = new((_, apdu) => [HostilePeer.Frame(
            apdu[0] == 0xb0 ? OpenPgpIsOpen : apdu[1] == OpenPgpApp.Select ? Done : [.. new byte[252], 0x61, 0xfc])]);
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            peer.Host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
        IBackupStorage storage = Storage(store);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await storage.ReadAsync(storage.Slots[1], CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Message, Does.Contain("does not end"));
        Assert.That(peer.Received, Is.LessThan(25));
    }

    /// <summary>Any bytes at any exchange of opening, reading and writing: a fault or an answer, soon.</summary>
    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Use_AnyBytesAtAnyExchange_EndsSoon(byte[] garbage, FsCheck.NonNegativeInt at)
    {
        RunAsync().GetAwaiter().GetResult();

        async Task RunAsync()
        {
            byte[] sent = HostilePeer.Frame([.. garbage.Take(200), 0x90, 0x00]);
            await using HostilePeer peer = new((i, apdu) => [i == at.Get % 12 ? sent : HostilePeer.Frame(
                apdu[0] == 0xb0 ? OpenPgpIsOpen : apdu[1] == OpenPgpApp.GetData && apdu[3] == 0xc4 ? Convert.FromHexString("010c0c0c0300039000") : Done)]);
            try
            {
                await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
                    peer.Host, new ApduSocketFraming(), new ListeningPerson(), TestLedger.Options, CancellationToken.None);
                IBackupStorage storage = Storage(store);
                await storage.WriteAsync(storage.Slots[1], new byte[1000], CancellationToken.None);
                await storage.ReadAsync(storage.Slots[1], CancellationToken.None);
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.AnyOf(Fault.Protocol, Fault.DeviceNotFound, Fault.WrongApp, Fault.DeviceBusy));
            }
        }
    }

    private static ScriptedScreen Approving(int times)
    {
        ScriptedScreen screen = new();
        for (int i = 0; i < times; i++)
        {
            screen.Answer(true);
        }

        return screen;
    }

    private static IBackupStorage Storage(LedgerKeyStore store) =>
        store.TryGet(out IBackupStorage? storage) ? storage : throw new AssertionException("a Ledger stores backups");

    private static async Task<DerivedKey> FirstKeyAsync(LedgerKeyStore store)
    {
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        await foreach (DerivedKey key in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], false, CancellationToken.None))
        {
            return key;
        }

        throw new AssertionException("no key came");
    }

    private static async Task<FaultException> RefusedAsync(Fault expected, IBackupStorage storage)
    {
        FaultException? fault = null;
        try
        {
            await storage.ReadAsync(storage.Slots[0], CancellationToken.None);
        }
        catch (FaultException caught)
        {
            fault = caught;
        }

        Assert.That(fault?.Fault, Is.EqualTo(expected), fault?.Message);
        Assert.That(fault!.Remedy, Is.Not.Empty);
        return fault;
    }

    /// <summary>One APDU from a program that goes away after its answer.</summary>
    private static async Task SendAsync(SoftwareLedger ledger, byte[] apdu)
    {
        (ITransport transport, IFraming framing) = ledger.Connect();
        using (framing)
        {
            await using (transport)
            {
                framing.BeginSend(apdu);
                Assert.That(framing.TryGetPiece(out ReadOnlyMemory<byte> piece), Is.True);
                await transport.SendAsync(piece, CancellationToken.None);
                framing.BeginReceive();
                while (!framing.Receive(await transport.ReceiveAsync(framing.ReceiveBuffer, CancellationToken.None)))
                {
                }
            }
        }
    }
}
