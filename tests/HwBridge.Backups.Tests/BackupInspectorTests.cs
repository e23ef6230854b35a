using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Tests;

public class BackupInspectorTests
{
    private TemporaryFolder _folder = null!;
    private SoftwareSealing _device = null!;
    private SoftwareSealing _other = null!;
    private byte[] _backup = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _device = new SoftwareSealing();
        _other = new SoftwareSealing();
        using SecretBuffer plaintext = SecretBuffer.CopyOf("a small document"u8);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        _backup = new BackupRecipients { Alone = [_device.Recipient, _other.Recipient] }.Encrypt(fileKey, plaintext);
    }

    [TearDown]
    public void TearDown()
    {
        _other.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task InspectAsync_Backup_TellsWhatAnyoneCanLearn(bool armored)
    {
        byte[] bytes = armored ? AgeArmor.Encode(_backup) : _backup;
        BackupInspection inspection = await BackupInspector.InspectAsync(Save("a.age", bytes), CancellationToken.None);
        Assert.That(inspection.Format, Is.EqualTo("age-encryption.org/v1"));
        Assert.That(inspection.IsArmored, Is.EqualTo(armored));
        Assert.That(inspection.Size, Is.EqualTo(bytes.Length));
        Assert.That(inspection.PlaintextSize, Is.EqualTo("a small document".Length));
        Assert.That(inspection.Recipients, Is.EqualTo(2));
        Assert.That(inspection.HasTags, Is.True);
        Assert.That(inspection.HasDigest, Is.True);
        Assert.That(inspection.Threshold, Is.EqualTo(1));
        Assert.That(
            inspection.Stanzas.Select(stanza => $"{stanza.Key} {stanza.Value}"),
            Is.EqualTo(new[] { "X25519 2", "hwbridge-tags 1", "hwbridge-sha256 1" }));
    }

    [TestCase("ssh-ed25519", 2, null)]
    [TestCase("x9#-grease", 1, 1)]
    public async Task InspectAsync_OtherStanza_CountsUnlessItIsGrease(string type, int recipients, int? threshold)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza other = new(type, ["salt"], new byte[16]);
        byte[] file = AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, _device.Recipient), other], "x"u8);
        BackupInspection inspection = await BackupInspector.InspectAsync(Save("a.age", file), CancellationToken.None);
        Assert.That((inspection.Recipients, inspection.Threshold), Is.EqualTo((recipients, threshold)));
        Assert.That(inspection.Stanzas.Select(stanza => stanza.Key), Does.Contain(type));
    }

    [Test]
    public void InspectAsync_NoBackup_NamesTheFile()
    {
        string path = Save("a.age", "hello"u8.ToArray());
        Assert.That(
            async () => await BackupInspector.InspectAsync(path, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Message.Contain(path).And.Property("Fault").EqualTo(Fault.BadInput));
        Assert.That(
            async () => await BackupInspector.InspectAsync(_folder["none"], CancellationToken.None), Throws.TypeOf<FaultException>());
    }

    [Test]
    public async Task VerifyAsync_SameCopies_AreIntact()
    {
        BackupVerification verification =
            await BackupInspector.VerifyAsync([Save("a", _backup), Save("b", _backup), Save("c", _backup)], [], CancellationToken.None);
        Assert.That(verification.IsGood, Is.True);
        Assert.That(verification.Copies.Select(copy => copy.Status), Is.All.EqualTo(BackupCopyStatus.Intact));
        Assert.That(verification.Copies.Select(copy => copy.Sha256).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task VerifyAsync_AnyByteFlipped_IsDamagedButForTheMac()
    {
        int macEnd = AgeHeader.Parse(_backup).Length - 1;
        for (int i = 0; i < _backup.Length; i++)
        {
            byte[] damaged = [.. _backup];
            damaged[i] ^= 1;
            BackupVerification verification = await BackupInspector.VerifyAsync([Save("a", damaged)], [], CancellationToken.None);
            bool isMac = i >= macEnd - 43 && i < macEnd;

            // Only a key can tell a wrong MAC from a right one; a second copy can too.
            Assert.That(verification.IsGood, Is.False.Or.EqualTo(isMac), $"byte {i}");
            verification = await BackupInspector.VerifyAsync([Save("a", damaged), Save("b", _backup)], [], CancellationToken.None);
            Assert.That(verification.IsGood, Is.False, $"byte {i}, with a good copy");
        }
    }

    [Test]
    public async Task VerifyAsync_CutOffAnywhere_IsDamaged()
    {
        for (int length = 0; length < _backup.Length; length++)
        {
            BackupVerification verification = await BackupInspector.VerifyAsync([Save("a", _backup[..length])], [], CancellationToken.None);
            Assert.That(verification.Copies[0].Status, Is.EqualTo(BackupCopyStatus.Damaged), $"{length} bytes");
            Assert.That(verification.Copies[0].Cause, Is.Not.Empty);
        }
    }

    [Test]
    public async Task VerifyAsync_OneOtherBackupAmongThree_IsTheDifferentOne()
    {
        using SecretBuffer plaintext = SecretBuffer.CopyOf("another document"u8);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        byte[] another = new BackupRecipients { Alone = [_device.Recipient] }.Encrypt(fileKey, plaintext);
        BackupVerification verification =
            await BackupInspector.VerifyAsync([Save("a", another), Save("b", _backup), Save("c", _backup)], [], CancellationToken.None);
        Assert.That(
            verification.Copies.Select(copy => copy.Status),
            Is.EqualTo(new[] { BackupCopyStatus.Different, BackupCopyStatus.Intact, BackupCopyStatus.Intact }));
        Assert.That(verification.IsGood, Is.False);
    }

    [Test]
    public async Task VerifyAsync_FileOfAnotherProgram_IsPlausibleOnly()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        byte[] plain = AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, _device.Recipient)], "x"u8);
        BackupVerification verification = await BackupInspector.VerifyAsync([Save("a", plain)], [], CancellationToken.None);
        Assert.That(verification.Copies[0].Status, Is.EqualTo(BackupCopyStatus.Plausible));
        Assert.That(verification.IsGood, Is.True);
    }

    [Test]
    public async Task VerifyAsync_MissingFile_HasARowOfItsOwn()
    {
        BackupVerification verification = await BackupInspector.VerifyAsync([Save("a", _backup), _folder["none"]], [], CancellationToken.None);
        Assert.That(
            verification.Copies.Select(copy => copy.Status), Is.EqualTo(new[] { BackupCopyStatus.Intact, BackupCopyStatus.Unreadable }));
        Assert.That(verification.Copies[1].Cause, Does.Contain("no such file"));
        Assert.That(verification.IsGood, Is.False);
    }

    private string Save(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder[name], bytes);
        return _folder[name];
    }
}
