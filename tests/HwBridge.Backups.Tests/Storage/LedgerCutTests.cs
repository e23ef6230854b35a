using HwBridge.Backups.Storage;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Backups.Tests.Storage;

/// <summary>
/// The line to a Ledger is cut at each APDU of an export, an import and an erasure: before the device gets it, or when it has answered; and
/// the device loses its power (the app begins anew), or only the program dies (the app goes on where it was).
/// </summary>
public sealed class LedgerCutTests
{
    private static readonly byte[] Foreign = "someone's login data"u8.ToArray();
    private static readonly LedgerOptions Patient = new() { AnswerDeadline = TimeSpan.FromSeconds(20), PersonDeadline = TimeSpan.FromSeconds(20) };
    private static readonly LedgerOptions Impatient = Patient with { AnswerDeadline = TimeSpan.FromSeconds(1) };

    // Three parts: the private object with the head, the certificate, another private object.
    private readonly byte[] _file = Backup(65);
    private readonly byte[] _old = Backup(2);

    [Test]
    public async Task Export_CutAtEachApdu_IsWholeOrPassesForNothing([Values] bool delivered, [Values] bool powerIsLost)
    {
        int apdus = await CountAsync(ExportAsync, empty: true);
        Assert.That(apdus, Is.GreaterThan(30));
        int whole = 0;
        for (int cut = 0; cut < apdus; cut++)
        {
            await using SoftwareLedger ledger = await PreparedAsync(exported: false);
            FaultException fault = await CutAsync(ledger, ExportAsync, cut, delivered);
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"APDU {cut}: {fault.Message}");
            Restart(ledger, powerIsLost, await IsHungAsync(ledger));
            await using LedgerKeyStore store = await OpenAsync(ledger);
            IBackupStorage storage = store.Require<IBackupStorage>("store");
            IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(storage, CancellationToken.None);
            await AssertOthersAsync(storage, list, cut);
            if (list.Single(content => content.Slot.Number == 4).State == SlotState.Backup)
            {
                Assert.That((await DeviceBackups.ImportAsync(storage, 4, CancellationToken.None)).File.ToArray(), Is.EqualTo(_file), $"APDU {cut}");
                whole++;
            }

            // What was begun can be erased, and the next export works.
            foreach (SlotContent left in list.Where(content => content.Slot.Number is 2 or 4 or 5))
            {
                await DeviceBackups.EraseAsync(storage, left.Slot.Number, foreign: left.State == SlotState.Foreign, CancellationToken.None);
            }

            await ExportAsync(storage);
            Assert.That((await DeviceBackups.ImportAsync(storage, 4, CancellationToken.None)).File.ToArray(), Is.EqualTo(_file));
        }

