using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

public class KeystoreRestorerTests
{
    private TemporaryFolder _folder = null!;
    private SecretBuffer _password = null!;
    private int _live;

    [SetUp]
    public void SetUp()
    {
        _live = SecretBuffer.LiveCount;
        _folder = new TemporaryFolder();
        _password = TestKeys.Password("a new password");
    }

    [TearDown]
    public void TearDown()
    {
        _password.Dispose();
        _folder.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [Test]
    public async Task WriteAsync_Document_GivesKeystoresThatDecryptToItsKeys()
    {
        using BackupDocument document = TestKeys.Document(4, withOthers: true);
        RestoreReceipt receipt = await WriteAsync(document, _folder["out"]);
        EnumerationOptions hiddenToo = new() { AttributesToSkip = 0 };
        string[] names = [.. Directory.GetFileSystemEntries(_folder["out"], "*", hiddenToo).Select(path => Path.GetFileName(path)!)];
        Assert.That(names, Is.EquivalentTo(receipt.Keystores.Select(file => file.Key).Concat(receipt.OtherFiles)));
        Assert.That(receipt.Keystores.Select(file => file.Value), Is.EqualTo(document.Validators));
        Assert.That(receipt.Keystores[0].Key, Does.Match(@"^keystore-m_12381_3600_0_0_0-\d{10}\.json$"));
        Assert.That(receipt.Keystores[1].Key, Does.Match($@"^keystore-{document.Validators[1].PublicKey}-\d{{10}}\.json$"));
        for (int i = 0; i < 4; i++)
        {
            string path = Path.Combine(_folder["out"], receipt.Keystores[i].Key);
            Keystore keystore = Keystore.Parse(await File.ReadAllBytesAsync(path), path);
            using BlsSecretKey key = keystore.Decrypt(_password, CancellationToken.None);
            Assert.That(key.Bytes.SequenceEqual(document.SecretOf(i)), Is.True);
            Assert.That(keystore.ValidatorPath, Is.EqualTo(document.Validators[i].Path));
        }

        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(_folder["out"], "slashing_protection.json")), Is.EqualTo(TestKeys.SlashingProtection));
        Assert.That(receipt.OtherFiles[1], Does.Match(@"^deposit_data-\d{10}\.json$"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(_folder["out"]),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            foreach (string name in names)
            {
                Assert.That(
                    File.GetUnixFileMode(Path.Combine(_folder["out"], name)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        }
    }

    [Test]
    public async Task WriteAsync_SamePathOfTwoSeeds_GivesTwoFilesOfTheUsualPattern()
    {
        SecretBuffer secrets = SecretBuffer.Allocate(2 * BlsSecretKey.Size);
        List<BackupValidator> validators = [];
        for (int i = 0; i < 2; i++)
        {
            using BlsSecretKey key = TestKeys.Key(i + 1);
            key.Bytes.CopyTo(secrets.Span[(i * BlsSecretKey.Size)..]);
            validators.Add(new BackupValidator(key.GetPublicKey(), ValidatorKeyPath.Signing(0)));
        }

        using BackupDocument document = new(DateTimeOffset.UtcNow, validators, secrets);
        RestoreReceipt receipt = await WriteAsync(document, _folder["out"]);
        Assert.That(receipt.Keystores.Select(file => file.Key), Is.Unique);
        Assert.That(receipt.Keystores.Select(file => file.Key), Is.All.Match(@"^keystore-m_12381_3600_0_0_0-\d{10}\.json$"));
    }

    [Test]
    public async Task WriteAsync_EmptyFolder_IsFilled()
    {
        Directory.CreateDirectory(_folder["out"]);
        using BackupDocument document = TestKeys.Document(1);
        await WriteAsync(document, _folder["out"]);
        Assert.That(Directory.GetFileSystemEntries(_folder["out"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void WriteAsync_FolderWithSomethingInIt_IsLeftAsItIs()
    {
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(Path.Combine(_folder["out"], "x"), "precious");
        using BackupDocument document = TestKeys.Document(1);
        Assert.That(
            async () => await WriteAsync(document, _folder["out"]),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io).And.Message.Contain("not empty"));
        Assert.That(Directory.GetFileSystemEntries(_folder["out"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void WriteAsync_FileInTheWay_IsAFault()
    {
        File.WriteAllText(_folder["out"], "precious");
        using BackupDocument document = TestKeys.Document(1);
        Assert.That(
            async () => await WriteAsync(document, _folder["out"]),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(File.ReadAllText(_folder["out"]), Is.EqualTo("precious"));
    }

    [Test]
    public void WriteAsync_EmptyPassword_IsRefusedAndLeavesNothing()
    {
        using BackupDocument document = TestKeys.Document(2);
        using SecretBuffer empty = SecretBuffer.Allocate(0);
        Assert.That(
            async () => await KeystoreRestorer.WriteAsync(document, _folder["out"], empty, TestKeys.Cheap, null, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
        Assert.That(_folder.Names, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void WriteAsync_CancelledMidway_LeavesWhatWasThere(bool existed)
    {
        if (existed)
        {
            Directory.CreateDirectory(_folder["out"]);
        }

        using CancellationTokenSource stop = new();
        using BackupDocument document = TestKeys.Document(10);
        Assert.That(
            async () => await KeystoreRestorer.WriteAsync(
                document, _folder["out"], _password, TestKeys.Cheap, new StopAt(stop, 3), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_folder.Names, Is.EqualTo(existed ? ["out"] : Array.Empty<string>()));
        Assert.That(existed ? Directory.GetFileSystemEntries(_folder["out"]) : [], Is.Empty);
    }

    private Task<RestoreReceipt> WriteAsync(BackupDocument document, string folder) =>
        KeystoreRestorer.WriteAsync(document, folder, _password, TestKeys.Cheap, null, CancellationToken.None);

    private sealed class StopAt(CancellationTokenSource stop, int done) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value)
        {
            if (value.Done >= done)
            {
                stop.Cancel();
            }
        }
    }
}
