using System.Diagnostics;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Seeds;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Backups on the Ledger itself, with the program, the line and the device in the way of each other.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StorageTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Points = 8;

    // What fits with one recipient; stated in the README.
    private const int MostValidators = 95;

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase("export")]
    [TestCase("import")]
    [TestCase("erase")]
    public async Task Line_CutAfterAnyByteTowardsTheProgram_IsAClearFaultAndNothingHalfPassesForWhole(string command)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        long whole = await LengthAsync(command, backup).ConfigureAwait(false);
        int points = 0;
        for (int point = 0; point < Points; point++)
        {
            using SoftwareDevice device = await StartAsync(command, backup).ConfigureAwait(false);
            await using (TcpRelay relay = new(device.Port, (whole - 1) * point / (Points - 1)))
            {
                Outcome cut = await _workplace.HwBridgeAsync(Arguments(command, relay.Uri, backup)).ConfigureAwait(false);
                Assert.That(cut.Failure(3, 9), Is.Not.Empty);
            }

            Assert.That(_workplace.Names, Is.Empty);
            await AssertWholeOrNothingAsync(device).ConfigureAwait(false);
            points++;
        }

        await TestContext.Out.WriteLineAsync($"{command}: the line was cut at {points} places within {whole} bytes").ConfigureAwait(false);
    }

    [TestCase("export", Interrupt)]
    [TestCase("export", Kill)]
    [TestCase("erase", Interrupt)]
    [TestCase("erase", Kill)]
    [TestCase("import", Kill)]
    public async Task Program_StoppedAtEachMoment_IsDoneOrPassesForNothing(string command, int signal)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        TimeSpan whole;
        using (SoftwareDevice device = await StartAsync(command, backup).ConfigureAwait(false))
        {
            long begun = Stopwatch.GetTimestamp();
            Outcome done = await _workplace.HwBridgeAsync(Arguments(command, device.Uri, backup)).ConfigureAwait(false);
            whole = Stopwatch.GetElapsedTime(begun);
            Assert.That(done.ExitCode, Is.Zero, $"{done}");
        }

        Empty();
        int stopped = 0;
        for (int point = 0; point < Points; point++)
        {
            using SoftwareDevice device = await StartAsync(command, backup).ConfigureAwait(false);
            using RunningCommand running = _workplace.Start(["hwbridge", "--json", .. Arguments(command, device.Uri, backup)]);

            // Most of the time goes by before the first exchange.
            await Task.Delay(whole * (0.3 + (0.7 * point / Points))).ConfigureAwait(false);
            running.Signal(signal);
            Outcome outcome = await Workplace.EndAsync(running, TimeSpan.FromSeconds(15), command).ConfigureAwait(false);
            stopped += outcome.ExitCode == 0 ? 0 : 1;
            if (signal == Interrupt && outcome.ExitCode != 0 && outcome.Output.Length > 0)
            {
                outcome.Failure(130);
            }
            else if (signal == Interrupt && outcome.ExitCode != 0)
            {
                // On a busy machine the signal may come before the program has begun.
                Assert.That(outcome.ExitCode, Is.EqualTo(130), $"{outcome}");
            }

            // A file of an import is there whole or not at all; the temporary one beside it stays only after a kill.
            foreach (string file in _workplace.Names.Where(name => name == "imported.age"))
            {
                Outcome verified = await _workplace.HwBridgeAsync("backup", "verify", file).ConfigureAwait(false);
                Assert.That(verified.ExitCode, Is.Zero, $"{verified}");
            }

            Empty();
            await AssertWholeOrNothingAsync(device).ConfigureAwait(false);
        }

        Assert.That(stopped, Is.GreaterThan(0), "every signal came after the end: nothing was proven");
        await TestContext.Out.WriteLineAsync(
            $"{command}, signal {signal}: {Points} moments within {whole.TotalMilliseconds:0} ms, {stopped} stopped").ConfigureAwait(false);
    }

    [Test]
    public async Task Export_ABackupOfAnotherDevice_IsRefusedBeforeAnythingIsWritten()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        string seed = Path.Combine(_workplace.Home, "seed.txt");
        await File.WriteAllTextAsync(seed, "legal winner thank year wave sausage worth useful legal winner thank yellow").ConfigureAwait(false);
        using SoftwareDevice other = await SoftwareDevice.StartAsync(_workplace, "ledger", "--seed-file", seed).ConfigureAwait(false);
        Outcome refused = await _workplace.HwBridgeAsync(Arguments("export", other.Uri, backup)).ConfigureAwait(false);
        Assert.That(refused.Failure(7), Does.Contain("not a recipient"));
        Assert.That(other.Screen, Does.Not.Contain("Open app").And.Not.Contain("PIN"));
    }

    [Test]
    public async Task Pin_RefusedOnTheDevice_IsUserRejected()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger", "--state", "openpgp", "--approve", "never").ConfigureAwait(false);
        Outcome refused = await _workplace.HwBridgeAsync("backup", "list", "--device", device.Uri).ConfigureAwait(false);
        Assert.That(refused.Failure(4), Does.Contain("rejected"));
    }

    [Test]
    public async Task Device_Locked_OrFull_OrUnknownSlot_HasItsOwnExitCode()
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice locked = await SoftwareDevice.StartAsync(_workplace, "ledger", "--state", "locked").ConfigureAwait(false);
        (await _workplace.HwBridgeAsync("backup", "list", "--device", locked.Uri).ConfigureAwait(false)).Failure(5);

        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        Outcome unknown = await _workplace.HwBridgeAsync("backup", "export", "--backup", backup, "--device", device.Uri, "--slot", "6").ConfigureAwait(false);
        Assert.That(unknown.Failure(2), Does.Contain("no slot 6"));
        for (int i = 0; i < 5; i++)
        {
            Outcome stored = await _workplace.HwBridgeAsync(Arguments("export", device.Uri, backup)).ConfigureAwait(false);
            Assert.That(stored.ExitCode, Is.Zero, $"{stored}");
        }

        Outcome full = await _workplace.HwBridgeAsync(Arguments("export", device.Uri, backup)).ConfigureAwait(false);
        Assert.That(full.Failure(5), Does.Contain("the free slots take 0"));
        Outcome several = await _workplace.HwBridgeAsync(Arguments("import", device.Uri, backup)).ConfigureAwait(false);
        Assert.That(several.Failure(2), Does.Contain("5 backups"));
    }

    /// <summary>Keystores as the deposit tools make them, of as many keys of one seed as are said to fit, there and back.</summary>
    [Test]
    public async Task Export_AsManyKeystoresAsAreStated_AndBack()
    {
        string keystores = Path.Combine(_workplace.Home, "keystores");
        Directory.CreateDirectory(keystores);
        HashSet<string> expected = [.. WriteKeystores(keystores, MostValidators)];
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        string backup = Path.Combine(_workplace.Home, "many.age");
        await SucceedAsync("backup", "create", "--from", keystores, "--password-file", _workplace.PasswordFile, "--to", device.Uri, "--no-device-test", "--out", backup).ConfigureAwait(false);
        JsonElement exported = await SucceedAsync(Arguments("export", device.Uri, backup)).ConfigureAwait(false);
        Assert.That(exported.GetProperty("validators").GetInt32(), Is.EqualTo(MostValidators));
        Assert.That(exported.GetProperty("slots").GetArrayLength(), Is.EqualTo(5));
        await SucceedAsync(Arguments("import", device.Uri, backup)).ConfigureAwait(false);
        await File.WriteAllLinesAsync(Path.Combine(_workplace.Home, "expected.txt"), expected).ConfigureAwait(false);
        JsonElement check = await SucceedAsync(
            "check", "--device", device.Uri, "--expect", Path.Combine(_workplace.Home, "expected.txt"), "--backup", "imported.age").ConfigureAwait(false);
        Assert.That(check.GetProperty("matched").GetInt32(), Is.EqualTo(MostValidators));
        Assert.That(check.GetProperty("unexpected").GetArrayLength(), Is.Zero);
        await TestContext.Out.WriteLineAsync($"{MostValidators} validators in {exported.GetProperty("size").GetInt64()} bytes").ConfigureAwait(false);
    }

    private static IEnumerable<string> WriteKeystores(string folder, int count)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all");
        using SecretBuffer seed = mnemonic.DeriveSeed();
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed.Span);
        using SecretBuffer password = SecretBuffer.CopyOf(System.Text.Encoding.UTF8.GetBytes(Workplace.Password));
        for (uint index = 0; index < count; index++)
        {
            ValidatorKeyPath path = ValidatorKeyPath.Signing(index);
            using BlsSecretKey key = Eip2333KeyDerivation.Derive(master, path);
            System.Buffers.ArrayBufferWriter<byte> json = new();
            Keystore.Encrypt(key, path, password, KeystoreKdf.Pbkdf2, CancellationToken.None).WriteTo(json);
            File.WriteAllBytes(Path.Combine(folder, $"keystore-m_12381_3600_{index}_0_0-1700000000.json"), json.WrittenSpan);
            yield return key.GetPublicKey().ToString();
        }
    }

    private static string[] Arguments(string command, string device, string backup) => command switch
    {
        "export" => ["backup", "export", "--backup", backup, "--device", device],
        "import" => ["backup", "import", "--device", device, "--out", "imported.age"],
        "erase" => ["backup", "erase", "--device", device, "--slot", "4"],
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    /// <summary>A device that holds a backup already, where the command needs one.</summary>
    private async Task<SoftwareDevice> StartAsync(string command, string backup)
    {
        SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        if (command != "export")
        {
            Outcome stored = await _workplace.HwBridgeAsync(Arguments("export", device.Uri, backup)).ConfigureAwait(false);
            Assert.That(stored.ExitCode, Is.Zero, $"{stored}");
        }

        return device;
    }

    private async Task<long> LengthAsync(string command, string backup)
    {
        using SoftwareDevice device = await StartAsync(command, backup).ConfigureAwait(false);
        await using TcpRelay relay = new(device.Port);
        Outcome done = await _workplace.HwBridgeAsync(Arguments(command, relay.Uri, backup)).ConfigureAwait(false);
        Assert.That(done.ExitCode, Is.Zero, $"{done}");
        Empty();
        return relay.Answers.Length;
    }

    /// <summary>
    /// What the device holds after all that: a backup that opens, or nothing that calls itself one. A program that was killed within a chain
    /// leaves an app that has to be started anew, which is said.
    /// </summary>
    private async Task AssertWholeOrNothingAsync(SoftwareDevice device)
    {
        Outcome list = await _workplace.HwBridgeAsync("backup", "list", "--device", device.Uri).ConfigureAwait(false);
        if (list.ExitCode == 5)
        {
            Assert.That(list.Failure(5), Does.Contain("does not answer"));
            return;
        }

        Assert.That(list.ExitCode, Is.EqualTo(0).Or.EqualTo(1), $"{list}");
        string[] states = [.. list.Document().GetProperty("slots").EnumerateArray().Select(slot => slot.GetProperty("state").GetString()!)];
        Assert.That(list.ExitCode, Is.EqualTo(states.Any(state => state is "incomplete" or "damaged") ? 1 : 0), $"{list}");
        Outcome import = await _workplace.HwBridgeAsync("backup", "import", "--device", device.Uri, "--out", "found.age").ConfigureAwait(false);
        if (states.Contains("backup"))
        {
            Assert.That(import.ExitCode, Is.Zero, $"{import}");
            Outcome check = await _workplace.HwBridgeAsync(
                "check", "--device", device.Uri, "--expect", Workplace.Keystores, "--backup", "found.age").ConfigureAwait(false);
            Assert.That(check.ExitCode, Is.Zero, $"{check}");
        }
        else
        {
            import.Failure(1, 6);
        }

        Empty();
    }

    private async Task<JsonElement> SucceedAsync(params string[] arguments)
    {
        Outcome outcome = await _workplace.HwBridgeAsync(arguments).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        return outcome.Document();
    }

    private void Empty()
    {
        Directory.Delete(_workplace.Folder, recursive: true);
        Directory.CreateDirectory(_workplace.Folder);
    }
}