        Assert.That(whole, Is.GreaterThan(0).And.LessThan(apdus), "the last APDUs only read back");
        await TestContext.Out.WriteLineAsync($"export: {apdus} points, {whole} of them after all was written");
    }

    [Test]
    public async Task Import_CutAtEachApdu_ChangesNothing([Values] bool delivered, [Values] bool powerIsLost)
    {
        int apdus = await CountAsync(ImportAsync, empty: false);
        for (int cut = 0; cut < apdus; cut++)
        {
            await using SoftwareLedger ledger = await PreparedAsync(exported: true);
            FaultException fault = await CutAsync(ledger, ImportAsync, cut, delivered);
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"APDU {cut}: {fault.Message}");
            Restart(ledger, powerIsLost, isHung: false);
            await using LedgerKeyStore store = await OpenAsync(ledger);
            IBackupStorage storage = store.Require<IBackupStorage>("store");
            await AssertOthersAsync(storage, await DeviceBackups.ListAsync(storage, CancellationToken.None), cut);
            Assert.That((await DeviceBackups.ImportAsync(storage, 4, CancellationToken.None)).File.ToArray(), Is.EqualTo(_file), $"APDU {cut}");
        }

        await TestContext.Out.WriteLineAsync($"import: {apdus} points");
    }

    [Test]
    public async Task Erase_CutAtEachApdu_IsWholeOrPassesForNothing([Values] bool delivered, [Values] bool powerIsLost)
    {
        int apdus = await CountAsync(EraseAsync, empty: false);
        for (int cut = 0; cut < apdus; cut++)
        {
            await using SoftwareLedger ledger = await PreparedAsync(exported: true);
            FaultException fault = await CutAsync(ledger, EraseAsync, cut, delivered);
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"APDU {cut}: {fault.Message}");
            Restart(ledger, powerIsLost, await IsHungAsync(ledger));
            await using LedgerKeyStore store = await OpenAsync(ledger);
            IBackupStorage storage = store.Require<IBackupStorage>("store");
            IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(storage, CancellationToken.None);
            await AssertOthersAsync(storage, list, cut);
            foreach (SlotContent left in list.Where(content => content.Slot.Number is 2 or 4 or 5 && content.State != SlotState.Free))
            {
                await DeviceBackups.EraseAsync(storage, left.Slot.Number, foreign: left.State == SlotState.Foreign, CancellationToken.None);
            }

            list = await DeviceBackups.ListAsync(storage, CancellationToken.None);
            Assert.That(list.Where(content => content.Slot.Number is 2 or 4 or 5).Select(content => content.State), Is.All.EqualTo(SlotState.Free));
        }

        await TestContext.Out.WriteLineAsync($"erase: {apdus} points");
    }

    private static byte[] Backup(int keys)
    {
        using SoftwareSealing sealing = new();
        using BackupDocument document = CompactDocumentCodecTests.InOrder(keys);
        return DeviceBackups.Pack(document, [sealing.Recipient], 3458).File;
    }

    private Task ExportAsync(IBackupStorage storage) => DeviceBackups.ExportAsync(storage, _file, [4, 5, 2], false, CancellationToken.None);

    private async Task ImportAsync(IBackupStorage storage) =>
        Assert.That((await DeviceBackups.ImportAsync(storage, 4, CancellationToken.None)).File.ToArray(), Is.EqualTo(_file));

    private static Task EraseAsync(IBackupStorage storage) => DeviceBackups.EraseAsync(storage, 4, false, CancellationToken.None);

    /// <summary>Slot 1 holds another program's data, slot 3 an older backup; in 4, 5 and 2 the new one, where it is there already.</summary>
    private async Task<SoftwareLedger> PreparedAsync(bool exported)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse("legal winner thank year wave sausage worth useful legal winner thank yellow");
        using SecretBuffer seed = mnemonic.DeriveSeed();
        SoftwareLedger ledger = new(seed.Span, new PolicyScreen(approve: true));
        await using LedgerKeyStore store = await OpenAsync(ledger);
        IBackupStorage storage = store.Require<IBackupStorage>("store");
        await storage.WriteAsync(DeviceBackups.Find(storage, 1), Foreign, CancellationToken.None);
        await DeviceBackups.ExportAsync(storage, _old, [3], false, CancellationToken.None);
        if (exported)
        {
            await ExportAsync(storage);
        }

        ledger.State = SoftwareLedgerState.Ready;
        return ledger;
    }

    private async Task<int> CountAsync(Func<IBackupStorage, Task> work, bool empty)
    {
        await using SoftwareLedger ledger = await PreparedAsync(exported: !empty);
        int[] counter = [0];
        await using LedgerKeyStore store = await OpenAsync(ledger, counter);
        await work(store.Require<IBackupStorage>("store"));
        return counter[0];
    }

    private static async Task<FaultException> CutAsync(SoftwareLedger ledger, Func<IBackupStorage, Task> work, int cut, bool delivered)
    {
        try
        {
            await using LedgerKeyStore store = await OpenAsync(ledger, [0], cut, delivered);
            await work(store.Require<IBackupStorage>("store"));
        }
        catch (FaultException fault)
        {
            return fault;
        }

        throw new AssertionException($"APDU {cut} was cut, and nobody noticed");
    }

    private static ValueTask<LedgerKeyStore> OpenAsync(
        SoftwareLedger ledger, int[]? counter = null, int cut = -1, bool delivered = false, LedgerOptions? options = null)
    {
        (ITransport transport, IFraming framing) = ledger.Connect();
        CuttingTransport line = new(transport, counter ?? [0], cut, delivered);
        return LedgerKeyStore.OpenAsync(line, framing, new TalkingPerson(), options ?? Patient, CancellationToken.None);
    }

    /// <summary>A program that died within a chain leaves an app behind that answers nobody: the next one says so.</summary>
    private static async Task<bool> IsHungAsync(SoftwareLedger ledger)
    {
        if (ledger.State != SoftwareLedgerState.OpenPgp)
        {
            return false;
        }

        try
        {
            await using LedgerKeyStore store = await OpenAsync(ledger, options: Impatient);
            IBackupStorage storage = store.Require<IBackupStorage>("store");
            await storage.ReadAsync(DeviceBackups.Find(storage, 1), CancellationToken.None);
            return false;
        }
        catch (FaultException busy) when (busy.Fault == Fault.DeviceBusy && busy.Remedy.Contains("Unplug", StringComparison.Ordinal))
        {
            return true;
        }
    }

    private static void Restart(SoftwareLedger ledger, bool powerIsLost, bool isHung)
    {
        if (powerIsLost || isHung)
        {
            ledger.State = SoftwareLedgerState.Dashboard;
        }
    }

    private async Task AssertOthersAsync(IBackupStorage storage, IReadOnlyList<SlotContent> list, int cut)
    {
        Assert.That(await storage.ReadAsync(DeviceBackups.Find(storage, 1), CancellationToken.None), Is.EqualTo(Foreign), $"APDU {cut}");
        Assert.That((await DeviceBackups.ImportAsync(storage, 3, CancellationToken.None)).File.ToArray(), Is.EqualTo(_old), $"APDU {cut}");
        SlotContent[] ours = [.. list.Where(content => content.Slot.Number is 2 or 4 or 5)];
        bool all = ours.All(content => content.State == SlotState.Backup);
        Assert.That(all || ours.All(content => content.State != SlotState.Backup), Is.True, $"APDU {cut}: all parts or none pass for a backup");
    }
}
