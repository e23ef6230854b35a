using System.Text;
using System.Text.Json;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Secrets;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Shared.Ledger;

namespace HwBridge.Interop.Ledger;

/// <summary>The maker's own library drives the software Ledger over TCP; what it reads is what it read from the real app.</summary>
internal sealed class HwAppEthTests
{
    private const string Account = "0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D";

    private const string TypedMail = """
        {
          "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
            "Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person[]"}, {"name": "contents", "type": "string"}, {"name": "weight", "type": "int32"}],
            "Person": [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}]
          },
          "primaryType": "Mail",
          "domain": {"name": "Mail", "chainId": 1, "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
          "message": {
            "from": {"name": "Cow", "wallets": ["0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"]},
            "to": [{"name": "Bob", "wallets": ["0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"]}],
            "contents": "Hello, Bob!", "weight": -3
          }
        }
        """;

    private const string AccountPath = "44'/60'/0'/0/0";
    private const string SealingPath = "44'/60'/12381'/0/0";
    private const string SigningPath = "12381/3600/0/0/0";
    private const string Peer = "5006c00a052b4513bea48bbf5237be843e475e154c889416cf050e5c9c86e57c";

    [Test]
    public async Task EveryCommand_OverTheSocket_ReadsTheRecordedValues()
    {
        JsonElement[] answers = await DriveAsync(
            new PolicyScreen(approve: true),
            ["getAppConfiguration"],
            ["getAddress", AccountPath],
            ["getAddress", AccountPath, true, true],
            ["eth2GetPublicKey", SigningPath],
            ["eth2GetPublicKey", SigningPath, true],
            ["eth2SetWithdrawalIndex", 5],
            ["getEIP1024PublicEncryptionKey", SealingPath],
            ["getEIP1024PublicEncryptionKey", SealingPath, true],
            ["getEIP1024SharedSecret", SealingPath, Peer, true]);

        string key = Recorded("get_public_key_default", "e002000115058000002c8000003c800000000000000000000000");
        Assert.Multiple(() =>
        {
            Assert.That(answers[0].GetProperty("version").GetString(), Is.EqualTo("1.22.0"));
            Assert.That(answers[1].GetProperty("address").GetString(), Is.EqualTo("0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D"));
            Assert.That(answers[1].GetProperty("publicKey").GetString(), Is.EqualTo(key[2..132]));
            Assert.That(answers[2].GetProperty("chainCode").GetString(), Is.EqualTo(key[^64..]));
            Assert.That(
                answers[3].GetProperty("publicKey").GetString(),
                Is.EqualTo(Recorded("eth2_pubkey_default", "e00e000015050000305d00000e10000000000000000000000000")));
            Assert.That(
                answers[4].GetProperty("publicKey").GetString(),
                Is.EqualTo(Recorded("eth2_pubkey_default", "e00e010015050000305d00000e10000000000000000000000000")));
            Assert.That(answers[5].ValueKind, Is.EqualTo(JsonValueKind.True), answers[5].ToString());
            string sealing = Recorded("age_identity_default", "e018000015058000002c8000003c8000305d0000000000000000");
            Assert.That(answers[6].GetProperty("publicKey").GetString(), Is.EqualTo(sealing));
            Assert.That(answers[7].GetProperty("publicKey").GetString(), Is.EqualTo(sealing));
            Assert.That(
                answers[8].GetProperty("sharedSecret").GetString(),
                Is.EqualTo(Recorded("age_identity_default", $"e018010135058000002c8000003c8000305d0000000000000000{Peer}")));
        });
    }

