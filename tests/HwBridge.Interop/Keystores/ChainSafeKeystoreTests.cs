using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Secrets;

namespace HwBridge.Interop.Keystores;

/// <summary>Keystores and deposit files that go between this program and @chainsafe/bls-keystore, bls-keygen and blst.</summary>
public sealed class ChainSafeKeystoreTests
{
    private const string Mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly string[] Passwords =
    [
        "correct horse battery staple",
        "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑",
        "contraseña ÅÅ ﬁ ½",
        "e\u0301\u0323 and \u1eb9\u0301",
        "각 한국어 パスワード ｶﾞ",
        "tab\tnul\u0000del\u007fc1\u0085end",
        " spaces \u00a0 \u3000 kept ",
        "👩\u200d👩\u200d👧 \U0001d160 \ufe0f",
        "עִבְרִית العربية ไทย हिन्दी",
        "\u0308begins with a mark",
    ];

    [Test]
    public async Task Decrypt_KeystoresOfTheirs_GivesTheKey([Values("scrypt", "pbkdf2")] string kdf)
    {
        IReadOnlyList<(ValidatorKeyPath Path, string Secret, string PublicKey)> keys = await DeriveAsync(Passwords.Length);
        IEnumerable<string> requests = Passwords.Select((password, i) => new JsonObject
        {
            ["create"] = new JsonObject
            {
                ["secret"] = keys[i].Secret,
                ["pubkey"] = keys[i].PublicKey,
                ["path"] = keys[i].Path.ToString(),
                ["password"] = password,
                ["kdf"] = kdf,
                ["n"] = 1024,
            },
        }.ToJsonString());
        IReadOnlyList<string> answers = await NodePeer.RunAsync("Keystores/keystores.mjs", requests, Deadline);
        Assert.That(answers, Has.Count.EqualTo(Passwords.Length));
        for (int i = 0; i < Passwords.Length; i++)
        {
            Keystore keystore = Keystore.Parse(Encoding.UTF8.GetBytes(answers[i]), $"keystore {i}");
            using SecretBuffer password = Secret(Passwords[i]);
            using BlsSecretKey key = keystore.Decrypt(password, out PasswordForm form, CancellationToken.None);
            Assert.That(Convert.ToHexStringLower(key.Bytes), Is.EqualTo(keys[i].Secret), Passwords[i]);
            Assert.That(form, Is.EqualTo(PasswordForm.Standard), Passwords[i]);
            Assert.That(keystore.PublicKey.ToString(), Is.EqualTo("0x" + keys[i].PublicKey));
            Assert.That(keystore.ValidatorPath, Is.EqualTo(keys[i].Path));
        }
    }

    [Test]
    public async Task WriteTo_OpenedByThem_GivesTheKey([Values] bool scrypt)
    {
        IReadOnlyList<(ValidatorKeyPath Path, string Secret, string PublicKey)> keys = await DeriveAsync(Passwords.Length);
        List<string> requests = [];
        for (int i = 0; i < Passwords.Length; i++)
        {
            using SecretBuffer password = Secret(Passwords[i]);
            Assert.That(BlsSecretKey.TryFromBytes(Convert.FromHexString(keys[i].Secret), out BlsSecretKey? key), Is.True);
            using (key)
            {
                KeystoreKdf kdf = scrypt ? new ScryptKdf(1024, 8, 1) : new Pbkdf2Kdf(1024);
                ArrayBufferWriter<byte> json = new();
                Keystore.Encrypt(key!, keys[i].Path, password, kdf, CancellationToken.None).WriteTo(json);
                JsonNode keystore = JsonNode.Parse(json.WrittenSpan)!;
                requests.Add(Open(keystore, Passwords[i]));
                requests.Add(Open(keystore.DeepClone(), Passwords[i] + "x"));
            }
        }

        IReadOnlyList<string> answers = await NodePeer.RunAsync("Keystores/keystores.mjs", requests, Deadline);
        for (int i = 0; i < Passwords.Length; i++)
        {
            Assert.That(JsonNode.Parse(answers[2 * i])!["secret"]?.GetValue<string>(), Is.EqualTo(keys[i].Secret), Passwords[i]);
            Assert.That(JsonNode.Parse(answers[(2 * i) + 1])!["refused"]?.GetValue<string>(), Is.EqualTo("Invalid password"), Passwords[i]);
        }
    }

