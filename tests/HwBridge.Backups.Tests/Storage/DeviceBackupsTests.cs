using System.Security.Cryptography;
using HwBridge.Backups.Storage;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Tests.Storage;

public class DeviceBackupsTests
{
    private static readonly int[] Capacities = [512, 1510, 512, 512, 512];
    private MemoryStorage _storage = null!;

    [SetUp]
    public void SetUp() => _storage = new MemoryStorage(Capacities);

    [TestCase(1, new[] { 1 })]
    [TestCase(492, new[] { 1 })]
    [TestCase(493, new[] { 1, 2 })]
    [TestCase(1982, new[] { 1, 2 })]
    [TestCase(3458, new[] { 1, 2, 3, 4, 5 })]
    public async Task Export_IntoFreeSlots_TakesAsFewAsItNeedsAndImportsTheSame(int size, int[] slots)
    {
        byte[] file = File(size);
        StorageReceipt receipt = await ExportAsync(file);
        Assert.That(receipt.Slots, Is.EqualTo(slots));
        Assert.That(
            _storage.Log.Where(step => step.StartsWith("write", StringComparison.Ordinal)),
            Is.EqualTo(slots.Reverse().Select(slot => $"write {slot}")),
            "the part with the file's head comes last");
        Assert.That(DeviceBackups.Room(_storage), Is.EqualTo(3458));
        IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(_storage, CancellationToken.None);
        Assert.That(list.Where(content => content.State == SlotState.Backup).Select(content => content.Slot.Number), Is.EqualTo(slots));
        Assert.That(
            list.Where(content => content.State == SlotState.Free).Select(content => content.Slot.Number),
            Is.EqualTo(Enumerable.Range(1, 5).Except(slots)));
        if (size >= 493)
        {
            byte[] real = Backup(size / 40);
            _storage = new MemoryStorage(Capacities);
            StorageReceipt stored = await ExportAsync(real);
            StorageReceipt read = await DeviceBackups.ImportAsync(_storage, null, CancellationToken.None);
            Assert.That(read.File.ToArray(), Is.EqualTo(real));
            Assert.That((read.Backup, read.Slots), Is.EqualTo((stored.Backup, stored.Slots)));
        }
    }

    [Test]
    public void Export_TooLarge_SaysHowMuchFitsAndWritesNothing()
    {
        _storage[3] = "someone's login"u8.ToArray();
        FaultException fault = Refused(() => ExportAsync(File(3458)), Fault.Unsupported);
        Assert.That(fault.Message, Does.Contain("3458 bytes").And.Contain("2966").And.Contain("slot 3 holds 15 bytes of another program's"));
        Assert.That(_storage.Log, Has.None.StartsWith("write"));
        Assert.That(_storage[3], Is.EqualTo("someone's login"u8.ToArray()));
    }

    [Test]
    public async Task Export_OthersInTheWay_AreWrittenAround()
    {
        _storage[1] = "a certificate"u8.ToArray();
        _storage[3] = [0xff];
        StorageReceipt receipt = await ExportAsync(File(1600));
        Assert.That(receipt.Slots, Is.EqualTo((int[])[2, 4]));
        Assert.That(_storage[1], Is.EqualTo("a certificate"u8.ToArray()));
        Assert.That(_storage[3], Is.EqualTo((byte[])[0xff]));
    }

    [Test]
    public async Task Export_ToNamedSlots_UsesThemOnlyAndAsksBeforeOverwriting()
    {
        _storage[4] = "private"u8.ToArray();
        FaultException fault = Refused(() => ExportAsync(File(400), false, 4), Fault.Usage);
        Assert.That(fault.Message, Does.Contain("slot 4 holds 7 bytes of another program's"));
        Assert.That(fault.Remedy, Does.Contain("--force"));
        Refused(() => ExportAsync(File(400), true), Fault.Usage);
        Refused(() => ExportAsync(File(400), true, 9), Fault.Usage);
        Refused(() => ExportAsync(File(600), true, 4), Fault.Unsupported);
        Assert.That(_storage[4], Is.EqualTo("private"u8.ToArray()));
        Assert.That((await ExportAsync(File(400), true, 4)).Slots, Is.EqualTo((int[])[4]));
        Assert.That((await ExportAsync(File(600), false, 5, 3)).Slots, Is.EqualTo((int[])[3, 5]), "in the device's order");
    }

