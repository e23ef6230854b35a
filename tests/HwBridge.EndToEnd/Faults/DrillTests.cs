using System.Globalization;
using System.Text;
using System.Text.Json;
using HwBridge.Backups.Drills;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Drills and their record, with thieves, power cuts and other programs around.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DrillTests : IDisposable
{
    private const int Kill = 9;
    private const int Cuts = 40;

    // No row of so many bytes of a needle is found in random bytes by chance.
    private const int Row = 6;

    private readonly Workplace _workplace = new();

    private string StateFolder => Path.Combine(_workplace.Folder, ".local", "state", "hwbridge");

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task Record_StolenWithItsFolder_TellsNoKeyNoPlaceNoDevice()
    {
        string made = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        string backup = _workplace["my-cold-wallet-backup.age"];
        File.Copy(made, backup);
        using SoftwareDevice ledger = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        string recipient = (await _workplace.HwBridgeAsync("recipient", "--device", ledger.Uri).ConfigureAwait(false)).Document().GetProperty("recipient").GetString()!;
        Outcome drill = await _workplace.HwBridgeAsync("drill", "run", "--backup", backup, "--device", ledger.Uri, "--expect", Workplace.Keystores).ConfigureAwait(false);
        Assert.That(drill.ExitCode, Is.Zero, $"{drill}");
        Outcome check = await _workplace.HwBridgeAsync("check", "--device", ledger.Uri, "--expect", Workplace.Keystores, "--record").ConfigureAwait(false);
        Assert.That(check.ExitCode, Is.Zero, $"{check}");

        byte[] file = await File.ReadAllBytesAsync(backup).ConfigureAwait(false);
        List<byte[]> needles = [file, .. Utf8(backup, "my-cold-wallet", Path.GetFileName(Workplace.Keystores), ledger.Uri, "127.0.0.1", "emulator", "ledger", "trezor", recipient, "mainnet")];
        foreach (JsonElement key in drill.Document().GetProperty("drills")[0].GetProperty("keys").EnumerateArray())
        {
            string pubkey = key.GetProperty("pubkey").GetString()![2..];
            needles.AddRange([Convert.FromHexString(pubkey), .. Utf8(pubkey, pubkey.ToUpperInvariant(), key.GetProperty("path").GetString()!, key.GetProperty("source").GetString()!)]);
        }

        // In base64 each needle can begin at each of three places of a group.
        needles.AddRange([.. needles.SelectMany(needle => Enumerable.Range(0, 3).Select(shift => Encoding.ASCII.GetBytes(Convert.ToBase64String(needle[shift..]).TrimEnd('='))))]);
        needles.RemoveAll(needle => needle.Length < Row);
        string[] left = Directory.GetFiles(StateFolder);
        Assert.That(left.Select(Path.GetFileName), Is.EquivalentTo(["drills", "drills.lock"]));
        foreach (string path in left)
        {
            byte[] haystack = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
            Assert.That(needles.Select(needle => Find(needle, haystack)).OfType<string>(), Is.Empty);
        }

        // The search finds what is there.
        string id = drill.Document().GetProperty("drills")[0].GetProperty("id").GetString()!;
        Assert.That(Find(Convert.FromHexString(id), await File.ReadAllBytesAsync(Path.Combine(StateFolder, "drills")).ConfigureAwait(false)), Is.Not.Null);
        Assert.That(File.ReadAllBytes(Path.Combine(StateFolder, "drills")), Has.Length.EqualTo(4096));
        Outcome status = await _workplace.HwBridgeAsync("drill", "status").ConfigureAwait(false);
        Assert.That(status.Document().GetProperty("drills").GetArrayLength(), Is.EqualTo(2), "the backup and the wallet are two");
        await TestContext.Out.WriteLineAsync($"{needles.Count} facts, any {Row} bytes in a row of each: none in the record").ConfigureAwait(false);
    }

    [Test]
    public async Task Record_OfTheSameBackupOnTwoComputers_HasNothingInCommon()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        List<byte[]> records = [];
        List<string> ids = [];
        for (int computer = 0; computer < 2; computer++)
        {
            Outcome drill = await DrillAsync(backup, "emulator:ledger").ConfigureAwait(false);
            Assert.That(drill.ExitCode, Is.Zero, $"{drill}");
            ids.Add(drill.Document().GetProperty("drills")[0].GetProperty("id").GetString()!);
            records.Add(await File.ReadAllBytesAsync(Path.Combine(StateFolder, "drills")).ConfigureAwait(false));
            Directory.Delete(StateFolder, recursive: true);
        }

        Assert.That(ids, Is.Unique);
        Assert.That(Find(records[0][16..48], records[1]), Is.Null);
        Assert.That(Find(records[0][64..80], records[1]), Is.Null);
    }

    [Test]
    public async Task Copies_OfOneBackup_AreOneEntry_AndTheSameKeysForOthersAnother()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        string copy = _workplace["copy.age"];
        File.Copy(backup, copy);
        string other = _workplace["other.age"];
        Outcome made = await _workplace.HwBridgeAsync("backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--to", "emulator:ledger", "--out", other).ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        Outcome drill = await _workplace.HwBridgeAsync("drill", "run", "--backup", backup, copy, other, "--device", "emulator:ledger", "--expect", Workplace.DepositData).ConfigureAwait(false);
        Assert.That(drill.ExitCode, Is.Zero, $"{drill}");
        string[] ids = [.. drill.Document().GetProperty("drills").EnumerateArray().Select(row => row.GetProperty("id").GetString()!)];
        Assert.That(ids[1], Is.EqualTo(ids[0]));
        Assert.That(ids[2], Is.Not.EqualTo(ids[0]));
        Outcome forgotten = await _workplace.HwBridgeAsync("drill", "forget", ids[2][..8]).ConfigureAwait(false);
        Assert.That(forgotten.ExitCode, Is.Zero, $"{forgotten}");
        Outcome status = await _workplace.HwBridgeAsync("drill", "status").ConfigureAwait(false);
        Assert.That(status.Document().GetProperty("drills").EnumerateArray().Select(row => row.GetProperty("id").GetString()), Is.EqualTo([ids[0]]));
    }

    [Test]
    public async Task Run_OfACopyWithAnyFault_IsTheAnswerNo_WithItsReason_AndTheOthersAreStillTried()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        byte[] whole = await File.ReadAllBytesAsync(backup).ConfigureAwait(false);
        int faults = 0;
        Dictionary<string, byte[]?> copies = new()
        {
            ["missing.age"] = null,
            ["empty.age"] = [],
            ["truncated.age"] = whole[..^1],
            ["half.age"] = whole[..(whole.Length / 2)],
            ["extended.age"] = [.. whole, 0],
            ["flipped.age"] = [.. whole[..^40], (byte)(whole[^40] ^ 1), .. whole[^39..]],
            ["header.age"] = [.. whole[..60], (byte)(whole[60] ^ 1), .. whole[61..]],
        };
        foreach ((string name, byte[]? content) in copies)
        {
            if (content is not null)
            {
                await File.WriteAllBytesAsync(_workplace[name], content).ConfigureAwait(false);
            }

            Outcome drill = await _workplace.HwBridgeAsync("drill", "run", "--backup", name, backup, "--device", "emulator:ledger", "--expect", Workplace.Keystores).ConfigureAwait(false);
            Assert.That(drill.ExitCode, Is.EqualTo(1), $"{drill}");
            JsonElement[] rows = [.. drill.Document().GetProperty("drills").EnumerateArray()];
            Assert.That(rows[0].GetProperty("result").GetString(), Is.EqualTo("mismatch"));
            Assert.That(rows[0].GetProperty("cause").GetString(), Does.Contain(name));
            Assert.That(rows[1].GetProperty("result").GetString(), Is.EqualTo("match"));
            faults++;
        }

        using SoftwareDevice refusing = await SoftwareDevice.StartAsync(_workplace, "ledger", "--approve", "never").ConfigureAwait(false);
        (await DrillAsync(backup, refusing.Uri).ConfigureAwait(false)).Failure(4);
        using SoftwareDevice locked = await SoftwareDevice.StartAsync(_workplace, "ledger", "--state", "locked").ConfigureAwait(false);
        (await DrillAsync(backup, locked.Uri).ConfigureAwait(false)).Failure(5);
        (await DrillAsync(backup, "ledger+tcp://127.0.0.1:1").ConfigureAwait(false)).Failure(3);
        string seed = Path.Combine(_workplace.Home, "seed.txt");
        await File.WriteAllTextAsync(seed, "legal winner thank year wave sausage worth useful legal winner thank yellow").ConfigureAwait(false);
        using SoftwareDevice other = await SoftwareDevice.StartAsync(_workplace, "ledger", "--seed-file", seed).ConfigureAwait(false);
        Outcome stranger = await DrillAsync(backup, other.Uri).ConfigureAwait(false);
        Assert.That(stranger.ExitCode, Is.EqualTo(1), $"{stranger}");
        Assert.That(stranger.Output, Does.Contain("not a recipient"));
        await TestContext.Out.WriteLineAsync($"{faults + 4} faults of copies and devices, each with its reason").ConfigureAwait(false);
    }

    [Test]
    public async Task Record_WithThePowerCutWhileItIsWritten_IsTheOldOneOrTheNewOne()
    {
        string folder = _workplace["state"];
        int next = 0;
        int halfway = 0;
        Random random = new(7);
        for (int cut = 0; cut < Cuts; cut++)
        {
            using RunningCommand writer = Writer(folder, next, count: 100_000);
            int first = next;
            await writer.WaitForAsync(() => writer.Output.Count > 0, Workplace.Deadline, "the writer").ConfigureAwait(false);
            await Task.Delay(random.Next(30)).ConfigureAwait(false);
            writer.Signal(Kill);
            await writer.ExitAsync(Workplace.Deadline).ConfigureAwait(false);
            int said = writer.Output.Count == 0 ? first - 1 : int.Parse(writer.Output[^1], CultureInfo.InvariantCulture);
            DrillRecord? record = await new DrillRecordFile(folder).ReadAsync(CancellationToken.None).ConfigureAwait(false);
            int last = record!.Entries.Max(entry => entry.LastTry).DayNumber - Program.FirstDay.DayNumber;
            Assert.That(last, Is.GreaterThanOrEqualTo(said), "what was said to be on the disk is there");
            Assert.That(record.Entries, Has.Count.EqualTo(Math.Min(last + 1, DrillRecord.MaxEntries)), "nothing is lost");
            halfway += Directory.GetFiles(folder, ".drills.*.tmp").Length;
            next = last + 1;
        }

        Assert.That(halfway, Is.GreaterThan(0), "no cut came while it was written: nothing was proven");
        await TestContext.Out.WriteLineAsync($"killed at {Cuts} moments of {next} changes, {halfway} of them with a half-written file beside: no record lost").ConfigureAwait(false);
    }

    [Test]
    public async Task Record_WrittenByFourAtOnce_LosesNothing()
    {
        const int each = 30;
        string folder = _workplace["state"];
        RunningCommand[] writers = [.. Enumerable.Range(0, 4).Select(writer => Writer(folder, writer * each, each))];
        foreach (RunningCommand writer in writers)
        {
            using (writer)
            {
                Assert.That(await writer.ExitAsync(Workplace.Deadline).ConfigureAwait(false), Is.Zero, string.Join('\n', writer.Error));
            }
        }

        DrillRecord? record = await new DrillRecordFile(folder).ReadAsync(CancellationToken.None).ConfigureAwait(false);
        Assert.That(record!.Entries, Has.Count.EqualTo(writers.Length * each));
        await TestContext.Out.WriteLineAsync($"{record.Entries.Count} drills noted by {writers.Length} processes at once").ConfigureAwait(false);
    }

    [Test]
    public async Task Status_WithBadArguments_OrAnUnwritablePlace_SaysSo()
    {
        foreach (string[] arguments in (string[][])[["--every", "0d"], ["--every", "-1"], ["--every", "3651d"], ["--every", "1e3"], ["--every", "90w"], ["--prometheus", "drills.txt"]])
        {
            (await _workplace.HwBridgeAsync(["drill", "status", .. arguments]).ConfigureAwait(false)).Failure(2);
        }

        (await _workplace.HwBridgeAsync("drill", "status", "--prometheus", "no/such/folder/a.prom").ConfigureAwait(false)).Failure(8);
        Assert.That(_workplace.Names, Is.Empty, "looking at the record writes none");
        Outcome never = await _workplace.HwBridgeAsync("drill", "status").ConfigureAwait(false);
        Assert.That(never.ExitCode, Is.EqualTo(1));
        Assert.That(never.Document().GetProperty("result").GetString(), Is.EqualTo("overdue"));
    }

    [Test]
    public async Task SystemdUnits_OfTheSamples_AreAcceptedBySystemd()
    {
        string units = Path.Combine(Repository.Root, "samples", "systemd");
        string[] copies = [.. Directory.GetFiles(units).Select(file =>
        {
            // The program need not be installed where the tests run.
            string text = File.ReadAllText(file).Replace("/usr/local/bin/hwbridge", PublishedProgram.HwBridge, StringComparison.Ordinal);
            string copy = _workplace[Path.GetFileName(file)];
            File.WriteAllText(copy, text);
            return copy;
        })];
        Assert.That(copies, Has.Length.EqualTo(2));
        Outcome verified = await _workplace.RunAsync(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", .. copies]).ConfigureAwait(false);
        Assert.That(verified.ExitCode, Is.Zero, $"{verified}");
        Assert.That(verified.Error, Does.Not.Contain("hwbridge-drill-status"), $"{verified}");
        Outcome run = await _workplace.RunAsync("hwbridge", "--quiet", "drill", "status", "--every", "90d").ConfigureAwait(false);
        Assert.That(run.ExitCode, Is.EqualTo(1), $"{run}");
    }

    private Task<Outcome> DrillAsync(string backup, string device) =>
        _workplace.HwBridgeAsync("drill", "run", "--backup", backup, "--device", device, "--expect", Workplace.Keystores);

    private RunningCommand Writer(string folder, int first, int count) => RunningCommand.Program(
        _workplace.Folder, holdsInput: true, "dotnet", typeof(Program).Assembly.Location, "drills", folder, $"{first}", $"{count}");

    private static IEnumerable<byte[]> Utf8(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);

    private static string? Find(byte[] needle, byte[] haystack)
    {
        for (int start = 0; start + Row <= needle.Length; start++)
        {
            ReadOnlySpan<byte> row = needle.AsSpan(start, Row);
            if (haystack.AsSpan().IndexOf(row) >= 0)
            {
                return $"{Convert.ToHexString(row)} of {Convert.ToHexString(needle)}";
            }
        }

        return null;
    }
}
