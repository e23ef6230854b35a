using System.Text.Json;
using HwBridge.Core.Execution;
using HwBridge.Core.Signing;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Trezor;

namespace HwBridge.Interop.Trezor;

/// <summary>Debian's trezorctl and python3-trezor drive the software Trezor over UDP; the values are those of recorded firmware.</summary>
[TestFixture(TrezorFlavour.Legacy)]
[TestFixture(TrezorFlavour.Core)]
public sealed class TrezorctlTests(TrezorFlavour flavour)
{
    private const string All = "all all all all all all all all all all all all";

    // m/44'/60'/0'/0/0 of "all", without and with the passphrase "hwbridge" (recordings 05_all_getaddress_silent, 06_passphrase_hidden).
    private const string Address = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8";
    private const string HiddenAddress = "0x982710Ab6557dBB224cb17ef8BADfc25F93187A5";
    private static readonly string[] GetAddress = ["ethereum", "get-address", "-n", "m/44h/60h/0h/0/0"];

    private bool IsCore => flavour == TrezorFlavour.Core;

    [Test]
    public async Task GetFeatures_NewDevice_TellsModelVersionAndState()
    {
        await using TrezorctlBench bench = New(label: "bench");
        PeerResult features = await bench.TrezorctlAsync("get-features");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(features.ExitCode, Is.Zero, features.Error);
            Assert.That(features.Output, Does.Contain(IsCore ? "model: 'T'" : "model: '1'"));
            Assert.That(features.Output, Does.Contain(IsCore ? "major_version: 2" : "major_version: 1"));
            Assert.That(features.Output, Does.Contain("initialized: True"));
            Assert.That(features.Output, Does.Contain("label: 'bench'"));
            Assert.That(features.Output, Does.Contain("Crypto (5)"));
        }
    }

    [Test]
    public async Task GetFeatures_DeviceWithoutSeed_TellsSo()
    {
        await using TrezorctlBench bench = new(new SoftwareTrezorOptions { Flavour = flavour }, mnemonic: null);
        PeerResult features = await bench.TrezorctlAsync("get-features");
        Assert.That(features.Output, Does.Contain("initialized: False"), features.Error);
    }

    [Test]
    public async Task Ping_PlainAndWithButton_GivesTheTextBack()
    {
        await using TrezorctlBench bench = New();
        PeerResult plain = await bench.TrezorctlAsync("ping", "hällo");
        PeerResult pressed = await bench.TrezorctlAsync("ping", "-b", "hello");
        bench.Approves = false;
        PeerResult rejected = await bench.TrezorctlAsync("ping", "-b", "hello");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plain.Output, Is.EqualTo("hällo"), plain.Error);
            Assert.That(pressed.Output, Is.EqualTo("hello"), pressed.Error);
            Assert.That(rejected.ExitCode, Is.Not.Zero);
            Assert.That(rejected.Output + rejected.Error, Does.Contain("ancelled"));
            Assert.That(bench.Shown.Select(review => review.Title), Is.EqualTo((string[])["Ping", "Ping"]));
        }
    }

    [Test]
    public async Task EncryptThenDecryptKeyValue_RecordedText_GivesRecordedCipherAndTheTextBack()
    {
        // Recording 02_cipher_slip11_like.
        await using TrezorctlBench bench = New();
        PeerResult encrypted = await bench.TrezorctlAsync("crypto", "encrypt-keyvalue", "-n", "m/0/1/2", "test", "testing message!");
        PeerResult decrypted = await bench.TrezorctlAsync("crypto", "decrypt-keyvalue", "-n", "m/0/1/2", "test", encrypted.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(encrypted.Output, Is.EqualTo("18af4832fef9a7199d079a0505e73b7b"), encrypted.Error);
            Assert.That(decrypted.Output, Does.Contain("testing message!"), decrypted.Error);
            Assert.That(bench.Shown.SelectMany(review => review.Lines), Does.Contain("  Key: test").And.Contains(ScreenReview.Banner));
        }
    }

    [Test]
    public async Task GetPublicNode_EveryVectorCurve_GivesRecordedNodes()
    {
        await using TrezorctlBench bench = New();
        using JsonDocument vectors = Vectors("vectors_getpublickey");
        foreach (JsonElement vector in vectors.RootElement.EnumerateArray())
        {
            string path = vector.GetProperty("path").GetString()!;
            string curve = vector.GetProperty("curve").GetString()!;
            PeerResult node = await bench.TrezorctlAsync("-j", "btc", "get-public-node", "-n", path, "-e", curve);
            Assert.That(node.ExitCode, Is.Zero, node.Output + node.Error);
            using JsonDocument answer = JsonDocument.Parse(node.Output);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answer.RootElement.GetProperty("xpub").GetString(), Is.EqualTo(vector.GetProperty("xpub").GetString()), path);
                Assert.That(
                    answer.RootElement.GetProperty("node").GetProperty("public_key").GetString(),
                    Is.EqualTo(vector.GetProperty("public_key").GetString()),
                    path);
            }
        }
    }

    [Test]
    public async Task GetEcdhSessionKey_EveryVector_GivesRecordedSessionKeys()
    {
        await using TrezorctlBench bench = New();
        using JsonDocument vectors = Vectors("vectors_ecdh");
        JsonElement[] all = [.. vectors.RootElement.EnumerateArray()];
        PeerResult result = await bench.ScriptAsync("agree.py", all.Select(vector => JsonSerializer.Serialize(new
        {
            identity = vector.GetProperty("identity"),
            curve = vector.GetProperty("curve").GetString(),
            peer = vector.GetProperty("peer_public_key").GetString(),
        })));
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output.Split('\n'), Is.EqualTo(all.Select(vector => vector.GetProperty("session_key").GetString())));
        Assert.That(bench.Shown, Has.Count.EqualTo(all.Length), "each agreement is confirmed on the screen");
    }

    [Test]
    public async Task SignMessage_ByItsCommand_IsTheRecordedSignature()
    {
        // Recording 05_all_signmessage_ascii.
        await using TrezorctlBench bench = New();
        PeerResult signed = await bench.TrezorctlAsync("ethereum", "sign-message", "-n", "m/44h/60h/0h/0/0", "hello hwbridge");
        Assert.That(signed.Output, Does.Contain("f1320621a51696f8d59d265e858427c65fb9a5e27db76f405c8ac4b891d2f49a"), signed.Error);
        Assert.That(signed.Output, Does.Contain(Address));
    }

    /// <summary>Its command wants more Python packages than Debian's has; the library below it does not.</summary>
    [TestCase(0)]
    [TestCase(1024)]
    [TestCase(2468)]
    public async Task SignTransaction_ByItsLibrary_IsTheAccounts(int data)
    {
        EthereumTransaction transaction = new()
        {
            Kind = TransactionKind.Legacy,
            ChainId = 560048,
            Nonce = 3,
            MaxFeePerGas = 30_000_000_000,
            GasLimit = 90_000,
            To = default(ExecutionAddress),
            Value = 17,
            Data = Enumerable.Range(0, data).Select(static i => (byte)i).ToArray(),
        };
        await using TrezorctlBench bench = New();
        PeerResult signed = await bench.ScriptAsync("sign.py", [JsonSerializer.Serialize(new
        {
            nonce = transaction.Nonce,
            gas_price = (long)transaction.MaxFeePerGas,
            gas_limit = transaction.GasLimit,
            to = "0x0000000000000000000000000000000000000000",
            value = 17,
            data = Convert.ToHexStringLower(transaction.Data.Span),
            chain_id = transaction.ChainId,
        })]);
        Assert.That(signed.ExitCode, Is.Zero, signed.Error);
        string line = signed.Output.Trim();
        long v = Convert.ToInt64(line[128..], 16);
        byte[] signature = [.. Convert.FromHexString(line[..128]), (byte)(v - 35 - (2 * 560048))];
        Assert.That(EthereumSignature.TryDecode(signature)?.Recover(transaction.SigningHash())?.ToChecksumString(), Is.EqualTo(Address));
    }

    [Test]
    public async Task GetAddress_LockedDevice_TakesTheRightPinOnly()
    {
        await using TrezorctlBench bench = New(pin: "73152");
        if (!IsCore)
        {
            // The Model T asks again by itself instead.
            bench.Pin = "1234";
            PeerResult wrong = await bench.TrezorctlAsync(GetAddress);
            Assert.That(wrong.ExitCode, Is.Not.Zero);
            Assert.That(wrong.Output + wrong.Error, Does.Contain("PIN").IgnoreCase.And.Not.Contains(Address));
        }

        bench.Pin = "73152";
        PeerResult right = await bench.TrezorctlAsync(GetAddress);
        PeerResult again = await bench.TrezorctlAsync(GetAddress);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right.Output, Is.EqualTo(Address), right.Error);
            Assert.That(again.Output, Is.EqualTo(Address), again.Error);
            Assert.That(bench.Shown, Has.Count.EqualTo(IsCore ? 1 : 2), "unlocked once, the device asks no more");
        }
    }

    [Test]
    public async Task GetAddress_PassphraseOnTheHost_OpensTheHiddenWallet()
    {
        await using TrezorctlBench bench = New(passphrase: true);
        PeerResult hidden = await bench.TrezorctlOnHostAsync("hwbridge", null, GetAddress);
        PeerResult standard = await bench.TrezorctlOnHostAsync("", null, GetAddress);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hidden.Output, Is.EqualTo(HiddenAddress), hidden.Error);
            Assert.That(standard.Output, Is.EqualTo(Address), standard.Error);
            Assert.That(bench.Shown, Has.Count.EqualTo(2), "a passphrase is confirmed on two screens, an empty one on none");
        }
    }

    [Test]
    public async Task GetAddress_PassphraseWhereTheModelTakesIt_OpensTheHiddenWallet()
    {
        await using TrezorctlBench bench = New(passphrase: true);
        bench.Passphrase = "hwbridge";
        PeerResult hidden = await bench.TrezorctlOnDeviceAsync(IsCore ? "not looked at" : "hwbridge", GetAddress);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hidden.Output, Is.EqualTo(HiddenAddress), hidden.Error);
            Assert.That(bench.Shown, Has.Count.EqualTo(IsCore ? 1 : 2), "typed on the Model T, confirmed twice on the Model One");
        }
    }

    [Test]
    public async Task GetAddress_SessionOfAnotherProcess_NeedsNoPassphraseAgain()
    {
        await using TrezorctlBench bench = New(passphrase: true);
        PeerResult session = await bench.ScriptAsync("open_session.py", [], passphrase: "hwbridge");
        Assert.That(session.ExitCode, Is.Zero, session.Error);
        PeerResult address = await bench.TrezorctlOnHostAsync("not asked for", session.Output, GetAddress);
        Assert.That(address.Output, Is.EqualTo(HiddenAddress), address.Error);
    }

    [Test]
    public async Task Session_LockedResumedAndEnded_AnswersTheLibraryThroughout()
    {
        await using TrezorctlBench bench = New(pin: "1234", passphrase: true);
        bench.Pin = "1234";
        PeerResult result = await bench.ScriptAsync("session.py", [], passphrase: "hwbridge");
        Assert.That(result.Output.Split('\n'), Is.EqualTo((string[])[HiddenAddress, HiddenAddress, HiddenAddress]), result.Error);
    }

    [TestCase("legal winner thank year wave sausage worth useful legal winner thank yellow", "The seed is valid and matches")]
    [TestCase("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "does not match the one in the device")]
    public async Task Recover_DryRun_SaysWhetherTheWordsAreTheDevices(string words, string verdict)
    {
        await using TrezorctlBench bench = New(pin: "1234", seed: "legal winner thank year wave sausage worth useful legal winner thank yellow");
        bench.Pin = "1234";
        bench.Words = words.Split(' ');
        string[] command = ["device", "recover", "--dry-run", "--words", "12"];

        // By words: 24 of them, fake ones among them, and only when the safety checks are off.
        PeerResult byWords = await bench.TrezorctlAsync(command);
        if (!IsCore)
        {
            Assert.That(byWords.Output + byWords.Error, Does.Contain("Advanced recovery must be used."));
            PeerResult relaxed = await bench.TrezorctlAsync("set", "safety-checks", "prompt");
            Assert.That(relaxed.ExitCode, Is.Zero, relaxed.Output + relaxed.Error);
            byWords = await bench.TrezorctlAsync(command);
        }

        Assert.That(byWords.Output + byWords.Error, Does.Contain(verdict));
        if (!IsCore)
        {
            PeerResult byMatrix = await bench.ScriptAsync("recover.py", [], null, "12");
            Assert.That(byMatrix.Output, Does.Contain(verdict), byMatrix.Error);
        }
    }

    [Test]
    public async Task Recover_DryRunOfTwentyFourWords_NeedsNoSetting()
    {
        const string Words = "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple "
            + "dilemma loan word shrug inflict delay length";
        await using TrezorctlBench bench = New(seed: Words);
        bench.Words = Words.Split(' ');
        PeerResult result = await bench.TrezorctlAsync("device", "recover", "--dry-run");
        Assert.That(result.Output, Does.Contain("The seed is valid and matches the one in the device"), result.Error);
        if (!IsCore)
        {
            PeerResult byMatrix = await bench.ScriptAsync("recover.py", [], null, "24");
            Assert.That(byMatrix.Output, Is.EqualTo("The seed is valid and matches the one in the device"), byMatrix.Error);
        }
    }

    [Test]
    public async Task Recover_DryRunRejectedOrWithoutSeed_SaysSo()
    {
        await using TrezorctlBench empty = new(new SoftwareTrezorOptions { Flavour = flavour }, mnemonic: null);
        PeerResult result = await empty.TrezorctlAsync("device", "recover", "--dry-run");
        Assert.That(result.Output + result.Error, Does.Contain("not initialized"));
        if (IsCore)
        {
            await using TrezorctlBench bench = New();
            bench.Approves = false;
            PeerResult rejected = await bench.TrezorctlAsync("device", "recover", "--dry-run");
            Assert.That(rejected.Output + rejected.Error, Does.Contain("ancelled"));
        }
    }

    private TrezorctlBench New(string? label = null, string? pin = null, bool passphrase = false, string seed = All) =>
        new(new SoftwareTrezorOptions { Flavour = flavour, Label = label, Pin = pin, PassphraseProtection = passphrase }, seed);

    private static JsonDocument Vectors(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(NodePeer.Root, "..", "..", "protocols", "trezor", "vectors", name + ".json")));
}