    [Test]
    public async Task Encrypt_UsualCosts_AreOpenedByThem()
    {
        (ValidatorKeyPath path, string secret, _) = (await DeriveAsync(1))[0];
        using SecretBuffer password = Secret(Passwords[1]);
        List<string> requests = [];
        foreach (KeystoreKdf kdf in (KeystoreKdf[])[KeystoreKdf.Scrypt, KeystoreKdf.Pbkdf2])
        {
            Assert.That(BlsSecretKey.TryFromBytes(Convert.FromHexString(secret), out BlsSecretKey? key), Is.True);
            using (key)
            {
                ArrayBufferWriter<byte> json = new();
                Keystore.Encrypt(key!, path, password, kdf, CancellationToken.None).WriteTo(json);
                requests.Add(Open(JsonNode.Parse(json.WrittenSpan)!, Passwords[1]));
            }
        }

        IReadOnlyList<string> answers = await NodePeer.RunAsync("Keystores/keystores.mjs", requests, Deadline);
        Assert.That(
            answers.Select(static answer => JsonNode.Parse(answer)!["secret"]?.GetValue<string>()),
            Is.EqualTo((string[])[secret, secret]));
    }

    [Test]
    public async Task Merge_TheirKeystoreAndDepositFile_AgreeOnTheKeys()
    {
        IReadOnlyList<(ValidatorKeyPath Path, string Secret, string PublicKey)> keys = await DeriveAsync(3);
        string deposits = await DepositsAsync("mainnet", "00000000");
        ExpectedKeyFile depositFile = ExpectedKeyFile.Parse(Encoding.UTF8.GetBytes(deposits), "deposit_data-1.json");
        Assert.That(depositFile.Format, Is.EqualTo(ExpectedKeyFormat.DepositFile));
        Assert.That(depositFile.Deposits!.ForkVersion, Is.EqualTo(new ForkVersion(0)));

        using SecretBuffer password = Secret("password");
        List<ExpectedKeyFile> files = [depositFile];
        foreach ((ValidatorKeyPath path, string secret, _) in keys)
        {
            Assert.That(BlsSecretKey.TryFromBytes(Convert.FromHexString(secret), out BlsSecretKey? key), Is.True);
            using (key)
            {
                files.Add(ExpectedKeyFile.Of(Keystore.Encrypt(key!, path, password, new Pbkdf2Kdf(1), CancellationToken.None)));
            }
        }

        ExpectedKeySet set = ExpectedKeySet.Merge(files);
        Assert.That(
            set.Keys.Select(static key => (key.PublicKey.ToString(), key.Path)),
            Is.EqualTo(keys.Select(static key => ("0x" + key.PublicKey, key.Path))));
        Assert.That(set.Keys, Has.All.Matches<ExpectedKey>(static key => key.Sources.Count == 2));

        string elsewhere = await DepositsAsync("hoodi", "10000910");
        ExpectedKeyFile other = ExpectedKeyFile.Parse(Encoding.UTF8.GetBytes(elsewhere), "deposit_data-2.json");
        FaultException fault = Assert.Throws<FaultException>(() => ExpectedKeySet.Merge([depositFile, other]))!;
        Assert.That(fault.Message, Does.Contain("hoodi (10000910)").And.Contain("mainnet (00000000)"));
    }

    private static async Task<string> DepositsAsync(string network, string forkVersion) =>
        (await NodePeer.RunAsync("Keystores/deposits.mjs", [], Deadline, Mnemonic, "3", network, forkVersion)).Single();

    private static async Task<IReadOnlyList<(ValidatorKeyPath Path, string Secret, string PublicKey)>> DeriveAsync(int count)
    {
        IReadOnlyList<string> lines = await NodePeer.RunAsync("Keystores/keygen.mjs", [], Deadline, Mnemonic, $"{count}");
        return [.. lines.Select(static line =>
        {
            JsonNode key = JsonNode.Parse(line)!;
            Assert.That(ValidatorKeyPath.TryParse(key["path"]!.GetValue<string>(), out ValidatorKeyPath? path), Is.True);
            return (path!, key["secret"]!.GetValue<string>(), key["pubkey"]!.GetValue<string>());
        })];
    }

    private static string Open(JsonNode keystore, string password) =>
        new JsonObject { ["open"] = new JsonObject { ["keystore"] = keystore, ["password"] = password } }.ToJsonString();

    private static SecretBuffer Secret(string text) => SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(text));
}
