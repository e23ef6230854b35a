using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.EndToEnd.Faults;

/// <summary>No secret is printed, or written outside the encrypted backup, by commands that succeed or fail, at their most talkative.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SecretLeakTests : IDisposable
{
    private readonly Workplace _workplace = new();
    private readonly List<Outcome> _outcomes = [];
    private readonly List<byte[]> _secrets = [];

    public void Dispose() => _workplace.Dispose();

    [Test]
    public async Task Ledger_EveryCommandAndItsFaults_KeepTheSecrets()
    {
        TakeFixtureKeys();
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        using SoftwareDevice stranger = await SoftwareDevice.StartAsync(_workplace, "ledger", "--seed-file", StrangeSeed(), "--approve", "always").ConfigureAwait(false);
        foreach (string[] command in Commands(backup))
        {
            TcpRelay relay = new(device.Port);
            byte[] answers;
            await using (relay.ConfigureAwait(false))
            {
                Outcome outcome = await RunAsync(relay.Uri, command).ConfigureAwait(false);
                Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
                answers = relay.Answers;
            }

            for (int offset = 0; offset < answers.Length;)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(answers.AsSpan(offset));
                if (length == 32)
                {
                    // EIP-1024's shared secret has 32 bytes, and nothing else does that these commands ask for.
                    _secrets.Add(answers[(offset + 4)..(offset + 36)]);
                }

                offset += 4 + length + 2;
            }

            // The same with the line cut in the middle, and once more on a wallet that it is not for.
            Remove();
            TcpRelay cut = new(device.Port, answers.Length - 5);
            await using (cut.ConfigureAwait(false))
            {
                Assert.That((await RunAsync(cut.Uri, command).ConfigureAwait(false)).ExitCode, Is.Not.Zero);
            }

            Remove();
            await RunAsync(stranger.Uri, command).ConfigureAwait(false);
            Remove();
        }

        await FailWithPasswordsAsync(device.Uri).ConfigureAwait(false);
        Assert.That(_secrets, Has.Count.GreaterThanOrEqualTo(6), "three keys, and a shared secret of each of create, check and open");
        Search($"{device.Screen}\n{stranger.Screen}");
    }

    [Test]
    public async Task Trezor_EveryCommandAndItsFaults_KeepTheSecrets()
    {
        TakeFixtureKeys();
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        foreach (string[] command in Commands(backup))
        {
            UdpRelay relay = new(device.Port);
            int packets;
            await using (relay.ConfigureAwait(false))
            {
                Outcome outcome = await RunAsync(relay.Uri, command).ConfigureAwait(false);
                Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
                packets = relay.Answers.Count;
                TakeAnswers(relay.Answers);
            }

            Remove();
            UdpRelay cut = new(device.Port, packets - 2);
            await using (cut.ConfigureAwait(false))
            {
                Assert.That((await RunAsync(cut.Uri, command).ConfigureAwait(false)).ExitCode, Is.Not.Zero);
            }

            Remove();
        }

        await FailWithPasswordsAsync(device.Uri).ConfigureAwait(false);
        Assert.That(_secrets, Has.Count.GreaterThanOrEqualTo(7), "three keys, a shared secret of each of create, check and open, and the device's root");
        Search(device.Screen);
    }

    private string[][] Commands(string backup) =>
    [
        ["backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--to", "DEVICE", "--out", "new.age"],
        ["check", "--device", "DEVICE", "--expect", Workplace.Keystores, "--backup", backup, "--record"],
        ["backup", "open", "--device", "DEVICE", "--backup", backup, "--out", "restored", "--password-file", _workplace.PasswordFile, "--kdf", "pbkdf2"],
        ["pubkeys", "--device", "DEVICE", "--index", "0-2", "--out", "keys.json"],
    ];

    private async Task<Outcome> RunAsync(string device, string[] command)
    {
        Outcome outcome = await _workplace.RunAsync(["hwbridge", "--verbose", .. command.Select(word => word == "DEVICE" ? device : word)]).ConfigureAwait(false);
        _outcomes.Add(outcome);
        return outcome;
    }

    private async Task FailWithPasswordsAsync(string device)
    {
        string wrong = Path.Combine(_workplace.Home, "wrong.txt");
        await File.WriteAllTextAsync(wrong, Workplace.Password + " but wrong\n").ConfigureAwait(false);
        string[][] commands =
        [
            ["backup", "create", "--from", Workplace.Keystores, "--password-file", wrong, "--to", device, "--out", "wrong.age"],
            ["backup", "create", "--from", wrong, "--password-file", _workplace.PasswordFile, "--to", device, "--out", "wrong.age"],
            ["check", "--expect", wrong, "--device", device],
            ["backup", "inspect", wrong],
            ["backup", "open", "--backup", wrong, "--device", device, "--out", "elsewhere", "--password-file", _workplace.PasswordFile],
        ];
        foreach (string[] command in commands)
        {
            Outcome outcome = await RunAsync(device, command).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Not.Zero, $"{outcome}");
        }

        File.Delete(wrong);
    }

    private void TakeFixtureKeys()
    {
        using SecretBuffer password = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(Workplace.Password));
        foreach (string file in Directory.GetFiles(Workplace.Keystores))
        {
            using BlsSecretKey key = Keystore.Parse(File.ReadAllBytes(file), file).Decrypt(password, CancellationToken.None);
            _secrets.Add(key.Bytes.ToArray());
        }
    }

    /// <summary>The values of CipheredKeyValue and ECDHSessionKey, each in one packet, as field 1 of a message.</summary>
    private void TakeAnswers(IReadOnlyList<byte[]> packets)
    {
        const int CipheredKeyValue = 48;
        const int SessionKey = 62;
        foreach (byte[] packet in packets.Where(packet => packet.AsSpan().StartsWith("?##"u8)))
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(3));
            int length = BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(5));
            if (type is CipheredKeyValue or SessionKey)
            {
                // Past tag and length; a point's leading 04 or 40 is no part of the secret.
                byte[] value = packet[11..Math.Min(64, 9 + length)];
                _secrets.Add(value.Length % 2 == 1 ? value[1..] : value);
            }
        }
    }

    private string StrangeSeed()
    {
        string file = Path.Combine(_workplace.Home, "seed.txt");
        File.WriteAllText(file, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about\n");
        return file;
    }

    private void Remove()
    {
        SearchFiles();
        Directory.Delete(_workplace.Folder, recursive: true);
        Directory.CreateDirectory(_workplace.Folder);
    }

    private void Search(string screens)
    {
        SearchFiles();
        SearchIn("a screen", Encoding.UTF8.GetBytes(screens));
        foreach (Outcome outcome in _outcomes)
        {
            SearchIn($"$ {outcome.Command}", Encoding.UTF8.GetBytes(outcome.Output + outcome.Error));
        }
    }

    private void SearchFiles()
    {
        foreach (string file in Directory.EnumerateFiles(_workplace.Home, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true }))
        {
            if (Path.GetExtension(file) != ".age" && file != _workplace.PasswordFile && Path.GetFileName(file) is not ("wrong.txt" or "seed.txt"))
            {
                SearchIn(file, File.ReadAllBytes(file));
            }
        }
    }

    private void SearchIn(string where, byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        Assert.That(text, Does.Not.Contain(Workplace.Password), where);
        foreach (byte[] secret in _secrets)
        {
            // A part gives a whole away as well.
            byte[] part = secret[..16];
            Assert.That(bytes.AsSpan().IndexOf(part), Is.EqualTo(-1), where);
            Assert.That(text.Contains(Convert.ToHexString(part), StringComparison.OrdinalIgnoreCase), Is.False, where);
            Assert.That(text, Does.Not.Contain(Convert.ToBase64String(secret[..15])), where);
        }
    }
}
