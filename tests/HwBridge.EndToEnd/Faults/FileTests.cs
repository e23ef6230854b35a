using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Files and values that can't be used: the contract's exit code, one JSON document, and nothing left behind.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FileTests : IDisposable
{
    private const int Usage = 2;
    private const int Unusable = 5;
    private const int BadInput = 6;
    private const int CannotDecrypt = 7;
    private const int Io = 8;

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task BackupCreate_FileThatMayNotBeRead_IsBadInput()
    {
        string keystore = Path.Combine(_workplace.Home, "keystore-0.json");
        File.Copy(Workplace.FirstKeystore, keystore);
        File.SetUnixFileMode(keystore, UnixFileMode.None);
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "65534", "--clear-groups", "--"] : [];
        if (asNobody.Length > 0)
        {
            File.SetUnixFileMode(_workplace.Home, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(_workplace.PasswordFile, (UnixFileMode)0b110_100_100);
        }

        // The program itself may lie in a folder that only its owner enters: only what can start there is asked.
        Outcome reachable = await _workplace.RunAsync([.. asNobody, "test", "-x", PublishedProgram.HwBridge]).ConfigureAwait(false);
        Assert.That(reachable.ExitCode, Is.Zero, $"another user can't start {PublishedProgram.HwBridge}: give the checkout's folders mode 755");
        Outcome outcome = await _workplace.RunAsync(
            [.. asNobody, PublishedProgram.HwBridge, "--json", "backup", "create", "--from", keystore, "--password-file", _workplace.PasswordFile, "--to", "emulator:ledger", "--out", "new.age"]).ConfigureAwait(false);
        Assert.That(outcome.Failure(BadInput), Does.Contain(keystore));
        Assert.That(_workplace.Names, Is.Empty);
    }

    [Test]
    public async Task BackupCreate_FolderWithUnreadableKeystore_IsBadInput()
    {
        // A folder by the name of a keystore can't be read by root either.
        Directory.CreateDirectory(_workplace["keys/keystore-0.json"]);
        await FailsAsync(BadInput, "no keystore", Create("keys")).ConfigureAwait(false);
    }

    [Test]
    public async Task Command_FolderWhereAFileIsExpected_IsBadInput()
    {
        Directory.CreateDirectory(_workplace["folder"]);
        await FailsAsync(BadInput, "folder", "check", "--device", "emulator:ledger", "--expect", Workplace.Keystores, "--backup", "folder").ConfigureAwait(false);
        await FailsAsync(BadInput, "folder", "backup", "inspect", "folder").ConfigureAwait(false);
        await FailsAsync(BadInput, "folder", [.. Create(Workplace.Keystores), "--slashing-protection", "folder"]).ConfigureAwait(false);
        await FailsAsync(BadInput, "folder", "backup", "create", "--from", Workplace.Keystores, "--password-file", "folder", "--to", "emulator:ledger", "--out", "new.age").ConfigureAwait(false);
        await FailsAsync(BadInput, "folder", "emulator", "ledger", "--port", "0", "--seed-file", "folder").ConfigureAwait(false);
    }

    [Test]
    public async Task Command_MissingFile_IsBadInput()
    {
        await FailsAsync(BadInput, "missing", Create("missing")).ConfigureAwait(false);
        await FailsAsync(BadInput, "missing", "check", "--device", "emulator:ledger", "--expect", "missing").ConfigureAwait(false);
        await FailsAsync(BadInput, "missing", "check", "--device", "emulator:ledger", "--expect", Workplace.Keystores, "--backup", "missing").ConfigureAwait(false);
        await FailsAsync(BadInput, "missing", "backup", "open", "--backup", "missing", "--device", "emulator:ledger", "--out", "restored", "--password-file", _workplace.PasswordFile).ConfigureAwait(false);
        await FailsAsync(BadInput, "missing", "backup", "create", "--from", Workplace.Keystores, "--password-file", "missing", "--to", "emulator:ledger", "--out", "new.age").ConfigureAwait(false);
    }

    [Test]
    public async Task Command_OutputExists_IsLeftAsItIs()
    {
        await File.WriteAllTextAsync(_workplace["there"], "mine").ConfigureAwait(false);
        Directory.CreateDirectory(_workplace["full"]);
        await File.WriteAllTextAsync(_workplace["full/file"], "mine").ConfigureAwait(false);
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        await FailsAsync(Io, "there", Create(Workplace.Keystores, "there")).ConfigureAwait(false);
        await FailsAsync(Io, "there", [.. Create(Workplace.Keystores), "--copies", "there"]).ConfigureAwait(false);
        await FailsAsync(Io, "full", Create(Workplace.Keystores, "full")).ConfigureAwait(false);
        await FailsAsync(Io, "there", "pubkeys", "--device", "emulator:ledger", "--out", "there").ConfigureAwait(false);
        await FailsAsync(Io, "full", "backup", "open", "--backup", backup, "--device", "emulator:ledger", "--out", "full", "--password-file", _workplace.PasswordFile).ConfigureAwait(false);
        await FailsAsync(Io, "there", "backup", "open", "--backup", backup, "--device", "emulator:ledger", "--out", "there", "--password-file", _workplace.PasswordFile).ConfigureAwait(false);
        Assert.That(await File.ReadAllTextAsync(_workplace["there"]).ConfigureAwait(false), Is.EqualTo("mine"));
        Assert.That(await File.ReadAllTextAsync(_workplace["full/file"]).ConfigureAwait(false), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Command_OutputFolderMissing_IsIo()
    {
        await FailsAsync(Io, "nowhere", Create(Workplace.Keystores, "nowhere/new.age")).ConfigureAwait(false);
        await FailsAsync(Io, "nowhere", [.. Create(Workplace.Keystores), "--copies", "nowhere/copy.age"]).ConfigureAwait(false);
        await FailsAsync(Io, "nowhere", "pubkeys", "--device", "emulator:ledger", "--out", "nowhere/keys.json").ConfigureAwait(false);
    }

    [Test]
    public async Task Command_OutputEqualToACopy_IsUsage()
    {
        await FailsAsync(Usage, "twice", [.. Create(Workplace.Keystores), "--copies", "new.age"]).ConfigureAwait(false);
        await FailsAsync(Usage, "twice", [.. Create(Workplace.Keystores), "--copies", "../work/./new.age"]).ConfigureAwait(false);
    }

    [TestCase("create", 0)]
    [TestCase("copy", 0)]
    [TestCase("open", 0)]
    [TestCase("open", 1)]
    [TestCase("pubkeys", 0)]
    [TestCase("pubkeys", 1)]
    public async Task Command_DiskFull_IsIoAndNothingIsLeft(string command, int freePages)
    {
        Assert.That(Environment.IsPrivilegedProcess, Is.True, "a full disk needs a file system of its own: run the tests as root");
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        string disk = Path.Combine(_workplace.Home, "disk");
        Directory.CreateDirectory(disk);
        Outcome mounted = await _workplace.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk).ConfigureAwait(false);
        Assert.That(mounted.ExitCode, Is.Zero, $"a full disk needs a file system of its own: {mounted}");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(disk, "filler"), new byte[65536 - (freePages * 4096)]).ConfigureAwait(false);
            string[] before = Directory.GetFileSystemEntries(disk);
            switch (command)
            {
                case "create":
                    await FailsAsync(Io, "disk", Create(Workplace.Keystores, $"{disk}/new.age")).ConfigureAwait(false);
                    break;
                case "copy":
                    await FailsAsync(Io, "disk", [.. Create(Workplace.Keystores), "--copies", $"{disk}/copy.age"]).ConfigureAwait(false);
                    break;
                case "open":
                    await FailsAsync(Io, "disk", "backup", "open", "--backup", backup, "--device", "emulator:ledger", "--out", $"{disk}/new/restored", "--password-file", _workplace.PasswordFile, "--kdf", "pbkdf2").ConfigureAwait(false);
                    break;
                default:
                    await FailsAsync(Io, "disk", "pubkeys", "--device", "emulator:ledger", "--index", "0-19", "--out", $"{disk}/keys.json").ConfigureAwait(false);
                    break;
            }

            Assert.That(Directory.GetFileSystemEntries(disk, "*", new EnumerationOptions { AttributesToSkip = 0 }), Is.EquivalentTo(before));
        }
        finally
        {
            Outcome unmounted = await _workplace.RunAsync("umount", disk).ConfigureAwait(false);
            Assert.That(unmounted.ExitCode, Is.Zero, $"{unmounted}");
        }
    }

    [Test]
    public async Task BackupCreate_TenMegabytesOfJson_IsBadInput()
    {
        await File.WriteAllTextAsync(_workplace["keystore-big.json"], "{\"crypto\":[" + new string(' ', 10 << 20) + "]}").ConfigureAwait(false);
        await FailsAsync(BadInput, "keystore-big.json", Create("keystore-big.json")).ConfigureAwait(false);
        Directory.CreateDirectory(_workplace["keys"]);
        File.Move(_workplace["keystore-big.json"], _workplace["keys/keystore-big.json"]);
        await FailsAsync(BadInput, "keystore-big.json", Create("keys")).ConfigureAwait(false);
    }

    [TestCase("c", "2000000000")]
    [TestCase("c", "99999999999999999999")]
    [TestCase("c", "-1")]
    [TestCase("c", "0")]
    [TestCase("dklen", "2147483647")]
    public async Task BackupCreate_AbsurdPbkdf2_IsBadInputAtOnce(string member, string value)
    {
        await EditAsync("keystore.json", text => text.Replace(member == "c" ? "\"c\":262144" : "\"dklen\":32", $"\"{member}\":{value}", StringComparison.Ordinal)).ConfigureAwait(false);
        await FailsAtOnceAsync(BadInput, "keystore.json").ConfigureAwait(false);
    }

    [TestCase("1073741824", "8", "1")]
    [TestCase("262144", "1048576", "1")]
    [TestCase("262144", "8", "1000000")]
    [TestCase("262143", "8", "1")]
    public async Task BackupCreate_AbsurdScrypt_IsBadInputAtOnce(string n, string r, string p)
    {
        await EditAsync("keystore.json", text =>
        {
            JsonNode keystore = JsonNode.Parse(text)!;
            JsonNode kdf = keystore["crypto"]!["kdf"]!;
            kdf["function"] = "scrypt";
            string salt = kdf["params"]!["salt"]!.GetValue<string>();
            kdf["params"] = JsonNode.Parse($$"""{"dklen":32,"n":{{n}},"r":{{r}},"p":{{p}},"salt":"{{salt}}"}""");
            return keystore.ToJsonString();
        }).ConfigureAwait(false);
        await FailsAtOnceAsync(BadInput, "keystore.json").ConfigureAwait(false);
    }

    [Test]
    public async Task Check_DepositFilesOfTwoNetworks_IsBadInput()
    {
        string vectors = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "tests", "HwBridge.Core.Tests", "Data", "Signing", "lodestar.json")).ConfigureAwait(false);
        JsonNode mainnet = JsonNode.Parse(vectors)![0]!["answer"]!["entry"]!;
        await File.WriteAllTextAsync(_workplace["deposit_data-other.json"], $"[{mainnet.ToJsonString()}]").ConfigureAwait(false);
        await FailsAsync(BadInput, "mainnet", "check", "--device", "emulator:ledger", "--expect", Workplace.DepositData, "deposit_data-other.json").ConfigureAwait(false);
    }

    [Test]
    public async Task BackupCreate_SameKeyInTwoKeystores_IsBadInput()
    {
        File.Copy(Workplace.FirstKeystore, _workplace["keystore-again.json"]);
        await FailsAsync(BadInput, "keystore-again.json", "backup", "create", "--from", Workplace.Keystores, "keystore-again.json", "--password-file", _workplace.PasswordFile, "--to", "emulator:ledger", "--out", "new.age").ConfigureAwait(false);
    }

    [Test]
    public async Task BackupCreate_SameKeyInTwoKeystoresOfWhichOneNamesIt_IsBadInput()
    {
        await EditAsync("keystore-again.json", text =>
        {
            JsonNode keystore = JsonNode.Parse(text)!;
            keystore.AsObject().Remove("pubkey");
            return keystore.ToJsonString();
        }).ConfigureAwait(false);
        await FailsAsync(BadInput, "keystore-again.json", "backup", "create", "--from", Workplace.FirstKeystore, "keystore-again.json", "--password-file", _workplace.PasswordFile, "--to", "emulator:ledger", "--allow-emulator", "--out", "new.age").ConfigureAwait(false);
    }

    [Test]
    public async Task BackupCreate_PublicKeyOfAnotherKeystore_IsBadInput()
    {
        string other = Directory.GetFiles(Workplace.Keystores).Order(StringComparer.Ordinal).Last();
        string key = JsonNode.Parse(await File.ReadAllTextAsync(other).ConfigureAwait(false))!["pubkey"]!.GetValue<string>();
        await EditAsync("keystore.json", text =>
        {
            JsonNode keystore = JsonNode.Parse(text)!;
            keystore["pubkey"] = key;
            return keystore.ToJsonString();
        }).ConfigureAwait(false);
        Outcome outcome = await _workplace.HwBridgeAsync([.. Create("keystore.json"), "--allow-emulator"]).ConfigureAwait(false);
        Assert.That(outcome.Failure(BadInput, 1), Does.Contain("keystore.json"));
        Assert.That(_workplace.Names, Is.EqualTo(["keystore.json"]));
    }

    [TestCase("salt")]
    [TestCase("iv")]
    [TestCase("message")]
    [TestCase("pubkey")]
    [TestCase("c")]
    [TestCase("version")]
    [TestCase("function")]
    public async Task BackupCreate_FieldOfTheKeystoreDamaged_IsRefused(string field)
    {
        await EditAsync("keystore.json", text =>
        {
            int start = text.LastIndexOf($"\"{field}\":", StringComparison.Ordinal) + field.Length + 3;
            start += text[start] == '"' ? 1 : 0;
            return string.Concat(text.AsSpan(0, start), text[start] is '3' ? "4" : "3", text.AsSpan(start + 1));
        }).ConfigureAwait(false);
        string[] before = _workplace.Names;
        Outcome outcome = await _workplace.HwBridgeAsync([.. Create("keystore.json"), "--allow-emulator"]).ConfigureAwait(false);
        Assert.That(outcome.Failure(BadInput, CannotDecrypt), Does.Contain("keystore.json"));
        Assert.That(_workplace.Names, Is.EqualTo(before));
    }

    [TestCase("t1b1")]
    [TestCase("t2t1")]
    public async Task Trezor_LockedWithoutATerminal_SaysWhatToDo(string model)
    {
        string pin = Path.Combine(_workplace.Home, "pin.txt");
        await File.WriteAllTextAsync(pin, "1234\n").ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor", "--model", model, "--pin-file", pin, "--approve", "never").ConfigureAwait(false);
        Outcome outcome = await _workplace.RunAsync("setsid", "--wait", PublishedProgram.HwBridge, "--json", "pubkeys", "--device", device.Uri).ConfigureAwait(false);
        outcome.Failure(4, Unusable);
        Assert.That(outcome.Output, Does.Not.Contain("1234"));
        Assert.That(_workplace.Names, Is.Empty);
    }

    [TestCase("0-4294967295")]
    [TestCase("0-100000")]
    [TestCase("4294967296")]
    [TestCase("99999999999999999999999999")]
    [TestCase("-1")]
    [TestCase("1-0")]
    [TestCase("0,,1")]
    [TestCase("")]
    [TestCase("0x10")]
    [TestCase("１")]
    public async Task Pubkeys_AbsurdIndices_AreUsage(string index) =>
        await FailsAsync(Usage, "--index", "pubkeys", "--device", "emulator:ledger", $"--index={index}").ConfigureAwait(false);

    [TestCase("garbage")]
    [TestCase("0-9-9")]
    [TestCase("0,5")]
    [TestCase("5,4,3")]
    [TestCase("0,5,2")]
    [TestCase("0-4294967295")]
    public async Task Check_AbsurdScan_IsUsage(string scan) =>
        await FailsAsync(Usage, "--scan", "check", "--device", "emulator:ledger", "--expect", Workplace.Keystores, $"--scan={scan}").ConfigureAwait(false);

    [TestCase("ledger+tcp://")]
    [TestCase("ledger+tcp://127.0.0.1")]
    [TestCase("ledger+tcp://127.0.0.1:0")]
    [TestCase("ledger+tcp://127.0.0.1:65536")]
    [TestCase("trezor+udp://:21324")]
    [TestCase("file:///etc/passwd")]
    public async Task Pubkeys_BadUri_IsUsage(string uri) =>
        await FailsAsync(Usage, "URI", "pubkeys", "--device", uri).ConfigureAwait(false);

    [Test]
    public async Task BackupOpen_DamagedAtAnyByte_IsRefusedAndLeavesNothing()
    {
        byte[] whole = await File.ReadAllBytesAsync(await _workplace.MakeBackupAsync().ConfigureAwait(false)).ConfigureAwait(false);
        const int Count = 24;
        for (int i = 0; i < Count; i++)
        {
            byte[] damaged = [.. whole];
            damaged[(int)((long)i * (whole.Length - 1) / (Count - 1))] ^= 1;
            await File.WriteAllBytesAsync(Path.Combine(_workplace.Home, "damaged.age"), damaged).ConfigureAwait(false);
            Outcome outcome = await _workplace.HwBridgeAsync(
                "backup", "open", "--backup", "../damaged.age", "--device", "emulator:ledger", "--out", "a/restored", "--password-file", _workplace.PasswordFile, "--kdf", "pbkdf2").ConfigureAwait(false);
            outcome.Failure(BadInput, CannotDecrypt);
            Assert.That(_workplace.Names, Is.Empty);
        }
    }

    private static string[] Create(string from, string to, string password) =>
        ["backup", "create", "--from", from, "--password-file", password, "--to", "emulator:ledger", "--out", to];

    private string[] Create(string from, string to = "new.age") => Create(from, to, _workplace.PasswordFile);

    private async Task EditAsync(string name, Func<string, string> edit)
    {
        string text = await File.ReadAllTextAsync(Workplace.FirstKeystore).ConfigureAwait(false);
        string edited = edit(text);
        Assert.That(edited, Is.Not.EqualTo(text));
        await File.WriteAllTextAsync(_workplace[name], edited).ConfigureAwait(false);
    }

    private async Task FailsAtOnceAsync(int exit, string says)
    {
        long begun = Stopwatch.GetTimestamp();
        await FailsAsync(exit, says, [.. Create("keystore.json"), "--allow-emulator"]).ConfigureAwait(false);
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    private async Task FailsAsync(int exit, string says, params string[] arguments)
    {
        string[] before = _workplace.Names;
        Outcome outcome = await _workplace.HwBridgeAsync(arguments).ConfigureAwait(false);
        Assert.That(outcome.Failure(exit), Does.Contain(says), $"{outcome}");
        Assert.That(_workplace.Names, Is.EqualTo(before), $"{outcome}");
    }
}