    /// <summary>What it has signed is what was asked for, by the account that the recordings have.</summary>
    [Test]
    public async Task Signatures_OverTheSocket_AreTheAccounts()
    {
        EthereumTransaction transaction = new()
        {
            Kind = TransactionKind.FeeMarket,
            ChainId = 1,
            Nonce = 7,
            MaxFeePerGas = 30_000_000_000,
            GasLimit = 90_000,
            To = default(ExecutionAddress),
            Data = new byte[700],
        };
        EthereumTransaction legacy = new()
        {
            Kind = TransactionKind.Legacy,
            ChainId = 1,
            Nonce = 7,
            MaxFeePerGas = 1,
            GasLimit = 1,
            To = default(ExecutionAddress),
            Data = new byte[207],
        };
        byte[] message = Encoding.UTF8.GetBytes(new string('m', 600));
        TypedData data = TypedData.Parse(Encoding.UTF8.GetBytes(TypedMail), "mail.json");
        JsonElement[] answers = await DriveAsync(
            new PolicyScreen(approve: true),
            SoftwareLedgerState.Ready,
            ["signTransaction", AccountPath, Convert.ToHexStringLower(transaction.Encode()), null!],
            ["signTransaction", AccountPath, Convert.ToHexStringLower(legacy.Encode()), null!],
            ["signPersonalMessage", AccountPath, Convert.ToHexStringLower(message)],
            ["signEIP712HashedMessage", AccountPath, $"{data.DomainSeparator}"[2..], $"{data.MessageHash}"[2..]],
            ["signEIP712Message", AccountPath, JsonDocument.Parse(TypedMail).RootElement]);
        (Bytes32 Digest, string Name)[] digests =
        [
            (transaction.SigningHash(), "transaction"), (legacy.SigningHash(), "legacy transaction"), (PersonalMessage.SigningHash(message), "message"),
            (data.SigningHash(), "hashes"), (data.SigningHash(), "typed data"),
        ];
        Assert.That(answers, Has.Length.EqualTo(digests.Length));
        foreach ((JsonElement answer, (Bytes32 digest, string name)) in answers.Zip(digests))
        {
            Assert.That(answer.TryGetProperty("r", out JsonElement r), $"{name}: {answer}");
            JsonElement v = answer.GetProperty("v");
            int parity = v.ValueKind == JsonValueKind.Number ? v.GetInt32() : Convert.ToInt32(v.GetString(), 16);
            byte[] signature =
            [
                .. Convert.FromHexString(r.GetString()!), .. Convert.FromHexString(answer.GetProperty("s").GetString()!),
                (byte)(parity >= 37 ? parity - 37 : parity),
            ];
            Assert.That(EthereumSignature.TryDecode(signature)?.Recover(digest)?.ToChecksumString(), Is.EqualTo(Account), name);
        }
    }

    [Test]
    public async Task Reviews_Rejected_AreItsUserRejection()
    {
        JsonElement[] answers = await DriveAsync(
            new PolicyScreen(approve: false),
            ["eth2GetPublicKey", SigningPath, true],
            ["getEIP1024SharedSecret", SealingPath, Peer, true],
            ["eth2GetPublicKey", SigningPath]);

        Assert.That(answers[0].GetProperty("statusCode").GetString(), Is.EqualTo("6985"));
        Assert.That(answers[1].GetProperty("statusCode").GetString(), Is.EqualTo("6985"));
        Assert.That(answers[2].GetProperty("publicKey").GetString(), Does.StartWith("a772ed2e"));
    }

    [TestCase(SoftwareLedgerState.Locked, "5515")]
    [TestCase(SoftwareLedgerState.Dashboard, "6511")]
    public async Task State_NotReady_IsItsStatusError(SoftwareLedgerState state, string status)
    {
        JsonElement[] answers = await DriveAsync(new PolicyScreen(approve: true), state, ["getAddress", AccountPath]);

        Assert.That(answers[0].GetProperty("statusCode").GetString(), Is.EqualTo(status));
    }

    private static Task<JsonElement[]> DriveAsync(IDeviceScreen screen, params object[][] calls) =>
        DriveAsync(screen, SoftwareLedgerState.Ready, calls);

    private static async Task<JsonElement[]> DriveAsync(IDeviceScreen screen, SoftwareLedgerState state, params object[][] calls)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("age_identity_default").Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, screen) { State = state, EthereumSettings = { BlindSigning = true } };
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);
        IReadOnlyList<string> lines = await NodePeer.RunAsync(
            "Ledger/hw-app-eth.mjs",
            calls.Select(call => JsonSerializer.Serialize(call)),
            TimeSpan.FromMinutes(2),
            $"{server.EndPoint.Port}");
        Assert.That(lines, Has.Count.EqualTo(calls.Length));
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The recorded data of an APDU that was answered or approved, in hex.</summary>
    private static string Recorded(string name, string apdu) => Convert.ToHexStringLower(
        LedgerRecording.Load(name).Exchanges
            .First(exchange => Convert.ToHexStringLower(exchange.Apdu) == apdu && exchange.UserAction != "reject").Response.AsSpan()[..^2]);
}
