using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

public class BackupCreatorTests
{
    private TemporaryFolder _folder = null!;
    private SoftwareSealing _ledger = null!;
    private SoftwareSealing _trezor = null!;
    private SecretBuffer _password = null!;
    private int _live;

    [SetUp]
    public void SetUp()
    {
        _live = SecretBuffer.LiveCount;
        _folder = new TemporaryFolder();
        _ledger = new SoftwareSealing();
        _trezor = new SoftwareSealing();
        _password = TestKeys.Password();
    }

    [TearDown]
    public void TearDown()
    {
        _password.Dispose();
        _trezor.Dispose();
        _ledger.Dispose();
        _folder.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [Test]
    public async Task CreateAsync_TwoDevicesAndThreeCopies_EachDeviceOpensEachCopyWithOneConfirmation()
    {
        string[] files = [_folder["one.age"], _folder["two.age"], _folder["three.age"]];
        BackupRequest request = TestKeys.Request(_password, 5, [_ledger.Recipient, _trezor.Recipient], files) with
        {
            SlashingProtection = [History(TestKeys.SlashingProtection)],
            DepositData = Encoding.UTF8.GetBytes(TestKeys.DepositData(1)),
        };
        BackupReceipt receipt = await BackupCreator.CreateAsync(request, null, CancellationToken.None);
        Assert.That(receipt.Files, Is.EqualTo(files));
        Assert.That(
            receipt.Validators.Select(validator => validator.PublicKey), Is.EqualTo(Enumerable.Range(1, 5).Select(TestKeys.PublicKey)));
        Assert.That(receipt.NonStandardPasswords, Is.Empty);
        int asked = 0;
        foreach (string file in files)
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            Assert.That(bytes, Has.Length.EqualTo(receipt.Size));
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(bytes)), Is.EqualTo(receipt.Sha256));
            asked++;
            foreach (SoftwareSealing device in (SoftwareSealing[])[_ledger, _trezor])
            {
                RecordingPerson person = new();
                using BackupDocument document = await BackupOpener.OpenAsync(file, [device], person, CancellationToken.None);
                Assert.That(document.Validators, Is.EqualTo(receipt.Validators));
                Assert.That(Encoding.UTF8.GetString(document.SlashingProtection.Span), Is.EqualTo(TestKeys.SlashingProtection));
                Assert.That(Encoding.UTF8.GetString(document.DepositData.Span), Is.EqualTo(TestKeys.DepositData(1)));
                Assert.That(device.Asked, Is.EqualTo(asked));
                Assert.That(person.Told, Is.Empty);
                using BlsSecretKey key = document.GetSecretKey(4);
                Assert.That(key.GetPublicKey(), Is.EqualTo(TestKeys.PublicKey(5)));
            }
        }

        Assert.That(_folder.Names, Has.Length.EqualTo(3), "nothing else is left");
    }

    [Test]
    public async Task CreateAsync_Progress_CountsEachKeystoreAndEachCopy()
    {
        List<BackupProgress> reports = [];
        await BackupCreator.CreateAsync(
            TestKeys.Request(_password, 20, [_ledger.Recipient], _folder["a.age"], _folder["b.age"]),
            new Synchronous(reports.Add),
            CancellationToken.None);
        Assert.That(
            reports.Where(report => report.Stage == BackupStage.Decrypting).Select(report => report.Done),
            Is.EquivalentTo(Enumerable.Range(1, 20)));
        Assert.That(reports.Where(report => report.Stage == BackupStage.Writing).Select(report => report.Done), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task CreateAsync_NothingSecret_ReachesTheDisk()
    {
        await BackupCreator.CreateAsync(
            TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]), null, CancellationToken.None);
        byte[] file = await File.ReadAllBytesAsync(_folder["a.age"]);
        using BlsSecretKey key = TestKeys.Key(1);
        Assert.That(file.AsSpan().IndexOf(key.Bytes), Is.Negative);
        Assert.That(file.AsSpan().IndexOf("pubkey"u8), Is.Negative);
        Assert.That(file.AsSpan().IndexOf(_ledger.Recipient.ToArray()), Is.Negative, "the header names nobody");
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(_folder["a.age"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public void CreateAsync_WrongPassword_NamesTheKeystoreAndLeavesNothing()
    {
        BackupRequest request = TestKeys.Request(_password, 3, [_ledger.Recipient], _folder["a.age"]);
        using SecretBuffer wrong = TestKeys.Password("wrong");
        request = request with { Keystores = [request.Keystores[0], request.Keystores[1] with { Password = wrong }, request.Keystores[2]] };
        FaultException fault = Refused(request);
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(fault.Message, Does.Contain("keystore-2.json"));
    }

    [Test]
    public void CreateAsync_KeystoreTwice_IsRefusedBeforeAnyDerivation()
    {
        BackupRequest request = TestKeys.Request(_password, 2, [_ledger.Recipient], _folder["a.age"]);
        using SecretBuffer wrong = TestKeys.Password("wrong: would fail if it were tried");
        KeystoreInput again = new(TestKeys.Keystore(1, _password), wrong);
        FaultException fault = Refused(request with { Keystores = [.. request.Keystores, again] });
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("keystore-1.json").And.Contain(TestKeys.PublicKey(1).ToString()));
    }

    [Test]
    public void CreateAsync_PublicKeyOfAnotherKey_IsRefused()
    {
        System.Buffers.ArrayBufferWriter<byte> json = new();
        TestKeys.Keystore(1, _password).WriteTo(json);
        string changed = Encoding.UTF8.GetString(json.WrittenSpan)
            .Replace(TestKeys.PublicKey(1).ToString()[2..], TestKeys.PublicKey(2).ToString()[2..], StringComparison.Ordinal);
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]) with
        {
            Keystores = [new KeystoreInput(Keystore.Parse(Encoding.UTF8.GetBytes(changed), "changed.json"), _password)],
        };
        FaultException fault = Refused(request);
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("changed.json"));
    }

    [Test]
    public void CreateAsync_OutputExists_LeavesItAsItIs()
    {
        File.WriteAllText(_folder["b.age"], "precious");
        FaultException fault = Refused(TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"], _folder["b.age"]), "b.age");
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(File.ReadAllText(_folder["b.age"]), Is.EqualTo("precious"));
    }

    [Test]
    public void CreateAsync_SecondCopyAppearsMeanwhile_TakesTheFirstBackAndLeavesTheOther()
    {
        Synchronous progress = new(report =>
        {
            if (report is { Stage: BackupStage.Writing, Done: 1 })
            {
                File.WriteAllText(_folder["b.age"], "precious");
            }
        });
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"], _folder["b.age"]);
        Assert.That(
            async () => await BackupCreator.CreateAsync(request, progress, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Io));
        Assert.That(_folder.Names, Is.EqualTo(new[] { "b.age" }));
        Assert.That(File.ReadAllText(_folder["b.age"]), Is.EqualTo("precious"));
    }

    [Test]
    public void CreateAsync_FolderMissing_IsRefusedBeforeAnyDerivation()
    {
        using SecretBuffer wrong = TestKeys.Password("wrong: would fail if it were tried");
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], Path.Combine(_folder.Path, "missing", "a.age"));
        FaultException fault = Refused(request with { Keystores = [request.Keystores[0] with { Password = wrong }] });
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(fault.Message, Does.Contain("folder does not exist"));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(10)]
    public void CreateAsync_CancelledAtAnyPoint_LeavesNothing(int after)
    {
        using CancellationTokenSource stop = new();
        Synchronous progress = new(report =>
        {
            if (report.Done >= after && report.Stage == BackupStage.Decrypting)
            {
                stop.Cancel();
            }
        });
        if (after == 0)
        {
            stop.Cancel();
        }

        BackupRequest request = TestKeys.Request(_password, 10, [_ledger.Recipient], _folder["a.age"]);
        Assert.That(
            async () => await BackupCreator.CreateAsync(request, progress, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    public void CreateAsync_CancelledBetweenCopies_LeavesNothing()
    {
        using CancellationTokenSource stop = new();
        Synchronous progress = new(report =>
        {
            if (report.Stage == BackupStage.Writing)
            {
                stop.Cancel();
            }
        });
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"], _folder["b.age"]);
        Assert.That(
            async () => await BackupCreator.CreateAsync(request, progress, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_folder.Names, Is.Empty);
    }

    [Test]
    public void CreateAsync_RequestThatMakesNoSense_IsRefused()
    {
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]);
        Assert.That(Refused(request with { Recipients = [] }).Fault, Is.EqualTo(Fault.Usage));
        Assert.That(
            Refused(request with { Recipients = [_ledger.Recipient, _trezor.Recipient, _ledger.Recipient] }).Fault,
            Is.EqualTo(Fault.Usage));
        Assert.That(Refused(request with { Recipients = [new X25519PublicKey(new byte[32])] }).Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(Refused(request with { Keystores = [] }).Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(Refused(request with { Files = [] }).Fault, Is.EqualTo(Fault.Usage));
        Assert.That(
            Refused(request with { Files = [_folder["a.age"], Path.Combine(_folder.Path, ".", "a.age")] }).Fault, Is.EqualTo(Fault.Usage));
        Assert.That(Refused(request with { SlashingProtection = [History("{}")] }).Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(Refused(request with { DepositData = "{}"u8.ToArray() }).Fault, Is.EqualTo(Fault.BadInput));
    }

    [TestCase("history")]
    [TestCase("deposits")]
    public void CreateAsync_EmptyOtherFile_IsRefusedByItsRole(string which)
    {
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]);
        FaultException fault = Refused(which == "history"
            ? request with { SlashingProtection = [History(string.Empty)] }
            : request with { DepositData = ReadOnlyMemory<byte>.Empty });
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(which == "history" ? "history.json" : "the deposit data"));
    }

    [Test]
    public async Task CreateAsync_SeveralHistories_AreMergedUnderTheHighestWatermarks()
    {
        BackupRequest request = TestKeys.Request(_password, 2, [_ledger.Recipient], _folder["a.age"]) with
        {
            SlashingProtection =
                [History(TestKeys.History(1, 20, 5)), History(TestKeys.History(1, 10, 7)), History(TestKeys.History(2, 1, 1))],
        };
        BackupReceipt receipt = await BackupCreator.CreateAsync(request, null, CancellationToken.None);
        using BackupDocument document =
            await BackupOpener.OpenAsync(_folder["a.age"], [_ledger], new RecordingPerson(), CancellationToken.None);
        SlashingHistory inside = SlashingHistory.Parse(document.SlashingProtection.Span, "inside");
        Assert.That(inside.Validators, Has.Count.EqualTo(2));
        foreach (SlashingHistory history in (SlashingHistory[])[receipt.SlashingProtection!, inside])
        {
            ValidatorHistory first = history.Validators.Single(validator => validator.PublicKey == TestKeys.PublicKey(1));
            Assert.That(first.SlotWatermark, Is.EqualTo(20));
            Assert.That(first.SourceWatermark, Is.EqualTo(7));
            Assert.That(first.TargetWatermark, Is.EqualTo(8));
        }
    }

    [Test]
    public void CreateAsync_HistoriesOfTwoNetworks_AreRefusedByTheirNames()
    {
        string mainnet = Network.Mainnet.GenesisValidatorsRoot.ToString();
        FaultException fault = Refused(TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]) with
        {
            SlashingProtection = [History(TestKeys.History(1, 1, 1)), History(TestKeys.History(1, 1, 1, mainnet), "other.json")],
        });
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("other.json is the history of mainnet").And.Contain("history.json of hoodi"));
    }

    [Test]
    public void CreateAsync_DepositThatWasChanged_IsRefused()
    {
        string changed = TestKeys.DepositData(1).Replace("32000000000", "31000000000", StringComparison.Ordinal);
        FaultException fault = Refused(TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]) with
        {
            DepositData = Encoding.UTF8.GetBytes(changed),
        });
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("the deposit data").And.Contain("deposit_message_root"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void CreateAsync_DepositOfAnotherValidator_IsRefusedByItsKey(bool keystoresNameTheirKeys)
    {
        BackupRequest request = TestKeys.Request(_password, 2, [_ledger.Recipient], _folder["a.age"]) with
        {
            DepositData = Encoding.UTF8.GetBytes(TestKeys.DepositData(3)),
        };
        if (!keystoresNameTheirKeys)
        {
            request = request with
            {
                Keystores = [.. request.Keystores.Select(input => input with { Keystore = Nameless(input.Keystore) })],
            };
        }

        FaultException fault = Refused(request);
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("the deposit data").And.Contain(TestKeys.PublicKey(3).ToString()));
    }

    [Test]
    public async Task CreateAsync_PathOfAnotherPurpose_IsCarriedToTheRestoredKeystore()
    {
        BackupRequest request = TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"]);
        Keystore odd = Changed(request.Keystores[0].Keystore, json => json["path"] = "m/12381/60/0/0");
        Assert.That(odd.ValidatorPath, Is.Null);
        await BackupCreator.CreateAsync(request with { Keystores = [new KeystoreInput(odd, _password)] }, null, CancellationToken.None);
        using BackupDocument document =
            await BackupOpener.OpenAsync(_folder["a.age"], [_ledger], new RecordingPerson(), CancellationToken.None);
        Assert.That(document.Validators[0].Path, Is.Null);
        Assert.That(document.Validators[0].WrittenPath, Is.EqualTo("m/12381/60/0/0"));
        RestoreReceipt restored = await KeystoreRestorer.WriteAsync(
            document, _folder["out"], _password, TestKeys.Cheap, null, CancellationToken.None);
        byte[] json = await File.ReadAllBytesAsync(Path.Combine(_folder["out"], restored.Keystores[0].Key));
        Assert.That(Keystore.Parse(json, "restored").Path, Is.EqualTo("m/12381/60/0/0"));
    }

    [Test]
    public void CreateAsync_CopyThatCannotBeTakenBack_TellsSoAndTheFirstCause()
    {
        Synchronous progress = new(report =>
        {
            if (report is { Stage: BackupStage.Writing, Done: 2 })
            {
                // A folder with something in it stands for a file that can't be removed, which root always can.
                File.Delete(_folder["a.age"]);
                Directory.CreateDirectory(Path.Combine(_folder["a.age"], "x"));
                File.WriteAllText(_folder["c.age"], "precious");
            }
        });
        BackupRequest request =
            TestKeys.Request(_password, 1, [_ledger.Recipient], _folder["a.age"], _folder["b.age"], _folder["c.age"]);
        FaultException fault =
            Assert.ThrowsAsync<FaultException>(async () => await BackupCreator.CreateAsync(request, progress, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(fault.Message, Does.Contain("c.age: exists already").And.Contain("removed: " + _folder["a.age"]));
        Assert.That(fault.Remedy, Does.Contain("by hand"));
        Assert.That(_folder.Names, Is.EqualTo(new[] { "a.age", "c.age" }));
    }

    private static HistoryInput History(string json, string source = "history.json") => new(source, Encoding.UTF8.GetBytes(json));

    private static Keystore Nameless(Keystore keystore) => Changed(keystore, json => json.Remove("pubkey"));

    private static Keystore Changed(Keystore keystore, Action<JsonObject> change)
    {
        System.Buffers.ArrayBufferWriter<byte> written = new();
        keystore.WriteTo(written);
        JsonObject json = JsonNode.Parse(written.WrittenSpan)!.AsObject();
        change(json);
        return Keystore.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), keystore.Source);
    }

    private FaultException Refused(BackupRequest request, params string[] remaining)
    {
        FaultException fault =
            Assert.ThrowsAsync<FaultException>(async () => await BackupCreator.CreateAsync(request, null, CancellationToken.None))!;
        Assert.That(_folder.Names, Is.EqualTo(remaining));
        return fault;
    }

    private sealed class Synchronous(Action<BackupProgress> report) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value)
        {
            lock (this)
            {
                report(value);
            }
        }
    }
}