    [Test]
    public async Task Export_OverSomePartsOfABackup_IsRefused()
    {
        await ExportAsync(File(1600));
        FaultException fault = Refused(() => ExportAsync(File(400), true, 1), Fault.Usage);
        Assert.That(fault.Message, Does.Contain("only some of the 2 parts"));
        Assert.That((await ExportAsync(File(1600), true, 1, 2)).Slots, Is.EqualTo((int[])[1, 2]));
    }

    [Test]
    public void Export_ReadBackOtherwise_IsMismatchAndErased()
    {
        _storage.Before = step =>
        {
            if (step == "read 2" && _storage.Log.Contains("write 2"))
            {
                _storage[2] = [.. _storage[2].AsSpan(0, 30)];
            }
        };
        Refused(() => ExportAsync(File(1600)), Fault.Mismatch);
        Assert.That(Enumerable.Range(1, 5).Select(slot => _storage[slot].Length), Is.All.Zero);
    }

    [Test]
    public async Task Export_CutAtEachStep_LeavesTheOthersAloneAndNothingThatPassesForWhole()
    {
        byte[] other = File(300);
        byte[] file = Backup(60);
        await ExportAsync(other, false, 5);
        _storage[4] = "foreign"u8.ToArray();
        _storage.Log.Clear();
        await ExportAsync(file);
        int steps = _storage.Log.Count;
        Assert.That(steps, Is.EqualTo(9));
        int points = 0;
        foreach (bool dies in (bool[])[false, true])
        {
            for (int at = 0; at < steps; at++)
            {
                await DeviceBackups.EraseAsync(_storage, 1, foreign: false, CancellationToken.None);
                int step = 0;
                bool dead = false;
                _storage.Before = _ =>
                {
                    if ((dead && dies) || step++ == at)
                    {
                        dead = true;
                        throw MemoryStorage.Gone();
                    }
                };
                FaultException fault = Refused(() => ExportAsync(file), Fault.DeviceNotFound);
                _storage.Before = static _ => { };
                IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(_storage, CancellationToken.None);
                SlotState[] states = [.. list.Select(content => content.State)];
                bool wroteAll = dies && at > 5;
                if (wroteAll)
                {
                    Assert.That(states[..3], Is.All.EqualTo(SlotState.Backup), $"step {at}: all was written, only not compared");
                    Assert.That((await DeviceBackups.ImportAsync(_storage, 1, CancellationToken.None)).File.ToArray(), Is.EqualTo(file));
                }
                else
                {
                    Assert.That(states[..3], Is.All.AnyOf(SlotState.Free, SlotState.Incomplete), $"step {at}");
                }

                bool told = fault.Message.Contains("may hold a part", StringComparison.Ordinal);
                Assert.That(told, Is.EqualTo(dies && at >= 3), $"step {at}: {fault.Message}");
                Assert.That(states[3], Is.EqualTo(SlotState.Foreign));
                Assert.That(states[4], Is.EqualTo(SlotState.Backup));
                foreach (int slot in (int[])[1, 2, 3])
                {
                    await DeviceBackups.EraseAsync(_storage, slot, foreign: false, CancellationToken.None);
                }

                await ExportAsync(file);
                points++;
            }
        }

        await TestContext.Out.WriteLineAsync($"{points} points at which an export was cut");
    }

