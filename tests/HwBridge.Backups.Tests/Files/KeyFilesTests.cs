using System.Buffers;
using HwBridge.Backups.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests.Files;

public sealed class KeyFilesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task ReadKeystoresAsync_FolderOfTheDepositTool_ReadsItsKeystoresOnly()
    {
        BlsPublicKey second = WriteKeystore("keystore-m_12381_3600_1_0_0-1700000000.json", 2, 1);
        BlsPublicKey first = WriteKeystore("keystore-m_12381_3600_0_0_0-1700000000.json", 1, 0);
        BlsPublicKey other = WriteKeystore("validator.json", 3, 2);
        File.WriteAllText(_folder["deposit_data-1700000000.json"], "[{}]");
        File.WriteAllText(_folder["slashing.json"], "{\"metadata\":{\"crypto\":1}}");
        File.WriteAllText(_folder["broken.json"], "{");
        File.WriteAllText(_folder["large.json"], "{\"x\":\"" + new string('a', Keystore.MaxFileSize) + "\"}");
        File.WriteAllText(_folder["README.md"], "keystores");
        Directory.CreateDirectory(_folder["keystore-old.json"]);
        IReadOnlyList<Keystore> keystores = await KeyFiles.ReadKeystoresAsync([_folder.Path], CancellationToken.None);
        Assert.That(keystores.Select(static keystore => keystore.PublicKey!.Value), Is.EqualTo((BlsPublicKey[])[first, second, other]));
        Assert.That(keystores[0].Source, Is.EqualTo(_folder["keystore-m_12381_3600_0_0_0-1700000000.json"]));
    }

    [Test]
    public void ReadKeystoresAsync_KeystoreByNameThatIsBroken_IsBadInput()
    {
        WriteKeystore("keystore-a.json", 1, 0);
        File.WriteAllText(_folder["keystore-b.json"], "{");
        Assert.That(Refusal(_folder.Path), Does.Contain("keystore-b.json"));
    }

    [Test]
    public void ReadKeystoresAsync_NothingThere_IsBadInput()
    {
        Assert.That(Refusal(_folder.Path), Does.Contain("no keystore"));
        File.WriteAllText(_folder["deposit_data-1700000000.json"], "[{}]");
        Assert.That(Refusal(_folder.Path), Does.Contain("no keystore"));
        Assert.That(Refusal(_folder["none"]), Does.Contain("no such file"));
    }

    [Test]
    public async Task ReadExpectedKeysAsync_FolderAndList_MergesTheirKeys()
    {
        BlsPublicKey first = WriteKeystore("keystore-0.json", 1, 0);
        string list = _folder["keys.txt"];
        File.WriteAllText(list, $"# mine\r\n{first}\r\n");
        ExpectedKeySet set = await KeyFiles.ReadExpectedKeysAsync([_folder.Path, list], CancellationToken.None);
        Assert.That(set.Keys, Has.Count.EqualTo(1));
        Assert.That(set.Keys[0].Path, Is.EqualTo(ValidatorKeyPath.Signing(0)));
        Assert.That(
            set.Keys[0].Sources.Select(static source => source.ToString()),
            Is.EqualTo((string[])[_folder["keystore-0.json"], list + ":2"]));
    }

    private BlsPublicKey WriteKeystore(string name, byte secret, uint index)
    {
        using SecretBuffer password = SecretBuffer.CopyOf("password"u8);
        byte[] scalar = new byte[BlsSecretKey.Size];
        scalar[^1] = secret;
        Assert.That(BlsSecretKey.TryFromBytes(scalar, out BlsSecretKey? key), Is.True);
        using (key)
        {
            Keystore keystore = Keystore.Encrypt(key!, ValidatorKeyPath.Signing(index), password, new Pbkdf2Kdf(1), CancellationToken.None);
            ArrayBufferWriter<byte> json = new();
            keystore.WriteTo(json);
            AtomicFile.Write(_folder[name], json.WrittenSpan, overwrite: false, CancellationToken.None);
            return keystore.PublicKey!.Value;
        }
    }

    private static string Refusal(string path)
    {
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => KeyFiles.ReadKeystoresAsync([path], CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        return fault.Message;
    }
}
