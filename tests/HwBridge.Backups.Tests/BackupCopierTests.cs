using HwBridge.Backups.Files;
using HwBridge.Backups.Repair;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Tests;

public class BackupCopierTests
{
    private TemporaryFolder _folder = null!;
    private byte[] _backup = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        using SoftwareSealing device = new();
        using SecretBuffer plaintext = SecretBuffer.Random(3_000_000);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        _backup = new BackupRecipients { Alone = [device.Recipient] }.Encrypt(fileKey, plaintext);
        File.WriteAllBytes(_folder["a.age"], _backup);
        Directory.CreateDirectory(_folder["stick"]);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task CopyAsync_ToAFolderOrAFile_IsTheSameThere()
    {
        CopyReceipt first = await CopyAsync("stick");
        Assert.That((first.File, first.Status, first.Size), Is.EqualTo((_folder["stick/a.age"], CopyStatus.Copied, (long)_backup.Length)));
        Assert.That(first.IsOnSameDisk, Is.True, "two folders of one disk");
        CopyReceipt second = await CopyAsync("b.age");
        Assert.That(await File.ReadAllBytesAsync(second.File), Is.EqualTo(_backup));
        Assert.That((await CopyAsync("stick")).Status, Is.EqualTo(CopyStatus.Verified), "what is there and the same is not written again");
        Assert.That(Directory.GetFiles(_folder["stick"]), Is.EqualTo(new[] { first.File }));
    }

    [Test]
    public void CopyAsync_AnotherFileIsThere_IsNotOverwrittenUnasked()
    {
        byte[] other = [.. _backup];
        other[^1] ^= 1;
        File.WriteAllBytes(_folder["b.age"], other);
        Refused(Fault.Io, "b.age", replace: false);
        Assert.That(File.ReadAllBytes(_folder["b.age"]), Is.EqualTo(other));
        Assert.That(async () => (await CopyAsync("b.age", replace: true)).Status, Is.EqualTo(CopyStatus.Replaced));
        Assert.That(File.ReadAllBytes(_folder["b.age"]), Is.EqualTo(_backup));
    }

    [Test]
    public void CopyAsync_ItselfOrDamagedOrNothing_IsRefused()
    {
        Refused(Fault.Usage, "a.age", replace: true);
        Refused(Fault.Io, "nowhere/b.age", replace: false);
        byte[] damaged = [.. _backup];
        damaged[1_000_000] ^= 1;
        File.WriteAllBytes(_folder["a.age"], damaged);
        Refused(Fault.Mismatch, "b.age", replace: false);
        File.WriteAllBytes(_folder["a.age"], _backup[..100]);
        Refused(Fault.BadInput, "b.age", replace: false);
        Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age", "stick" }));
    }

    [Test]
    public async Task RepairAsync_AfterDamage_WritesTheOldBytes()
    {
        await CopyAsync("stick");
        string copy = _folder["stick/a.age"];
        await BackupRepair.WriteAppendixAsync(copy, 10, CancellationToken.None);
        byte[] damaged = [.. _backup];
        damaged.AsSpan(500_000, 100_000).Clear();
        await File.WriteAllBytesAsync(copy, damaged);
        BackupVerification found = await BackupInspector.VerifyAsync([copy], [], CancellationToken.None);
        Assert.That(found.Copies[0].Status, Is.EqualTo(BackupCopyStatus.Damaged));
        Assert.That(found.Copies[0].Cause, Does.Contain("repairs it"));
        RecordingPerson person = new();
        Assert.That(await BackupRepair.ReadAsync(copy, person, CancellationToken.None), Is.EqualTo(_backup));
        Assert.That(person.Told, Has.Count.EqualTo(1));
        RepairReceipt receipt = await BackupRepair.RepairAsync(copy, copy, replace: true, CancellationToken.None);
        Assert.That(receipt.ChangedBytes, Is.EqualTo(_backup.AsSpan(500_000, 100_000).ToArray().Count(static one => one != 0)));
        Assert.That(await File.ReadAllBytesAsync(copy), Is.EqualTo(_backup));
        Assert.That((await BackupRepair.RepairAsync(copy, copy, replace: true, CancellationToken.None)).ChangedBytes, Is.Zero);
    }

    [Test]
    public async Task RepairAsync_TooMuchDamage_LeavesWhatIsThere()
    {
        string copy = _folder["a.age"];
        await BackupRepair.WriteAppendixAsync(copy, 5, CancellationToken.None);
        byte[] damaged = [.. _backup];
        damaged.AsSpan(0, 1_000_000).Clear();
        await File.WriteAllBytesAsync(copy, damaged);
        Assert.That(
            () => BackupRepair.RepairAsync(copy, copy, replace: true, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Mismatch));
        Assert.That(await File.ReadAllBytesAsync(copy), Is.EqualTo(damaged));
        BackupVerification found = await BackupInspector.VerifyAsync([copy], [], CancellationToken.None);
        Assert.That(found.Copies[0].Cause, Does.Contain("does not repair"));
    }

    [Test]
    public void ReadBack_AnyFile_GivesItsBytes([Values(0, 1, 4095, 4096, 4097, 1 << 20, (1 << 20) + 1)] int length)
    {
        byte[] content = [.. _backup.Take(length)];
        File.WriteAllBytes(_folder["x"], content);
        using ReadBack disk = ReadBack.Open(_folder["x"]);
        List<byte> read = [];
        for (long offset = 0; offset < length; offset += ReadBack.BlockSize)
        {
            read.AddRange(disk.Read(offset).ToArray());
        }

        Assert.That(disk.Length, Is.EqualTo(length));
        Assert.That(read, Is.EqualTo(content));
    }

    private Task<CopyReceipt> CopyAsync(string target, bool replace = false) =>
        BackupCopier.CopyAsync(_folder["a.age"], _folder[target], replace, CancellationToken.None);

    private void Refused(Fault fault, string target, bool replace) => Assert.That(
        () => CopyAsync(target, replace), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(fault), target);
}
