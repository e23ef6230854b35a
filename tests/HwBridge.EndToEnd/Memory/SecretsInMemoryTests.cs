using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.Secrets;
using HwBridge.EndToEnd.Faults;
using HwBridge.Protocols.Age;
using HwBridge.Shared.Keymanager;
using HwBridge.Shared.Terminals;

namespace HwBridge.EndToEnd.Memory;

/// <summary>
/// The program as a process, stopped at marked moments and after its work: each secret that it handled is searched for in all of its
/// memory, and in all that it wrote.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SecretsInMemoryTests : IDisposable
{
    private const long ScryptMemory = 200L << 20;

    // In no program and no page, and one that Unicode's tables have to decompose.
    private const string Password = "Kq7-wimble+frantic 83 oval";
    private const string AccentedPassword = "Zw\u00f6lf gro\u00dfe \ufb01ndige \u00c5le \u2116 83";
    private const string Pin = "582947316";
    private const string Words = "scheme spot photo card baby mountain device kick cradle pact join borrow";
    private const string Passphrase = "\u00c4gyptisch murmelt\u2122 71";

    private readonly Workplace _workplace = new();

    /// <summary>The table of the README beside this file.</summary>
    [OneTimeTearDown]
    public static void PrintTable() => TestContext.Progress.WriteLine(MemoryRow.Table(MemoryProof.Concluded));

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task BackupCreate_ForALedger_LeavesNoSecret()
    {
        MemoryProof proof = new("backup create, Ledger", "new.age");
        MakeKeystores(proof, Password);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger", "--approve", "ask").ConfigureAwait(false);
        X25519PublicKey recipient = await RecipientAsync(device.Uri).ConfigureAwait(false);
        byte[] proven = await WatchAsync(
            device,
            recipient,
            async uri =>
            {
                int lines = device.Lines;
                string[] create = ["backup", "create", "--from", Keystores, "--password-file", PasswordFile(Password), "--out", "new.age"];
                using HeldCommand command = HeldCommand.Start(_workplace, null, [.. create, "--to", uri]);
                await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
                proof.Take(command, SecretNames.Asked, SecretNames.Password, SecretNames.Shared);
                device.Answer("y");
                await command.UntilItHasAsync(ScryptMemory).ConfigureAwait(false);
                proof.Take(command, SecretNames.Scrypt, SecretNames.Password);
                await EndAsync(proof, command).ConfigureAwait(false);
            }).ConfigureAwait(false);
        proof.Add(Secret.OfBytes(SecretNames.Shared, proven));
        byte[] shared = await WatchAsync(
            device,
            recipient,
            async uri =>
            {
                device.Answer("y");
                string[] check = ["check", "--device", uri, "--expect", Keystores, "--backup", "new.age"];
                Outcome outcome = await _workplace.HwBridgeAsync(check).ConfigureAwait(false);
                Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
            }).ConfigureAwait(false);
        proof.Add(AgeTrail.Of(_workplace["new.age"], recipient, shared));
        proof.Conclude();
    }

    [Test]
    public async Task BackupOpen_WithALedger_LeavesNoSecret()
    {
        MemoryProof proof = new("backup open, Ledger", "restored");
        string file = await MakeBackupAsync(proof).ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger", "--approve", "ask").ConfigureAwait(false);
        X25519PublicKey recipient = await RecipientAsync(device.Uri).ConfigureAwait(false);
        int lines = device.Lines;
        TcpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            string[] open = ["backup", "open", "--backup", file, "--out", "restored", "--password-file", PasswordFile(Password)];
            using HeldCommand command = HeldCommand.Start(_workplace, null, [.. open, "--device", relay.Uri]);
            await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
            proof.Take(command, SecretNames.Asked, SecretNames.Password);
            device.Answer("y");
            await command.UntilItHasAsync(ScryptMemory).ConfigureAwait(false);
            proof.Take(command, SecretNames.Scrypt, SecretNames.Password, SecretNames.Keys);
            await EndAsync(proof, command).ConfigureAwait(false);
            proof.Add(AgeTrail.Of(file, recipient, DeviceAnswers.SharedSecrets(relay.Answers, recipient).Single()));
        }

        AddKeystores(proof, Path.Combine(_workplace.Folder, "restored"), Password);
        proof.Conclude();
    }

    [TestCase("http")]
    [TestCase("https")]
    public async Task BackupOpen_IntoAValidatorClient_LeavesNoSecret(string scheme)
    {
        const string Token = "api-token-0x1f4c77";
        MemoryProof proof = new($"backup open, {scheme}", "keymanager");
        string file = await MakeBackupAsync(proof).ConfigureAwait(false);
        string token = Path.Combine(_workplace.Home, "token.txt");
        await File.WriteAllTextAsync(token, Token).ConfigureAwait(false);
        using X509Certificate2? own = scheme == "https" ? ServerCertificate.Create("127.0.0.1") : null;
        string[] trust = own is null ? [] : ["--ca", Path.Combine(_workplace.Home, "ca.pem")];
        await File.WriteAllTextAsync(Path.Combine(_workplace.Home, "ca.pem"), own?.ExportCertificatePem() ?? string.Empty).ConfigureAwait(false);
        KeymanagerServer server = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot, own).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            TaskCompletionSource<byte[]> arrived = new();
            TaskCompletionSource answered = new();
            server.Interfere = async context =>
            {
                if (context.Request.Method == "POST")
                {
                    MemoryStream body = new();
                    await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
                    context.Request.Body = new MemoryStream(body.ToArray());
                    arrived.SetResult(body.ToArray());
                    await answered.Task.ConfigureAwait(false);
                }

                return false;
            };
            string[] open = ["backup", "open", "--backup", file, "--device", "emulator:ledger", "--without-slashing-history", "--kdf", "pbkdf2"];
            using HeldCommand command = HeldCommand.Start(_workplace, null, [.. open, "--keymanager", server.Url, "--token-file", token, .. trust]);
            using JsonDocument sent = JsonDocument.Parse(await arrived.Task.WaitAsync(Workplace.Deadline).ConfigureAwait(false));
            proof.Take(command, SecretNames.Sending, SecretNames.Password, SecretNames.Keys);
            answered.SetResult();
            await EndAsync(proof, command).ConfigureAwait(false);
            string password = sent.RootElement.GetProperty("passwords")[0].GetString()!;
            proof.Add(Secret.OfText(SecretNames.Password, password), Secret.OfBytes(SecretNames.Password, Convert.FromHexString(password)));
            foreach (JsonElement keystore in sent.RootElement.GetProperty("keystores").EnumerateArray())
            {
                AddKeystore(proof, Encoding.UTF8.GetBytes(keystore.GetString()!), Encoding.UTF8.GetBytes(password));
            }
        }

        proof.Conclude();
    }

    [TestCase("ledger")]
    [TestCase("trezor")]
    public async Task CheckBackup_LeavesNoSecret(string maker)
    {
        MemoryProof proof = new($"check --backup, {maker}", "made.age");
        string file = await MakeBackupAsync(proof).ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, maker, "--approve", "ask").ConfigureAwait(false);
        X25519PublicKey recipient = await RecipientAsync(device.Uri).ConfigureAwait(false);
        byte[] shared = await WatchAsync(
            device,
            recipient,
            async uri =>
            {
                int lines = device.Lines;
                using HeldCommand command = HeldCommand.Start(
                    _workplace, null, "check", "--device", uri, "--expect", Keystores, "--backup", file);
                await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
                proof.Take(command, SecretNames.Asked);
                device.Answer("y");
                await proof.TakeSeveralAsync(command, SecretNames.Opening).ConfigureAwait(false);
                await EndAsync(proof, command).ConfigureAwait(false);
            }).ConfigureAwait(false);
        proof.Add(AgeTrail.Of(file, recipient, shared));
        proof.Conclude();
    }

    [Test]
    public async Task BackupCreateAndOpen_WithAModelOneAtATerminal_LeaveNoSecret()
    {
        MemoryProof create = new("backup create, Trezor Model One", "new.age");
        MemoryProof open = new("backup open, Trezor Model One", "restored");
        MakeKeystores(create, AccentedPassword, withScrypt: false);
        using SoftwareDevice device = await StartModelOneAsync().ConfigureAwait(false);
        string[] arguments = ["backup", "create", "--from", Keystores, "--passphrase", "host", "--out", "new.age", "--to"];
        IReadOnlyList<byte[]> answers = await TalkAsync(
            create,
            device,
            arguments,
            ("Password of the 3 keystores", AccentedPassword),
            "Decrypt",
            command => create.TakeSeveralAsync(command, SecretNames.Pbkdf2, SecretNames.Password)).ConfigureAwait(false);
        create.Add(Secret.OfBytes(SecretNames.Shared, DeviceAnswers.Agreements(answers).Single().Shared));

        AddText(open, SecretNames.Password, Password);
        open.Add(ValidatorKeys);
        arguments = ["backup", "open", "--backup", "new.age", "--passphrase", "host", "--kdf", "pbkdf2", "--out", "restored", "--device"];
        answers = await TalkAsync(
            open,
            device,
            arguments,
            ("New password for the keystores", Password),
            "Decrypt",
            async command =>
            {
                await command.UntilAsync(() => _workplace.Names.Length > 2, "the folder of half-done work").ConfigureAwait(false);
                await open.TakeSeveralAsync(command, SecretNames.Pbkdf2, SecretNames.Password, SecretNames.Keys).ConfigureAwait(false);
            }).ConfigureAwait(false);
        AddKeystores(open, _workplace["restored"], Password);
        (byte[] shared, X25519PublicKey recipient) = DeviceAnswers.Agreements(answers).Single();
        create.Add(AgeTrail.Of(_workplace["new.age"], recipient, shared));
        open.Add(AgeTrail.Of(_workplace["new.age"], recipient, shared));
        create.Conclude();
        open.Conclude();
    }

    [Test]
    public async Task Pubkeys_OnAModelOneAtATerminal_LeavesNoSecret()
    {
        MemoryProof proof = new("pubkeys, Trezor Model One", "pubkeys");
        using SoftwareDevice device = await StartModelOneAsync().ConfigureAwait(false);
        IReadOnlyList<byte[]> answers = await TalkAsync(
            proof,
            device,
            ["pubkeys", "--passphrase", "host", "--index", "0-3", "--device"],
            ("passphrase for", Passphrase),
            "Encrypt value",
            command => proof.TakeSeveralAsync(command, SecretNames.Deriving, SecretNames.Keys)).ConfigureAwait(false);
        AddDeviceRoot(proof, DeviceAnswers.CipheredValues(answers).Single(), 4);
        proof.Conclude();
    }

    [Test]
    public async Task CheckSeed_OnAModelOneAtATerminal_LeavesNoSecret()
    {
        MemoryProof proof = new("check --seed, Trezor Model One", "--words");
        string seedFile = Path.Combine(_workplace.Home, "seed.txt");
        await File.WriteAllTextAsync(seedFile, Words).ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(
            _workplace, "trezor", "--model", "t1b1", "--seed-file", seedFile).ConfigureAwait(false);
        using PseudoTerminal terminal = new();
        using HeldCommand command = HeldCommand.Start(_workplace, terminal, "check", "--seed", "--words", "12", "--device", device.Uri);
        SeedTypist typist = new(device, terminal, command, Words);
        await typist.TypeAsync(40).ConfigureAwait(false);

        // It is stopped for that; what is typed after is no more echoed than before.
        proof.Take(command, SecretNames.Typing);
        await typist.TypeAsync(48).ConfigureAwait(false);
        await EndAsync(proof, command).ConfigureAwait(false);
        proof.Add(Secret.OfText(SecretNames.SeedWords, Words, least: 14), Secret.OfText(SecretNames.SeedPlaces, typist.Typed, least: 6));
        proof.Conclude();
        Assert.That(terminal.Screen.Replace("\n", "", StringComparison.Ordinal), Does.Not.Match("choice [1-4]: [1-9]"), "nothing is echoed");
    }

    [Test]
    public async Task Pubkeys_OnATrezor_LeavesNoSecret()
    {
        const int Count = 8;
        MemoryProof proof = new("pubkeys, Trezor Model T", "pubkeys");
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        UdpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            string indices = string.Create(CultureInfo.InvariantCulture, $"0-{Count - 1}");
            using HeldCommand command = HeldCommand.Start(_workplace, null, "pubkeys", "--device", relay.Uri, "--index", indices);
            await command.UntilAsync(() => DeviceAnswers.HasCipheredValue(relay.Answers), "the device's answer").ConfigureAwait(false);
            await proof.TakeSeveralAsync(command, SecretNames.Deriving, SecretNames.Keys).ConfigureAwait(false);
            await EndAsync(proof, command).ConfigureAwait(false);
            AddDeviceRoot(proof, DeviceAnswers.CipheredValues(relay.Answers).Single(), Count);
        }

        proof.Conclude();
    }

    [Test]
    public async Task BackupCreate_WrongPassword_LeavesNoSecret()
    {
        MemoryProof proof = new("backup create, wrong password", "x.age");
        MakeKeystores(proof, Password, withScrypt: false);
        AddText(proof, SecretNames.Password, AccentedPassword);
        AddKeystores(proof, Keystores, AccentedPassword);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        await FailAsync(
            proof,
            7,
            ["backup", "create", "--from", Keystores, "--password-file", PasswordFile(AccentedPassword), "--to", device.Uri, "--out", "x.age"],
            _ => Task.CompletedTask).ConfigureAwait(false);
        proof.Conclude();
    }

    [TestCase("rejected", 4)]
    [TestCase("interrupted", 130)]
    public async Task BackupOpen_GivenUpWhileTheDeviceAsks_LeavesNoSecret(string how, int exit)
    {
        MemoryProof proof = new($"backup open, {how}", "restored");
        string file = await MakeBackupAsync(proof).ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor", "--approve", "ask").ConfigureAwait(false);
        int lines = device.Lines;
        await FailAsync(
            proof,
            exit,
            ["backup", "open", "--backup", file, "--device", device.Uri, "--out", "restored", "--password-file", PasswordFile(Password)],
            async command =>
            {
                await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
                proof.Take(command, SecretNames.Asked, SecretNames.Password);
                if (how == "interrupted")
                {
                    command.Interrupt();
                }
                else
                {
                    device.Answer("n");
                }
            }).ConfigureAwait(false);
        proof.Conclude();
    }

    [Test]
    public async Task CheckBackup_ChangedWhereNoDigestTells_LeavesNoSecret()
    {
        MemoryProof proof = new("check --backup, changed file", "changed.age");
        MakeKeystores(proof, Password, withScrypt: false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        X25519PublicKey recipient = await RecipientAsync(device.Uri).ConfigureAwait(false);
        string file = Path.Combine(_workplace.Home, "changed.age");
        IEnumerable<string> lines = Enumerable.Range(0, 3).Select(index => $"    \"secret\": \"0x{Convert.ToHexStringLower(KeyBytes(index))}\"\n");
        byte[] whole = Seal(recipient, string.Concat(lines));
        await File.WriteAllBytesAsync(file, whole).ConfigureAwait(false);
        byte[] shared = await WatchAsync(
            device,
            recipient,
            async uri =>
            {
                // The header is sound, so that the device is asked and the file key comes out; the payload is not.
                await File.WriteAllBytesAsync(file, [.. whole[..^1], (byte)~whole[^1]]).ConfigureAwait(false);
                string[] check = ["check", "--device", uri, "--expect", Keystores, "--backup", file];
                await FailAsync(proof, 7, check, _ => Task.CompletedTask).ConfigureAwait(false);
            }).ConfigureAwait(false);
        await File.WriteAllBytesAsync(file, whole).ConfigureAwait(false);
        proof.Add(AgeTrail.Of(file, recipient, shared));
        proof.Conclude();
    }

    [Test]
    public async Task Pubkeys_LineCutWithinTheSecret_LeavesNoSecret()
    {
        MemoryProof proof = new("pubkeys, line cut", "pubkeys");
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        byte[] seed;
        int packets;
        UdpRelay whole = new(device.Port);
        await using (whole.ConfigureAwait(false))
        {
            Outcome outcome = await _workplace.HwBridgeAsync("pubkeys", "--device", whole.Uri).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
            seed = DeviceAnswers.CipheredValues(whole.Answers).Single();
            packets = whole.Answers.Index().First(packet => DeviceAnswers.HasCipheredValue([packet.Item])).Index + 1;
        }

        UdpRelay cut = new(device.Port, packets);
        await using (cut.ConfigureAwait(false))
        {
            await FailAsync(proof, 3, ["pubkeys", "--device", cut.Uri], _ => Task.CompletedTask).ConfigureAwait(false);
        }

        proof.Add(Secret.OfBytes(SecretNames.DeviceRoot, seed));
        proof.Conclude();
    }

    private string Keystores => Path.Combine(_workplace.Home, "keystores");

    private static IEnumerable<Secret> ValidatorKeys =>
        Enumerable.Range(0, 3).Select(index => Secret.OfBytes(SecretNames.Keys, KeyBytes(index)));

    private static byte[] KeyBytes(int index)
    {
        byte[] bytes = SHA256.HashData([.. "secrets in memory"u8, (byte)index]);
        bytes[0] &= 0x3f;
        return bytes;
    }

    private static void AddDeviceRoot(MemoryProof proof, byte[] seed, int count)
    {
        proof.Add(Secret.OfBytes(SecretNames.DeviceRoot, seed));
        proof.Add(Eip2333Trail.Of(seed, Enumerable.Range(0, count).Select(index => (uint[])[12381, 3600, (uint)index, 0, 0])));
    }

    /// <summary>As typed and as normalised.</summary>
    private static void AddText(MemoryProof proof, string name, string text) =>
        proof.Add(Secret.OfText(name, text), Secret.OfText(name, text.Normalize(NormalizationForm.FormKD)));

    private static void AddKeystores(MemoryProof proof, string folder, string password)
    {
        byte[] normalized = Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKD));
        foreach (string file in Directory.GetFiles(folder, "keystore*"))
        {
            AddKeystore(proof, File.ReadAllBytes(file), normalized);
        }
    }

    private static void AddKeystore(MemoryProof proof, byte[] json, byte[] password)
    {
        Keystore keystore = Keystore.Parse(json, "keystore");
        byte[] key = new byte[32];
        keystore.Kdf.Derive(password, keystore.Salt, key);
        proof.Add(Secret.OfBytes(SecretNames.KeystoreKeys, key));
    }

    private string PasswordFile(string password)
    {
        string path = Path.Combine(_workplace.Home, "secret-password.txt");
        File.WriteAllText(path, password + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Three keystores, the first one with scrypt as the deposit tools use it.</summary>
    private void MakeKeystores(MemoryProof proof, string password, bool withScrypt = true)
    {
        AddText(proof, SecretNames.Password, password);
        Directory.CreateDirectory(Keystores);
        using SecretBuffer typed = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(password));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(BlsSecretKey.TryFromBytes(KeyBytes(i), out BlsSecretKey? key), Is.True);
            ArrayBufferWriter<byte> json = new();
            KeystoreKdf kdf = withScrypt && i == 0 ? KeystoreKdf.Scrypt : KeystoreKdf.Pbkdf2;
            Keystore.Encrypt(key!, ValidatorKeyPath.Signing((uint)i), typed, kdf, CancellationToken.None).WriteTo(json);
            File.WriteAllBytes(Path.Combine(Keystores, $"keystore-{i}.json"), json.WrittenSpan);
            key!.Dispose();
        }

        proof.Add(ValidatorKeys);
        AddKeystores(proof, Keystores, password);
    }

    /// <summary>A backup of such keystores that the published seeds open.</summary>
    private async Task<string> MakeBackupAsync(MemoryProof proof)
    {
        MakeKeystores(proof, Password, withScrypt: false);
        string file = Path.Combine(_workplace.Home, "made.age");
        string[] create = ["backup", "create", "--from", Keystores, "--password-file", PasswordFile(Password), "--out", file];
        Outcome made = await _workplace.HwBridgeAsync([.. create, "--to", "emulator:ledger", "emulator:trezor", "--allow-emulator"])
            .ConfigureAwait(false);
        Assert.That(made.ExitCode, Is.Zero, $"{made}");
        return file;
    }

    private async Task<X25519PublicKey> RecipientAsync(string device)
    {
        Outcome outcome = await _workplace.HwBridgeAsync("recipient", "--device", device).ConfigureAwait(false);
        return AgeRecipient.Parse(outcome.Document().GetProperty("recipient").GetString()!);
    }

    /// <summary>Runs something on a device behind a relay.</summary>
    /// <returns>The last shared secret that the device gave.</returns>
    private static async Task<byte[]> WatchAsync(SoftwareDevice device, X25519PublicKey recipient, Func<string, Task> run)
    {
        if (device.Uri.StartsWith("ledger", StringComparison.Ordinal))
        {
            TcpRelay stream = new(device.Port);
            await using (stream.ConfigureAwait(false))
            {
                await run(stream.Uri).ConfigureAwait(false);
                return DeviceAnswers.SharedSecrets(stream.Answers, recipient)[^1];
            }
        }

        UdpRelay packets = new(device.Port);
        await using (packets.ConfigureAwait(false))
        {
            await run(packets.Uri).ConfigureAwait(false);
            return DeviceAnswers.Agreements(packets.Answers)[^1].Shared;
        }
    }

    /// <summary>An age file without a digest, as any other program writes one.</summary>
    private static byte[] Seal(X25519PublicKey recipient, string text)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        return AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, recipient)], Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Takes its last image, what it wrote, and lets it end.</summary>
    private async Task EndAsync(MemoryProof proof, HeldCommand command)
    {
        await command.UntilDoneAsync().ConfigureAwait(false);
        proof.Take(command, SecretNames.Done);
        Outcome outcome = await command.EndAsync().ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
        proof.TakeWritten(outcome, _workplace.Folder);
    }

    /// <summary>Runs a command that fails, and takes its last image before it can say so.</summary>
    private async Task FailAsync(MemoryProof proof, int exit, string[] arguments, Func<HeldCommand, Task> provoke)
    {
        using HeldCommand command = HeldCommand.Start(_workplace, null, ["--json", "--verbose", .. arguments]);
        await provoke(command).ConfigureAwait(false);
        await command.UntilDoneAsync().ConfigureAwait(false);
        proof.Take(command, SecretNames.Done);
        Outcome outcome = await command.EndAsync().ConfigureAwait(false);
        outcome.Failure(exit);
        proof.TakeWritten(outcome, _workplace.Folder);
    }

    private Task<SoftwareDevice> StartModelOneAsync()
    {
        string file = Path.Combine(_workplace.Home, "secret-pin.txt");
        File.WriteAllText(file, Pin);
        string[] options = ["--model", "t1b1", "--pin-file", file, "--passphrase-protection", "--approve", "ask"];
        return SoftwareDevice.StartAsync(_workplace, "trezor", options);
    }

    /// <summary>Runs a command at a terminal, with passphrase and, once, PIN.</summary>
    private async Task<IReadOnlyList<byte[]>> TalkAsync(
        MemoryProof proof,
        SoftwareDevice device,
        string[] arguments,
        (string Words, string Answer) asked,
        string review,
        Func<HeldCommand, Task> work)
    {
        AddText(proof, SecretNames.Passphrase, Passphrase);
        proof.Add(Secret.OfText(SecretNames.Pin, Pin, Pin.Length));
        UdpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            using PseudoTerminal terminal = new();
            using HeldCommand command = HeldCommand.Start(_workplace, terminal, [.. arguments, relay.Uri]);
            Dialogue dialogue = new(device, terminal, command) { Pin = Pin };
            dialogue.Answers["passphrase for"] = Passphrase;
            dialogue.Answers["Once more"] = asked.Answer;
            dialogue.Begin();
            await dialogue.UntilAsync(asked.Words).ConfigureAwait(false);
            dialogue.Type(asked.Answer[..^3]);
            await Task.Delay(50).ConfigureAwait(false);
            proof.Take(command, SecretNames.Typing);
            dialogue.Type(asked.Answer[^3..] + "\r");
            await dialogue.UntilAsync(review).ConfigureAwait(false);
            proof.Take(command, SecretNames.Asked);
            device.Answer("y");
            await work(command).ConfigureAwait(false);
            await EndAsync(proof, command).ConfigureAwait(false);
            if (dialogue.Matrix.Length > 0)
            {
                proof.Add(Secret.OfText(SecretNames.PinKeys, dialogue.Matrix, Pin.Length));
            }

            return relay.Answers;
        }
    }
}
