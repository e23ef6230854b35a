using System.Text;
using System.Text.Json.Nodes;
using HwBridge.Core.Bip32;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Core.Signing;
using HwBridge.Core.Staking;
using HwBridge.Devices.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Framing;
using HwBridge.Shared.Ledger;
using HwBridge.Transports;

namespace HwBridge.Interop.Execution;

/// <summary>What the software devices sign for stakers, read by ethers and viem: the same call, the right signer.</summary>
public sealed class ExecutionPeerTests
{
    private const string TypedConsent = """
        {
          "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
            "Consent": [{"name": "validators", "type": "bytes[]"}, {"name": "until", "type": "uint64"}, {"name": "note", "type": "string"}]
          },
          "primaryType": "Consent",
          "domain": {"name": "HwBridge", "chainId": 560048},
          "message": {"validators": ["0x0102", "0x"], "until": 1800000000, "note": "two of them"}
        }
        """;

    private static readonly Bip32Path Path = Bip32Path.TryParse("m/44'/60'/0'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();

    [Test]
    public async Task DepositCall_OfAVerifiedFile_IsTheAbiOfTheContract()
    {
        DepositFile file = Deposits();
        IReadOnlyList<JsonNode> answers = await ExecutionPeer.AskAsync(file.Deposits.Select(static deposit => new
        {
            ask = "depositCall",
            pubkey = $"{deposit.PublicKey}",
            credentials = $"{deposit.Data.Message.Credentials}",
            signature = $"{deposit.Data.Signature}",
            root = $"{deposit.Data.HashTreeRoot()}",
        }));
        foreach ((Deposit deposit, JsonNode answer) in file.Deposits.Zip(answers))
        {
            Assert.That(Hex(StakerCall.Deposit(deposit, Network.Hoodi).Data.Span), Is.EqualTo($"{answer}"));
        }
    }

    [TestCase("ledger")]
    [TestCase("trezor one")]
    [TestCase("trezor t")]
    public async Task Signed_OnASoftwareDevice_IsReadAndRecoveredByBoth(string name)
    {
        Deposit deposit = Deposits().Deposits[0];
        BlsPublicKey validator = deposit.PublicKey;
        StakerCall[] calls =
        [
            StakerCall.Deposit(deposit, Network.Hoodi), StakerCall.Withdrawal(validator, 0, 1), StakerCall.Withdrawal(validator, 1_000_000_000, 3),
            StakerCall.Consolidation(validator, validator, 1), StakerCall.Consolidation(validator, Deposits().Deposits[1].PublicKey, 2),
        ];
        byte[] message = Encoding.UTF8.GetBytes("I run this validator");
        TypedData data = TypedData.Parse(Encoding.UTF8.GetBytes(TypedConsent), "consent.json");
        await using Device device = await Device.OpenAsync(name);
        ExecutionAddress account = await device.Signing.GetAddressAsync(Path, confirm: false, CancellationToken.None);
        List<object> questions = [];
        foreach (StakerCall call in calls)
        {
            EthereumTransaction transaction = new()
            {
                Kind = TransactionKind.FeeMarket,
                ChainId = Network.Hoodi.ChainId,
                Nonce = 5,
                MaxFeePerGas = 30_000_000_000,
                MaxPriorityFeePerGas = 1_000_000_000,
                GasLimit = 200_000,
                To = call.To,
                Value = call.Value,
                Data = call.Data,
            };
            EthereumSignature signature = await device.Signing.SignTransactionAsync(Path, transaction, CancellationToken.None);
            questions.Add(new { ask = "raw", raw = Hex(transaction.EncodeSigned(signature)) });
        }

        EthereumSignature ofMessage = await device.Signing.SignMessageAsync(Path, message, CancellationToken.None);
        EthereumSignature ofData = await device.Signing.SignTypedDataAsync(Path, data, CancellationToken.None);
        IReadOnlyList<JsonNode> digests = await ExecutionPeer.AskAsync(
            [new { ask = "message", message = Hex(message) }, new { ask = "typedData", data = JsonNode.Parse(TypedConsent) }]);
        questions.Add(new { ask = "signer", digest = $"{digests[0]}", signature = $"{ofMessage}" });
        questions.Add(new { ask = "signer", digest = $"{digests[1]}", signature = $"{ofData}" });

        IReadOnlyList<JsonNode> answers = await ExecutionPeer.AskAsync(questions);
        foreach ((StakerCall call, JsonNode answer) in calls.Zip(answers))
        {
            Assert.That($"{answer["signer"]}", Is.EqualTo(account.ToChecksumString()));
            Assert.That($"{answer["to"]}", Is.EqualTo($"{call.To}"));
            Assert.That($"{answer["data"]}", Is.EqualTo(Hex(call.Data.Span)));
            Assert.That($"{answer["value"]}", Is.EqualTo($"{call.Value}"));
            Assert.That($"{answer["chainId"]}", Is.EqualTo("560048"));
        }

        Assert.That(answers.TakeLast(2).Select(answer => $"{answer}"), Is.All.EqualTo(account.ToChecksumString()));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexStringLower(bytes)}";

    private static DepositFile Deposits()
    {
        string file = System.IO.Path.Combine(NodePeer.Root, "..", "HwBridge.EndToEnd", "Fixtures", "deposit_data.json");
        return DepositFile.Parse(File.ReadAllBytes(file), "deposit_data.json");
    }

    /// <summary>A software device whose person agrees to everything.</summary>
    private sealed class Device(IKeyStore store, IAsyncDisposable device, Bip39Mnemonic mnemonic) : IAsyncDisposable
    {
        internal IExecutionSigning Signing { get; } = store.Require<IExecutionSigning>("sign");

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            await device.DisposeAsync();
            mnemonic.Dispose();
        }

        internal static async Task<Device> OpenAsync(string name)
        {
            Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("sign_tx_transfer_default").Mnemonic);
            PolicyScreen screen = new(approve: true);
            if (name == "ledger")
            {
                using SecretBuffer seed = mnemonic.DeriveSeed();
                SoftwareLedger ledger = new(seed.Span, screen) { EthereumSettings = { BlindSigning = true, DebugContracts = true } };
                (ITransport transport, IFraming framing) = ledger.Connect();
                return new Device(
                    await LedgerKeyStore.OpenAsync(transport, framing, new QuietPerson(), new LedgerOptions(), CancellationToken.None), ledger, mnemonic);
            }

            SoftwareTrezorOptions options = new() { Flavour = name == "trezor one" ? TrezorFlavour.Legacy : TrezorFlavour.Core, Mnemonic = mnemonic };
            SoftwareTrezor trezor = new(options, screen);
            return new Device(
                await TrezorKeyStore.OpenAsync(trezor.Connect(), new QuietPerson(), new TrezorOptions(), CancellationToken.None), trezor, mnemonic);
        }
    }

    private sealed class QuietPerson : IPerson
    {
        public void Tell(string text) => TestContext.Out.WriteLine(text);

        public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new AssertionException(question);

        public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
            throw new AssertionException(question.Prompt);
    }
}