    [Test]
    public async Task Export_Cancelled_ErasesWhatWasBegun()
    {
        using CancellationTokenSource stop = new();
        _storage.Before = step =>
        {
            if (step == "write 1")
            {
                stop.Cancel();
            }
        };
        Assert.That(
            async () => await DeviceBackups.ExportAsync(_storage, File(1600), [], false, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(_storage, CancellationToken.None);
        Assert.That(list.Select(content => content.State), Is.All.EqualTo(SlotState.Free));
    }

    [Test]
    public async Task Import_SeveralBackups_WantsASlotNamed()
    {
        byte[] first = Backup(1);
        byte[] second = Backup(12);
        StorageReceipt one = await ExportAsync(first);
        StorageReceipt two = await ExportAsync(second);
        FaultException fault = Refused(() => DeviceBackups.ImportAsync(_storage, null, CancellationToken.None), Fault.Usage);
        Assert.That(fault.Message, Does.Contain(one.Backup).And.Contain(two.Backup));
        foreach (int slot in one.Slots)
        {
            Assert.That((await DeviceBackups.ImportAsync(_storage, slot, CancellationToken.None)).File.ToArray(), Is.EqualTo(first));
        }

        foreach (int slot in two.Slots)
        {
            Assert.That((await DeviceBackups.ImportAsync(_storage, slot, CancellationToken.None)).File.ToArray(), Is.EqualTo(second));
        }
    }

    [Test]
    public async Task Import_Nothing_Foreign_Damaged_OrNotWhole_SaysWhich()
    {
        Assert.That(Refused(() => ImportAsync(null), Fault.BadInput).Message, Is.EqualTo("the device holds no backup"));
        Assert.That(Refused(() => ImportAsync(2), Fault.BadInput).Message, Does.Contain("slot 2 holds nothing"));
        Refused(() => ImportAsync(7), Fault.Usage);
        _storage[2] = "foreign"u8.ToArray();
        Assert.That(Refused(() => ImportAsync(2), Fault.BadInput).Message, Does.Contain("7 bytes of another program's"));
        _storage[2] = [];
        await ExportAsync(Backup(20));
        byte[] whole = _storage[2];
        _storage[2] = whole[..^1];
        Assert.That(Refused(() => ImportAsync(null), Fault.Mismatch).Message, Does.Contain("slot 2 holds a damaged part"));
        Assert.That(Refused(() => ImportAsync(1), Fault.Mismatch).Message, Does.Contain("part 1 of 2"));
        Assert.That(Refused(() => ImportAsync(2), Fault.Mismatch).Message, Does.Contain("damaged"));
        _storage[2] = whole;
        Assert.That((await ImportAsync(2)).Slots, Is.EqualTo((int[])[1, 2]));
    }

    [Test]
    public async Task Import_AnyByteOfAnySlotChanged_IsNeverAWholeBackup()
    {
        await ExportAsync(Backup(1));
        for (int at = 0; at < _storage[1].Length; at++)
        {
            _storage[1][at] ^= 0x20;
            Assert.That(Refused(() => ImportAsync(null)).Fault, Is.EqualTo(Fault.Mismatch).Or.EqualTo(Fault.BadInput), $"byte {at}");
            _storage[1][at] ^= 0x20;
        }

        Assert.That((await ImportAsync(null)).Slots, Is.Not.Empty);
    }

    [Test]
    public async Task Erase_ABackup_ErasesAllPartsHeadFirstAndNothingElse()
    {
        _storage[1] = "mine"u8.ToArray();
        StorageReceipt kept = await ExportAsync(Backup(1), false, 5);
        StorageReceipt gone = await ExportAsync(Backup(30));
        Assert.That(gone.Slots, Is.EqualTo((int[])[2]));
        StorageReceipt spread = await ExportAsync(File(600));
        Assert.That(spread.Slots, Is.EqualTo((int[])[3, 4]));
        _storage.Log.Clear();
        Assert.That(await DeviceBackups.EraseAsync(_storage, 4, false, CancellationToken.None), Is.EqualTo((int[])[3, 4]));
        Assert.That(_storage.Log[^2..], Is.EqualTo((string[])["erase 3", "erase 4"]));
        Refused(() => DeviceBackups.EraseAsync(_storage, 1, false, CancellationToken.None), Fault.Usage);
        Assert.That(await DeviceBackups.EraseAsync(_storage, 1, true, CancellationToken.None), Is.EqualTo((int[])[1]));
        Assert.That((await ImportAsync(5)).Backup, Is.EqualTo(kept.Backup));
        Assert.That((await ImportAsync(2)).Backup, Is.EqualTo(gone.Backup));
    }

    [Test]
    public async Task Erase_CutInTheMiddle_LeavesNoWholeBackupAndCanBeRepeated()
    {
        await ExportAsync(Backup(20));
        _storage.Before = step => _ = step == "erase 2" ? throw MemoryStorage.Gone() : 0;
        Refused(() => DeviceBackups.EraseAsync(_storage, 2, false, CancellationToken.None), Fault.DeviceNotFound);
        _storage.Before = static _ => { };
        Assert.That(Refused(() => ImportAsync(null)).Fault, Is.EqualTo(Fault.Mismatch));
        Assert.That(await DeviceBackups.EraseAsync(_storage, 2, false, CancellationToken.None), Is.EqualTo((int[])[2]));
        _storage[2] = new byte[1510];
        IReadOnlyList<SlotContent> list = await DeviceBackups.ListAsync(_storage, CancellationToken.None);
        Assert.That(list[1].State, Is.EqualTo(SlotState.Free), "overwritten with zeros, not yet emptied");
    }

    [TestCase(1, 95)]
    [TestCase(2, 92)]
    [TestCase(5, 82)]
    public void Pack_AsManyAsAreStated_FitAndOneMoreDoesNot(int recipients, int most)
    {
        X25519PublicKey[] to = [.. Enumerable.Range(0, recipients).Select(_ => Recipient())];
        using (BackupDocument document = CompactDocumentCodecTests.InOrder(most))
        {
            Assert.That(DeviceBackups.Pack(document, to, DeviceBackups.Room(_storage)).File, Has.Length.LessThanOrEqualTo(3458));
        }

        using BackupDocument larger = CompactDocumentCodecTests.InOrder(most + 1);
        FaultException fault = Assert.Throws<FaultException>(() => DeviceBackups.Pack(larger, to, DeviceBackups.Room(_storage)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Remedy, Does.Contain($"about {most} of the keys"));
    }

    [Test]
    public void Pack_HistoryAndDepositsThatDoNotFit_AreLeftOutAndSaid()
    {
        using BackupDocument document = TestKeys.Document(3, withOthers: true);
        X25519PublicKey[] to = [Recipient()];
        PackedBackup all = DeviceBackups.Pack(document, to, 3458);
        Assert.That((all.WithSlashingProtection, all.WithDepositData), Is.EqualTo((true, true)));
        PackedBackup history = DeviceBackups.Pack(document, to, all.File.Length - 1);
        Assert.That((history.WithSlashingProtection, history.WithDepositData), Is.EqualTo((true, false)));
        PackedBackup deposits = DeviceBackups.Pack(document, to, history.File.Length - 1);
        Assert.That(deposits.WithSlashingProtection, Is.False);
        PackedBackup keys = DeviceBackups.Pack(document, to, 14 + (3 * 33) + 20 + 16 + 287);
        Assert.That((keys.WithSlashingProtection, keys.WithDepositData), Is.EqualTo((false, false)));
    }

    private static byte[] File(int size)
    {
        byte[] file = RandomNumberGenerator.GetBytes(size);
        file[^1] |= 1;
        return file;
    }

    private static byte[] Backup(int keys)
    {
        using BackupDocument document = CompactDocumentCodecTests.InOrder(keys);
        return DeviceBackups.Pack(document, [Recipient()], 3458).File;
    }

    private static X25519PublicKey Recipient()
    {
        using SoftwareSealing sealing = new();
        return sealing.Recipient;
    }

    private Task<StorageReceipt> ExportAsync(byte[] file, bool overwrite = false, params int[] slots) =>
        DeviceBackups.ExportAsync(_storage, file, slots, overwrite, CancellationToken.None);

    private Task<StorageReceipt> ImportAsync(int? slot) => DeviceBackups.ImportAsync(_storage, slot, CancellationToken.None);

    private static FaultException Refused<T>(Func<Task<T>> action, Fault? expected = null)
    {
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await action())!;
        Assert.That(fault.Remedy, Is.Not.Empty);
        if (expected is { } tag)
        {
            Assert.That(fault.Fault, Is.EqualTo(tag), fault.Message);
        }

        return fault;
    }
}
