using System.Text;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Tests;

public class BackupRewriterTests
{
    private TemporaryFolder _folder = null!;
    private SoftwareSealing _device = null!;
    private SoftwareSealing _heir = null!;
    private SecretBuffer _password = null!;
    private int _live;

    private string Backup => _folder["a.age"];

    [SetUp]
    public async Task SetUp()
    {
        _live = SecretBuffer.LiveCount;
        _folder = new TemporaryFolder();
        _device = new SoftwareSealing();
        _heir = new SoftwareSealing();
        _password = TestKeys.Password();
        await BackupCreator.CreateAsync(TestKeys.Request(_password, 3, [_device.Recipient], Backup), null, CancellationToken.None);
    }

    [TearDown]
    public void TearDown()
    {
        _password.Dispose();
        _heir.Dispose();
        _device.Dispose();
        _folder.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [Test]
    public async Task RewrapAsync_ForAnother_HasTheSameInsideUnderAnotherKey()
    {
        RewriteReceipt receipt = await RewrapAsync(_folder["b.age"], [_heir.Recipient]);
        byte[] old = await File.ReadAllBytesAsync(Backup);
        byte[] made = await File.ReadAllBytesAsync(receipt.File);
        Assert.That(receipt.Size, Is.EqualTo(made.Length));
        Assert.That(await InsideAsync(made, _heir), Is.EqualTo(await InsideAsync(old, _device)));
        Assert.That(await KeyAsync(made, _heir), Is.Not.EqualTo(await KeyAsync(old, _device)), "a kept file key opens the new file no more");
        Assert.That(DigestStanza.Fits(AgeFile.Parse(made)), Is.True);
        Assert.That(_device.Asked, Is.EqualTo(3), "one confirmation for the rewrap; two here");
        Assert.That(() => InsideAsync(made, _device), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.CannotDecrypt));
        Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age", "b.age" }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65536)]
    [TestCase(3_000_000)]
    public async Task RewrapAsync_AnyAgeFile_OfAnySize(int length)
    {
        byte[] inside = new byte[length];
        new Random(length).NextBytes(inside);
        using (SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize))
        {
            byte[] file = AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, _device.Recipient)], inside);
            await File.WriteAllBytesAsync(_folder["other.age"], length % 2 == 0 ? file : AgeArmor.Encode(file));
        }

        await BackupRewriter.RewrapAsync(
            _folder["other.age"], Keys(_device), For(_heir.Recipient), _folder["b.age"], false, new RecordingPerson(), CancellationToken.None);
        Assert.That(await InsideAsync(await File.ReadAllBytesAsync(_folder["b.age"]), _heir), Is.EqualTo(inside));
    }

    [Test]
    public async Task RewrapAsync_ForTwoTogetherAndBack_HasTheSameInsideAndNeedsBoth()
    {
        BackupRecipients together = new()
        {
            Shares = new SharePolicy(2, [ShareRecipient.Of(_device.Recipient), ShareRecipient.Of(_heir.Recipient)]),
        };
        byte[] inside = await InsideAsync(await File.ReadAllBytesAsync(Backup), _device);
        await BackupRewriter.RewrapAsync(
            Backup, Keys(_device), together, _folder["b.age"], false, new RecordingPerson(), CancellationToken.None);
        Assert.That((await BackupInspector.InspectAsync(_folder["b.age"], CancellationToken.None)).Threshold, Is.EqualTo(2));
        Assert.That(await BackupRefresher.FindOutdatedAsync(_folder["b.age"], CancellationToken.None), Is.Empty);
        Assert.That(
            () => BackupRewriter.RewrapAsync(
                _folder["b.age"], Keys(_device), For(_heir.Recipient), _folder["c.age"], false, new RecordingPerson(), CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.CannotDecrypt));
        await BackupRewriter.RewrapAsync(
            _folder["b.age"],
            new BackupKeys { Devices = [_device, _heir] },
            For(_heir.Recipient),
            _folder["c.age"],
            false,
            new RecordingPerson(),
            CancellationToken.None);
        Assert.That(await InsideAsync(await File.ReadAllBytesAsync(_folder["c.age"]), _heir), Is.EqualTo(inside));

        // Who opened it alone once does not come back by the list inside.
        Assert.That(
            async () => await BackupRefresher.RefreshAsync(
                _folder["b.age"],
                new BackupKeys { Devices = [_device, _heir] },
                null,
                _folder["d.age"],
                false,
                new RecordingPerson(),
                CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage));
    }

    [Test]
    public async Task RewrapAsync_Replace_PutsTheNewFileInPlaceOfTheOld()
    {
        byte[] inside = await InsideAsync(await File.ReadAllBytesAsync(Backup), _device);
        await BackupRewriter.RewrapAsync(Backup, Keys(_device), For(_heir.Recipient), Backup, true, new RecordingPerson(), CancellationToken.None);
        Assert.That(await InsideAsync(await File.ReadAllBytesAsync(Backup), _heir), Is.EqualTo(inside));
        Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age" }));
    }

    [Test]
    public async Task RewrapAsync_ByteChangedAnywhere_LeavesTheOldFileAndNothingElse()
    {
        byte[] file = await File.ReadAllBytesAsync(Backup);
        for (int i = 0; i < file.Length; i += i < 500 ? 7 : 977)
        {
            byte[] damaged = [.. file];
            damaged[i] ^= 1;
            await File.WriteAllBytesAsync(Backup, damaged);
            Assert.That(
                () => BackupRewriter.RewrapAsync(Backup, Keys(_device), For(_heir.Recipient), Backup, true, new RecordingPerson(), CancellationToken.None),
                Throws.TypeOf<FaultException>().With.Message.Contain(Backup),
                $"byte {i}");
            Assert.That(await File.ReadAllBytesAsync(Backup), Is.EqualTo(damaged));
            Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age" }));
        }
    }

    [Test]
    public async Task RewrapAsync_TargetExists_IsLeftAloneAndNobodyIsAsked()
    {
        await File.WriteAllTextAsync(_folder["b.age"], "mine");
        Assert.That(() => RewrapAsync(_folder["b.age"], [_heir.Recipient]), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(() => RewrapAsync(_folder["c.age"], []), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage));
        Assert.That(_device.Asked, Is.Zero);
    }

    [Test]
    public async Task RewrapAsync_RefusedOnTheDevice_LeavesNothing()
    {
        _device.Refuses = true;
        Assert.That(
            () => RewrapAsync(_folder["b.age"], [_heir.Recipient]), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.UserRejected));
        Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age" }));
        await Task.CompletedTask;
    }

    [Test]
    public async Task RefreshAsync_OldBackup_HasTodaysParametersAndEveryMember()
    {
        byte[] json = Encoding.UTF8.GetBytes(Old("\"note\": {\"deep\": [1, 2]}, "));
        await SaveAsync("old.age", json, [_device.Recipient], withTags: false);
        Assert.That(
            await BackupRefresher.FindOutdatedAsync(_folder["old.age"], CancellationToken.None),
            Is.EqualTo(new[] { OutdatedPart.Tags, OutdatedPart.Digest, OutdatedPart.Padding }));
        Assert.That(
            () => RefreshAsync("old.age", []),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage).And.Message.Contain("not known"));
        await RefreshAsync("old.age", [_device.Recipient, _heir.Recipient]);
        Assert.That(await BackupRefresher.FindOutdatedAsync(_folder["new.age"], CancellationToken.None), Is.Empty);
        string inside = Encoding.UTF8.GetString(await InsideAsync(await File.ReadAllBytesAsync(_folder["new.age"]), _heir));
        Assert.That(inside, Does.Contain("\"note\": {\"deep\": [1, 2]}"));
        using BackupDocument document = await BackupOpener.OpenAsync(_folder["new.age"], [_heir], new RecordingPerson(), CancellationToken.None);
        Assert.That(document.Recipients, Is.EqualTo(new[] { _device.Recipient, _heir.Recipient }));
    }

    [Test]
    public async Task RefreshAsync_RecipientsOfTheDocument_AreTakenWhenTheTagsProveThem()
    {
        (_, DateTimeOffset created, int recipients) = await RefreshAsync("a.age", []);
        Assert.That(recipients, Is.EqualTo(1));
        Assert.That(created, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));

        // After a rewrap the document still lists who was left out: never back in unasked.
        File.Delete(_folder["new.age"]);
        await RewrapAsync(_folder["b.age"], [_heir.Recipient]);
        Assert.That(
            async () => await BackupRefresher.RefreshAsync(
                _folder["b.age"], Keys(_heir), null, _folder["new.age"], false, new RecordingPerson(), CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage));
        await BackupRefresher.RefreshAsync(
            _folder["b.age"], Keys(_heir), For(_heir.Recipient), _folder["new.age"], false, new RecordingPerson(), CancellationToken.None);
        using BackupDocument document = await BackupOpener.OpenAsync(_folder["new.age"], [_heir], new RecordingPerson(), CancellationToken.None);
        Assert.That(document.Recipients, Is.EqualTo(new[] { _heir.Recipient }));
    }

    [Test]
    public async Task RefreshAsync_CompactForm_BecomesJson()
    {
        using (BackupDocument document = TestKeys.Document(4, withOthers: true))
        using (SecretBuffer compact = CompactDocumentCodec.Write(document))
        {
            await SaveAsync("old.age", compact.Span.ToArray(), [_device.Recipient], withTags: true);
        }

        await RefreshAsync("old.age", [_device.Recipient]);
        using BackupDocument renewed = await BackupOpener.OpenAsync(_folder["new.age"], [_device], new RecordingPerson(), CancellationToken.None);
        Assert.That(renewed.Validators, Has.Count.EqualTo(4));
        Assert.That(renewed.SlashingProtection.IsEmpty, Is.False);
        Assert.That(await InsideAsync(await File.ReadAllBytesAsync(_folder["new.age"]), _device), Has.Length.EqualTo(DocumentPadding.Smallest));
    }

    [TestCase("scrypt AAAAAAAAAAAAAAAAAAAAAA 17", true)]
    [TestCase("scrypt AAAAAAAAAAAAAAAAAAAAAA 18", false)]
    public async Task FindOutdatedAsync_Passphrase_IsHeldToItsWork(string stanza, bool outdated)
    {
        string[] words = stanza.Split(' ');
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        await File.WriteAllBytesAsync(_folder["p.age"], AgeFile.Encrypt(fileKey, [new AgeStanza(words[0], words[1..], new byte[32])], "x"u8));
        Assert.That(
            (await BackupRefresher.FindOutdatedAsync(_folder["p.age"], CancellationToken.None)).Contains(OutdatedPart.PassphraseWork),
            Is.EqualTo(outdated));
    }

    private static string Old(string member)
    {
        using BackupDocument document = TestKeys.Document(2);
        using SecretBuffer json = BackupDocumentCodec.Write(document);
        return Encoding.UTF8.GetString(json.Span).TrimEnd().Replace("\"created\"", member + "\"created\"", StringComparison.Ordinal);
    }

    private static async Task<SecretBuffer> UnwrapAsync(AgeFile file, SoftwareSealing device) =>
        await BackupOpener.UnwrapAsync(file.Header, [device], new RecordingPerson(), CancellationToken.None);

    private static async Task<byte[]> InsideAsync(byte[] file, SoftwareSealing device)
    {
        using SecretBuffer fileKey = await UnwrapAsync(AgeFile.Parse(file), device);
        using SecretBuffer inside = AgeFile.Parse(file).Decrypt(fileKey);
        return inside.Span.ToArray();
    }

    private static async Task<byte[]> KeyAsync(byte[] file, SoftwareSealing device)
    {
        using SecretBuffer fileKey = await UnwrapAsync(AgeFile.Parse(file), device);
        return fileKey.Span.ToArray();
    }

    private async Task SaveAsync(string name, byte[] inside, IReadOnlyList<X25519PublicKey> recipients, bool withTags)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        IReadOnlyList<AgeStanza> stanzas = For([.. recipients]).Wrap(fileKey);
        await File.WriteAllBytesAsync(
            _folder[name], AgeFile.Encrypt(fileKey, withTags ? stanzas : [.. stanzas.SkipLast(1)], inside, withDigest: withTags));
    }

    private Task<RewriteReceipt> RewrapAsync(string target, IReadOnlyList<X25519PublicKey> recipients) => BackupRewriter.RewrapAsync(
        Backup, Keys(_device), For([.. recipients]), target, false, new RecordingPerson(), CancellationToken.None);

    private Task<(RewriteReceipt Receipt, DateTimeOffset Created, int Recipients)> RefreshAsync(
        string name, IReadOnlyList<X25519PublicKey> recipients) => BackupRefresher.RefreshAsync(
        _folder[name], Keys(_device), recipients.Count == 0 ? null : For([.. recipients]), _folder["new.age"], false, new RecordingPerson(), CancellationToken.None);

    private static BackupKeys Keys(SoftwareSealing device) => new() { Devices = [device] };

    private static BackupRecipients For(params X25519PublicKey[] recipients) => new() { Alone = recipients };
}
