using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>The plain <c>age</c> program, our plugin on its PATH, and software devices in other processes.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AgeProgramTests : IDisposable
{
    private static readonly string[] Devices = ["ledger", "t2t1", "t1b1"];

    private readonly AgeWorkplace _age = new();

    public void Dispose() => _age.Dispose();

    [TestCaseSource(nameof(Devices))]
    public async Task Age_EachWayOfWriting_OpensWithOneConfirmationEach(string maker)
    {
        using SoftwareDevice device = await _age.StartAsync(maker).ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device).ConfigureAwait(false);
        int asked = 1;
        string plain = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        string armored = await _age.EncryptAsync("", "-a", "-i", identity).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(device, asked).ConfigureAwait(false);
        string noData = await _age.EncryptAsync(device.Uri, "-j", "hwbridge").ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(device, ++asked).ConfigureAwait(false);
        foreach (string file in (string[])[plain, armored, noData])
        {
            Outcome opened = await _age.DecryptAsync(device.Uri, "-i", identity, file).ConfigureAwait(false);
            Assert.That(opened.Error, Does.StartWith("age: hwbridge plugin: ").And.Contain(device.Uri), "a person is told what to do");
            await AgeWorkplace.ConfirmedAsync(device, ++asked).ConfigureAwait(false);
            await _age.DecryptAsync(device.Uri, "-j", "hwbridge", file).ConfigureAwait(false);
            await AgeWorkplace.ConfirmedAsync(device, ++asked).ConfigureAwait(false);
        }
    }

    [Test]
    public async Task Age_LargeFile_ComesBackWhole()
    {
        using SoftwareDevice device = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string identity, _) = await _age.EnrolAsync(device).ConfigureAwait(false);
        byte[] plaintext = new byte[5_000_000];
        Random.Shared.NextBytes(plaintext);
        await File.WriteAllBytesAsync(_age.Plain, plaintext).ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-i", identity).ConfigureAwait(false);
        string opened = Path.Combine(_age.Place.Home, "opened");
        Outcome outcome = await _age.AgeAsync(device.Uri, "-d", "-i", identity, "-o", opened, file).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        Assert.That(await File.ReadAllBytesAsync(opened).ConfigureAwait(false), Is.EqualTo(plaintext));
    }

    [Test]
    public async Task Age_BackupForThreeWallets_OpensWithEachByOneConfirmation()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        using SoftwareDevice core = await _age.StartAsync("t2t1").ConfigureAwait(false);
        using SoftwareDevice legacy = await _age.StartAsync("t1b1", "--seed-file", Seed()).ConfigureAwait(false);
        SoftwareDevice[] devices = [ledger, core, legacy];
        string backup = Path.Combine(_age.Place.Home, "backup.age");
        Outcome made = await _age.Place.HwBridgeAsync(
            ["backup", "create", "--from", Workplace.Keystores, "--password-file", _age.Place.PasswordFile, "--out", backup, "--to", .. devices.Select(device => device.Uri)])
            .ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        foreach (SoftwareDevice device in devices)
        {
            (string identity, _) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
            await AgeWorkplace.ConfirmedAsync(device, 1).ConfigureAwait(false);
            Outcome opened = await _age.AgeAsync(device.Uri, "-d", "-i", identity, backup).ConfigureAwait(false);
            Assert.That(opened.ExitCode, Is.Zero, $"{opened}");
            Assert.That(opened.Document().GetProperty("validators").GetArrayLength(), Is.EqualTo(3));
            await AgeWorkplace.ConfirmedAsync(device, 2).ConfigureAwait(false);
        }
    }

    [Test]
    public async Task Age_SeveralIdentitiesAndRecipients_AsksOnlyTheOneThatIsMeant()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        using SoftwareDevice trezor = await _age.StartAsync("t2t1").ConfigureAwait(false);
        string both = $"{ledger.Uri} {trezor.Uri}";
        (string ledgerIdentity, _) = await _age.EnrolAsync(ledger, "--no-device-test").ConfigureAwait(false);
        (string trezorIdentity, _) = await _age.EnrolAsync(trezor, "--no-device-test").ConfigureAwait(false);
        string software = Path.Combine(_age.Place.Home, "software.txt");
        await _age.Place.RunAsync("age-keygen", "-o", software).ConfigureAwait(false);
        string keyring = Path.Combine(_age.Place.Home, "keyring.txt");
        await File.WriteAllTextAsync(keyring, string.Concat(await Task.WhenAll(
            ((string[])[ledgerIdentity, trezorIdentity, software]).Select(file => File.ReadAllTextAsync(file))).ConfigureAwait(false))).ConfigureAwait(false);

        // For the Trezor alone: the Ledger comes first in the keyring, and is not touched.
        string forTrezor = await _age.EncryptAsync("", "-i", trezorIdentity).ConfigureAwait(false);
        await _age.DecryptAsync(both, "-i", keyring, forTrezor).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(trezor, 1).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(ledger, 0).ConfigureAwait(false);

        // For everybody: the first identity opens it, and the other way round.
        string forAll = await _age.EncryptAsync("", "-i", keyring).ConfigureAwait(false);
        await _age.DecryptAsync(both, "-i", ledgerIdentity, "-i", trezorIdentity, forAll).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(ledger, 1).ConfigureAwait(false);
        await _age.DecryptAsync(both, "-i", trezorIdentity, "-i", ledgerIdentity, forAll).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(trezor, 2).ConfigureAwait(false);
        await _age.DecryptAsync("", "-i", software, forAll).ConfigureAwait(false);

        // For the key in software alone, with a tag beside it that is not theirs: no device is asked, and age itself goes on.
        string forLedger = await _age.EncryptAsync("", "-i", ledgerIdentity).ConfigureAwait(false);
        Outcome stranger = await _age.AgeAsync(both, "-d", "-i", trezorIdentity, forLedger).ConfigureAwait(false);
        Assert.That(stranger.ExitCode, Is.EqualTo(1));
        Assert.That(stranger.Error, Does.Contain("no identity matched any of the recipients"));
        await AgeWorkplace.ConfirmedAsync(trezor, 2).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(ledger, 1).ConfigureAwait(false);
    }

    [Test]
    public async Task Age_UntaggedFileForSeveral_AsksUntilOneOpens()
    {
        using SoftwareDevice device = await _age.StartAsync("t2t1").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        Outcome keygen = await _age.Place.RunAsync("age-keygen", "-o", Path.Combine(_age.Place.Home, "software.txt")).ConfigureAwait(false);
        string other = keygen.Error.Split(' ')[^1].Trim();
        string file = await _age.EncryptAsync("", "-r", other, "-r", recipient).ConfigureAwait(false);
        Outcome opened = await _age.DecryptAsync(device.Uri, "-i", identity, file).ConfigureAwait(false);
        Assert.That(opened.Error, Does.Contain("up to 2 confirmations"));
        await AgeWorkplace.ConfirmedAsync(device, 2).ConfigureAwait(false);
    }

    [TestCaseSource(nameof(Devices))]
    public async Task Age_RejectedOnTheDevice_SaysSo(string maker)
    {
        using SoftwareDevice device = await _age.StartAsync(maker, "--approve", "never").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        AgeWorkplace.AssertPluginError(await _age.AgeAsync(device.Uri, "-d", "-i", identity, file).ConfigureAwait(false), device.Uri);
        await AgeWorkplace.ConfirmedAsync(device, 1).ConfigureAwait(false);
        AgeWorkplace.AssertPluginError(await _age.AgeAsync(device.Uri, "-e", "-j", "hwbridge", _age.Plain).ConfigureAwait(false), device.Uri);
    }

    [TestCaseSource(nameof(Devices))]
    public async Task Age_AnotherWallet_IsNamedBeforeAnybodyConfirms(string maker)
    {
        using SoftwareDevice device = await _age.StartAsync(maker).ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        using SoftwareDevice stranger = await _age.StartAsync(maker, "--seed-file", Seed()).ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        Outcome outcome = await _age.AgeAsync(stranger.Uri, "-d", "-i", identity, file).ConfigureAwait(false);
        AgeWorkplace.AssertPluginError(outcome, $"{stranger.Uri} is another wallet");
        Assert.That(outcome.Error, Does.Contain(recipient));
        await AgeWorkplace.ConfirmedAsync(stranger, 0).ConfigureAwait(false);

        // With both named, the right one is found and asked.
        await _age.DecryptAsync($"{stranger.Uri} {device.Uri}", "-i", identity, file).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(device, 1).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(stranger, 0).ConfigureAwait(false);
    }

    [TestCase("locked", "is locked")]
    [TestCase("dashboard", "")]
    public async Task Age_LedgerThatCanNotNow_SaysWhy(string state, string cause)
    {
        using SoftwareDevice ready = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(ready, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        using SoftwareDevice device = await _age.StartAsync("ledger", "--state", state).ConfigureAwait(false);
        Outcome outcome = await _age.AgeAsync(device.Uri, "-d", "-i", identity, file).ConfigureAwait(false);
        AgeWorkplace.AssertPluginError(outcome, device.Uri);
        Assert.That(outcome.Error, Does.Contain(cause));
    }

    [Test]
    public async Task Age_DeviceNotThere_SaysWhich()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(ledger, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        foreach ((string devices, string cause) in ((string, string)[])
        [
            ("", "no Ledger is attached"),
            ("ledger+tcp://127.0.0.1:1", "nothing listens"),
            ("trezor+udp://127.0.0.1:1", "belongs to a ledger"),
            ("nonsense", "'nonsense' is none of the known forms"),
        ])
        {
            AgeWorkplace.AssertPluginError(await _age.AgeAsync(devices, "-d", "-i", identity, file).ConfigureAwait(false), cause);
        }

        AgeWorkplace.AssertPluginError(await _age.AgeAsync("", "-d", "-j", "hwbridge", file).ConfigureAwait(false), "does not tell which device");
        AgeWorkplace.AssertPluginError(
            await _age.AgeAsync("", "-e", "-r", "age1hwbridge1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxqergd3c8g7rusq0jcjrx", _age.Plain).ConfigureAwait(false),
            "no recipients of its own form");
    }

    [Test]
    public async Task Age_FileThatWasChanged_IsNotOpened()
    {
        using SoftwareDevice device = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string identity, _) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        string[] lines = (await File.ReadAllTextAsync(await _age.EncryptAsync("", "-a", "-i", identity).ConfigureAwait(false)).ConfigureAwait(false)).Split('\n');
        byte[] file = Convert.FromBase64String(string.Concat(lines.Where(line => !line.StartsWith('-'))));
        string header = System.Text.Encoding.Latin1.GetString(file);
        int body = header.IndexOf('\n', header.IndexOf("-> X25519", StringComparison.Ordinal)) + 5;
        foreach ((int place, byte value, string cause) in ((int, byte, string)[])
        [
            (body, (byte)(file[body] == 'A' ? 'B' : 'A'), "the file was changed"),
            (body - 6, (byte)'!', "hwbridge plugin: "),
            (body, (byte)'!', "malformed body line"),
        ])
        {
            byte[] changed = [.. file];
            changed[place] = value;
            string path = Path.Combine(_age.Place.Home, "changed.age");
            await File.WriteAllBytesAsync(path, changed).ConfigureAwait(false);
            Outcome outcome = await _age.AgeAsync(device.Uri, "-d", "-i", identity, path).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.EqualTo(1), $"{outcome}");
            Assert.That(outcome.Output, Is.Empty);
            Assert.That(outcome.Error, Does.Contain(cause));
        }
    }

    private string Seed()
    {
        string file = Path.Combine(_age.Place.Home, "seed.txt");
        File.WriteAllText(file, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about\n");
        return file;
    }
}
