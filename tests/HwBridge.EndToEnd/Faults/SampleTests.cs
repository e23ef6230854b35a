namespace HwBridge.EndToEnd.Faults;

/// <summary>The sample programs, run as their first lines say, against software devices in other processes.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SampleTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task ExportBackupToLedger_OfKeystores_WritesWhatHwBridgeOpens()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        Outcome made = await RunAsync("ExportBackupToLedger", device.Uri, Workplace.Keystores, _workplace.PasswordFile, "backup.age").ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        Assert.That(made.Output, Is.EqualTo("backup.age: 3 keys, read back and verified"));
        Outcome check = await _workplace.HwBridgeAsync("check", "--device", device.Uri, "--expect", Workplace.Keystores, "--backup", "backup.age").ConfigureAwait(false);
        Assert.That(check.ExitCode, Is.Zero, $"{check}");
        Assert.That(check.Document().GetProperty("matched").GetInt32(), Is.EqualTo(3));
        Assert.That(_workplace.Names, Is.EqualTo(["backup.age"]));
    }

    [Test]
    public async Task DerivePubkeysFromTrezor_OfThree_PrintsWhatHwBridgePrints()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        Outcome derived = await RunAsync("DerivePubkeysFromTrezor", device.Uri, "3").ConfigureAwait(false);
        Assert.That(derived.ExitCode, Is.Zero, $"{derived}");
        Outcome keys = await _workplace.HwBridgeAsync("pubkeys", "--device", device.Uri, "--index", "0-2").ConfigureAwait(false);
        Assert.That(
            derived.Output.Split('\n'),
            Is.EqualTo(keys.Document().EnumerateArray().Select(key => $"{key.GetProperty("path").GetString()}  {key.GetProperty("pubkey").GetString()}  DeviceRooted")));
    }

    [Test]
    public async Task CheckRestore_OfTheRightAndOfAnotherWallet_ExitsWithZeroAndOne()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        Outcome match = await RunAsync("CheckRestore", device.Uri, Workplace.Keystores, Workplace.DepositData).ConfigureAwait(false);
        Assert.That(match.ExitCode, Is.Zero, $"{match}");
        Assert.That(match.Output.Split('\n'), Has.Length.EqualTo(3).And.All.StartsWith("Match  0x"));

        string seed = Path.Combine(_workplace.Home, "seed.txt");
        await File.WriteAllTextAsync(seed, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about\n").ConfigureAwait(false);
        using SoftwareDevice other = await SoftwareDevice.StartAsync(_workplace, "ledger", "--seed-file", seed).ConfigureAwait(false);
        Outcome mismatch = await RunAsync("CheckRestore", other.Uri, Workplace.Keystores).ConfigureAwait(false);
        Assert.That(mismatch.ExitCode, Is.EqualTo(1), $"{mismatch}");
        Assert.That(mismatch.Output.Split('\n'), Has.Length.EqualTo(3).And.All.StartsWith("Different  0x"));
    }

    private Task<Outcome> RunAsync(string sample, params string[] arguments)
    {
        // The tests lie in bin/CONFIGURATION/FRAMEWORK, and so do the samples.
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string program = Path.Combine(Repository.Root, "samples", sample, "bin", framework.Parent!.Name, framework.Name, $"{sample}.dll");
        return _workplace.RunAsync(["dotnet", program, .. arguments]);
    }
}
