using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Tests;

public class BackupOpenerTests
{
    private TemporaryFolder _folder = null!;
    private SoftwareSealing _device = null!;
    private SoftwareSealing _other = null!;
    private SoftwareSealing _stranger = null!;
    private RecordingPerson _person = null!;
    private byte[] _backup = null!;
    private int _live;

    [SetUp]
    public void SetUp()
    {
        _live = SecretBuffer.LiveCount;
        _folder = new TemporaryFolder();
        _device = new SoftwareSealing();
        _other = new SoftwareSealing();
        _stranger = new SoftwareSealing();
        _person = new RecordingPerson();
        using BackupDocument document = TestKeys.Document(1);
        using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        _backup = new BackupRecipients { Alone = [_other.Recipient, _device.Recipient] }.Encrypt(fileKey, plaintext);
    }

    [TearDown]
    public void TearDown()
    {
        _stranger.Dispose();
        _other.Dispose();
        _device.Dispose();
        _folder.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [Test]
    public async Task OpenAsync_Armored_Opens()
    {
        using BackupDocument document = await OpenAsync(AgeArmor.Encode(_backup), _device);
        Assert.That(document.Validators, Has.Count.EqualTo(1));
    }

    [Test]
    public void OpenAsync_Stranger_IsNotAskedAtAll()
    {
        FaultException fault = Refused(_backup, _stranger);
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(fault.Message, Does.Contain("not a recipient"));
        Assert.That(_stranger.Asked, Is.Zero);
    }

    [Test]
    public async Task OpenAsync_SeveralDevices_AsksOnlyTheRecipient()
    {
        using BackupDocument document = await OpenAsync(_backup, _stranger, _device);
        Assert.That(_stranger.Asked, Is.Zero);
        Assert.That(_device.Asked, Is.EqualTo(1));
        Assert.That(_person.Told, Is.Empty);
    }

    [Test]
    public void OpenAsync_RefusedOnTheDevice_SaysSo()
    {
        _device.Refuses = true;
        Assert.That(Refused(_backup, _device).Fault, Is.EqualTo(Fault.UserRejected));
        Assert.That(_device.Asked, Is.EqualTo(1));
    }

    [Test]
    public async Task OpenAsync_NoTagsAndOneStanza_AsksOnceWithoutWords()
    {
        using BackupDocument document = await OpenAsync(Untagged(_device), _device);
        Assert.That(_device.Asked, Is.EqualTo(1));
        Assert.That(_person.Told, Is.Empty);
    }

    [Test]
    public async Task OpenAsync_NoTagsAndSeveralStanzas_TellsHowManyConfirmationsMayCome()
    {
        using BackupDocument document = await OpenAsync(Untagged(_other, _device), _device);
        Assert.That(_device.Asked, Is.EqualTo(2));
        Assert.That(_person.Told.Single(), Does.Contain("up to 2 confirmations"));
    }

    [Test]
    public async Task OpenAsync_TagMatchesAnothersStanzaToo_GoesOnToItsOwn()
    {
        byte[] file = Encrypt(fileKey =>
        {
            AgeStanza[] stanzas = [X25519Stanza.Wrap(fileKey, _other.Recipient), X25519Stanza.Wrap(fileKey, _device.Recipient)];
            return [.. stanzas, TagStanza.Create([_device.Recipient, _device.Recipient], stanzas)];
        });
        using BackupDocument document = await OpenAsync(file, _device);
        Assert.That(_device.Asked, Is.EqualTo(2));
    }

    [Test]
    public void OpenAsync_Passphrase_NamesTheWay()
    {
        byte[] file = Encrypt(_ => [new AgeStanza("scrypt", ["AAAAAAAAAAAAAAAAAAAAAA", "10"], new byte[32])]);
        FaultException fault = Refused(file, _device);
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(fault.Message, Does.Contain("passphrase"));
        Assert.That(fault.Remedy, Does.Contain("age --decrypt"));
        Assert.That(_device.Asked, Is.Zero);
    }

    [Test]
    public void OpenAsync_OtherKindsOfRecipientsOnly_IsRefusedWithoutAsking()
    {
        byte[] file = Encrypt(_ => [new AgeStanza("piv-p256", ["AAAAAA"], new byte[32])]);
        Assert.That(Refused(file, _device).Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(_device.Asked, Is.Zero);
    }

    [Test]
    public void OpenAsync_NotADocumentInside_IsRefused()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        byte[] file = AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, _device.Recipient)], "{\"hello\":\"from age\"}\n"u8);
        Assert.That(Refused(file, _device).Fault, Is.EqualTo(Fault.BadInput));
    }

    [Test]
    public void OpenAsync_AnyBitFlipped_IsRefused()
    {
        // Each bit of the header, the nonce and what follows; of the rest, which is mostly padding, one in 73.
        int dense = 8 * 2048;
        for (int bit = 0; bit < 8 * _backup.Length; bit += bit < dense ? 1 : 73)
        {
            byte[] damaged = [.. _backup];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Refused(damaged, _device).Fault, Is.EqualTo(Fault.CannotDecrypt).Or.EqualTo(Fault.BadInput), $"bit {bit}");
        }
    }

    [Test]
    public void OpenAsync_Cancelled_Stops()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        string path = Save(_backup);
        Assert.That(
            async () => await BackupOpener.OpenAsync(path, [_device], _person, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static byte[] Untagged(params SoftwareSealing[] recipients) =>
        Encrypt(fileKey => [.. recipients.Select(recipient => X25519Stanza.Wrap(fileKey, recipient.Recipient))]);

    private static byte[] Encrypt(Func<SecretBuffer, AgeStanza[]> stanzas)
    {
        using BackupDocument document = TestKeys.Document(1);
        using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] made = stanzas(fileKey);
        return AgeFile.Encrypt(fileKey, made, plaintext.Span, withDigest: made.Any(stanza => stanza.Type == TagStanza.Type));
    }

    private Task<BackupDocument> OpenAsync(byte[] file, params SoftwareSealing[] devices) =>
        BackupOpener.OpenAsync(Save(file), devices, _person, CancellationToken.None);

    private FaultException Refused(byte[] file, params SoftwareSealing[] devices) =>
        Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(file, devices))!;

    private string Save(byte[] file)
    {
        File.WriteAllBytes(_folder["backup.age"], file);
        return _folder["backup.age"];
    }
}
