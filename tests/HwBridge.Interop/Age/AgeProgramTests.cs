using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HwBridge.Backups;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Interop.Age;

/// <summary>Files go both ways between this program and Debian's <c>age</c>.</summary>
public class AgeProgramTests
{
    private static readonly int[] Sizes = [0, 1, 65535, 65536, 65537, 1 << 20];
    private SoftwareDevice _device = null!;
    private string _folder = null!;
    private string _identityFile = null!;
    private X25519PublicKey _ageRecipient;

    [SetUp]
    public async Task CreateIdentities()
    {
        _device = new SoftwareDevice();
        _folder = Directory.CreateTempSubdirectory("hwbridge-test-").FullName;
        _identityFile = Path.Combine(_folder, "key.txt");
        await AgeProgram.RunAsync("age-keygen", ["-o", _identityFile], default);
        string recipient = Encoding.ASCII.GetString(await AgeProgram.RunAsync("age-keygen", ["-y", _identityFile], default)).Trim();
        _ageRecipient = AgeRecipient.Parse(recipient);
        Assert.That(AgeRecipient.Format(_ageRecipient), Is.EqualTo(recipient));
    }

    [TearDown]
    public void RemoveIdentities()
    {
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Decrypt_WhatAgeEncryptsToTheDevice_GivesThePlaintext([ValueSource(nameof(Sizes))] int size, [Values] bool armored)
    {
        byte[] plaintext = Plaintext(size);
        byte[] bytes = await AgeProgram.RunAsync(
            "age", [.. armored ? ["-a"] : Array.Empty<string>(), "-r", AgeRecipient.Format(_device.Recipient)], plaintext);
        AgeFile file = AgeFile.Parse(bytes);
        Assert.That(file.IsArmored, Is.EqualTo(armored));
        Assert.That(await OpenAsync(file), Is.EqualTo(plaintext));
        Assert.That(_device.Asked, Is.EqualTo(1));
        Assert.That(_device.Told, Is.Empty);
    }

    [Test]
    public async Task Decrypt_WhatAgeEncryptsToSeveral_AsksForOneStanzaAfterTheOther()
    {
        byte[] bytes = await AgeProgram.RunAsync(
            "age", ["-r", AgeRecipient.Format(_ageRecipient), "-r", AgeRecipient.Format(_device.Recipient)], "hello"u8.ToArray());
        Assert.That(await OpenAsync(AgeFile.Parse(bytes)), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(_device.Asked, Is.EqualTo(2));
        Assert.That(_device.Told, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Encrypt_ToAgeAndToTheDevice_OpensWithEither([ValueSource(nameof(Sizes))] int size, [Values] bool armored)
    {
        byte[] plaintext = Plaintext(size);
        byte[] bytes = Encrypt(plaintext, _device.Recipient, _ageRecipient);
        byte[] written = armored ? AgeArmor.Encode(bytes) : bytes;
        Assert.That(await AgeProgram.RunAsync("age", ["-d", "-i", _identityFile], written), Is.EqualTo(plaintext));
        Assert.That(await OpenAsync(AgeFile.Parse(written)), Is.EqualTo(plaintext));
        Assert.That(_device.Asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Encrypt_ThenDamaged_IsRefusedByAgeToo()
    {
        byte[] bytes = Encrypt("a small backup"u8.ToArray(), _device.Recipient, _ageRecipient);
        for (int i = 0; i < bytes.Length; i += 23)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x20;
            (int exitCode, byte[] output, _) = await AgeProgram.TryRunAsync("age", ["-d", "-i", _identityFile], damaged);
            Assert.That(exitCode, Is.Not.Zero, $"byte {i}");
            Assert.That(output, Is.Empty);
        }
    }

    [Test]
    public async Task Decrypt_OutputOfAgeAsItComes_GivesEachChunkBeforeTheEnd()
    {
        const int chunks = 5;
        byte[] plaintext = Plaintext(chunks * AgePayload.ChunkSize);
        using Process age = AgeProgram.Start("age", ["-r", AgeRecipient.Format(_device.Recipient)]);
        Stream input = age.StandardInput.BaseStream;
        Stream output = age.StandardOutput.BaseStream;

        // The first chunk comes while the end of the plaintext is not even written.
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(30));
        using CancellationTokenRegistration kill = late.Token.Register(age.Kill);
        await input.WriteAsync(plaintext.AsMemory(0, 2 * AgePayload.ChunkSize));
        byte[] start = new byte[600];
        int filled = await output.ReadAtLeastAsync(start, 300);
        AgeHeader header = AgeHeader.Parse(start.AsSpan(0, filled));
        byte[] nonce = new byte[AgePayload.NonceSize];
        Queue<byte> ahead = new(start[header.Length..filled]);
        await ReadAsync(ahead, output, nonce);
        using SecretBuffer fileKey = await BackupOpener.UnwrapAsync(header, [_device], _device, CancellationToken.None);
        using AgePayload payload = new(fileKey, nonce);
        byte[] encrypted = new byte[AgePayload.EncryptedChunkSize];
        byte[] chunk = new byte[AgePayload.ChunkSize];
        Task feeding = Task.CompletedTask;
        for (int i = 0; i < chunks; i++)
        {
            bool last = i == chunks - 1;
            await ReadAsync(ahead, output, encrypted);
            payload.Decrypt(i, encrypted, last, chunk);
            Assert.That(
                chunk.AsSpan().SequenceEqual(plaintext.AsSpan(i * AgePayload.ChunkSize, AgePayload.ChunkSize)), Is.True, $"chunk {i}");
            if (i == 0)
            {
                feeding = Task.Run(async () =>
                {
                    await input.WriteAsync(plaintext.AsMemory(2 * AgePayload.ChunkSize));
                    input.Close();
                });
            }
        }

        await feeding;
        Assert.That(await output.ReadAsync(encrypted), Is.Zero);
        await age.WaitForExitAsync();
        Assert.That(age.ExitCode, Is.Zero);
    }

    [Test]
    public async Task CreateAsync_BackupToADeviceAndToAge_OpensWithAgeAndAnyJsonReader()
    {
        using SecretBuffer password = SecretBuffer.CopyOf("password"u8);
        byte[] secret = [.. Enumerable.Repeat((byte)0x25, BlsSecretKey.Size)];
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
        using BlsSecretKey owned = key!;
        Keystore keystore = Keystore.Encrypt(owned, ValidatorKeyPath.Signing(7), password, new Pbkdf2Kdf(2), CancellationToken.None);
        string path = Path.Combine(_folder, "backup.age");
        await BackupCreator.CreateAsync(
            new BackupRequest
            {
                Keystores = [new KeystoreInput(keystore, password)],
                Recipients = [_device.Recipient, _ageRecipient],
                Files = [path],
            },
            null,
            CancellationToken.None);

        byte[] plaintext = await AgeProgram.RunAsync("age", ["-d", "-i", _identityFile, path], default);
        using JsonDocument json = JsonDocument.Parse(plaintext);
        JsonElement validator = json.RootElement.GetProperty("validators")[0];
        Assert.That(validator.GetProperty("pubkey").GetString(), Is.EqualTo(owned.GetPublicKey().ToString()));
        Assert.That(validator.GetProperty("path").GetString(), Is.EqualTo("m/12381/3600/7/0/0"));
        Assert.That(validator.GetProperty("secret").GetString(), Is.EqualTo("0x" + Convert.ToHexStringLower(secret)));

        using BackupDocument document = await BackupOpener.OpenAsync(path, [_device], _device, CancellationToken.None);
        Assert.That(document.Validators[0].PublicKey, Is.EqualTo(owned.GetPublicKey()));
        Assert.That(_device.Asked, Is.EqualTo(1));
    }

    private static byte[] Plaintext(int size)
    {
        byte[] plaintext = new byte[size];
        new Random(size).NextBytes(plaintext);
        return plaintext;
    }

    private static byte[] Encrypt(byte[] plaintext, params X25519PublicKey[] recipients)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas = [.. recipients.Select(recipient => X25519Stanza.Wrap(fileKey, recipient))];
        return AgeFile.Encrypt(fileKey, [.. stanzas, TagStanza.Create(recipients, stanzas)], plaintext, withDigest: true);
    }

    private static async Task ReadAsync(Queue<byte> ahead, Stream stream, byte[] buffer)
    {
        int taken = 0;
        while (taken < buffer.Length && ahead.TryDequeue(out byte value))
        {
            buffer[taken++] = value;
        }

        await stream.ReadExactlyAsync(buffer.AsMemory(taken));
    }

    private async Task<byte[]> OpenAsync(AgeFile file)
    {
        using SecretBuffer fileKey = await BackupOpener.UnwrapAsync(file.Header, [_device], _device, CancellationToken.None);
        using SecretBuffer plaintext = file.Decrypt(fileKey);
        return plaintext.Span.ToArray();
    }
}
