using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text;
using HwBridge.Backups.Files;
using HwBridge.Cli.Nodes;
using HwBridge.Cli.Output;
using HwBridge.Core.Bip32;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Staking;

namespace HwBridge.Cli.Commands;

/// <summary><c>sign</c>: what stakers sign on the execution layer. The raw transaction comes out; nothing is broadcast.</summary>
internal static class SignCommand
{
    private const string WithdrawalOperation = "withdrawal-request";

    internal static Command Create(CommandRunner runner) => new(
        "sign", "Deposits, withdrawal and consolidation requests as signed transactions. Nothing is broadcast")
    {
        Deposit(runner),
        Withdrawal(runner),
        Consolidation(runner),
    };

    private static Command Deposit(CommandRunner runner)
    {
        Option<string> file = new("--deposit-data")
        {
            Description = "The deposit tool's deposit_data-*.json, verified whole first",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> validator = new("--pubkey") { Description = "Which of its validators, where it has several", HelpName = "KEY" };
        return Operation("deposit", "A deposit of one validator", runner, withNetwork: false, [file, validator], async (parsed, _, cancellationToken) =>
        {
            string path = parsed.GetValue(file)!;
            DepositFile deposits = DepositFile.Parse(
                await InputFile.ReadAsync(path, DepositFile.MaxFileSize, cancellationToken).ConfigureAwait(false), path, cancellationToken);
            Deposit deposit = Choose(deposits, parsed.GetValue(validator));
            Network network = Network.OfGenesis(deposit.ForkVersion) ?? throw new FaultException(
                Fault.Unsupported,
                $"{path} is for {deposit.ForkVersion}, a network that is not known here",
                "Send this deposit with the network's own tools.");
            StakerCall call = StakerCall.Deposit(deposit, network);
            WithdrawalCredentials credentials = deposit.Data.Message.Credentials;
            string owner = credentials.Address is { } address
                ? $"{address.ToChecksumString()} ({(credentials.Kind == WithdrawalKind.Compounding ? "0x02, compounding" : "0x01")})"
                : $"the holder of a BLS key (0x00): {credentials}";
            return new Request(
                network,
                call,
                $"deposit of {Ether(call.Value)} for the validator {deposit.PublicKey}, verified: roots, signature, network",
                $"This money leaves the account for good. It comes back only when the validator exits, and only to {owner}.",
                keyStore => ShownDeposit(keyStore, credentials, network));
        });
    }

    private static Command Withdrawal(CommandRunner runner)
    {
        Option<string> validator = Key("--pubkey", "The validator");
        Option<bool> exit = new("--full-exit") { Description = "All of it: the validator leaves for good" };
        Option<string> amount = new("--amount") { Description = "A part, in ETH, of a validator with 0x02 credentials", HelpName = "ETH" };
        return Operation(WithdrawalOperation, "A withdrawal by the withdrawal address (EIP-7002)", runner, withNetwork: true, [validator, exit, amount], async (parsed, source, cancellationToken) =>
        {
            if (parsed.GetValue(exit) == (parsed.GetValue(amount) is not null))
            {
                throw new FaultException(
                    Fault.Usage, "it has to be said whether all or a part is withdrawn", "Give either --full-exit or --amount ETH.");
            }

            BlsPublicKey key = ReadKey(parsed.GetValue(validator)!, "--pubkey");
            ulong gwei = parsed.GetValue(amount) is { } text ? Gwei(text) : 0;
            StakerCall call = StakerCall.Withdrawal(key, gwei, await source.FeeAsync(StakerCall.WithdrawalContract, cancellationToken).ConfigureAwait(false));
            return gwei == 0
                ? new Request(
                    source.Network,
                    call,
                    $"full exit of the validator {key}",
                    "The validator leaves for good: with this key it can never come back.",
                    ShownRequest)
                : new Request(
                    source.Network,
                    call,
                    $"withdrawal of {Ether(gwei * StakerCall.WeiPerGwei)} from the validator {key}",
                    "Once it is on the chain, nothing stops it. Of a validator without 0x02 credentials nothing is withdrawn, and the fee is lost.",
                    ShownRequest);
        });
    }

    private static Command Consolidation(CommandRunner runner)
    {
        Option<string> source = Key("--source", "The validator that gives");
        Option<string> target = new("--target") { Description = "The validator that takes", HelpName = "KEY" };
        Option<bool> compounding = new("--switch-to-compounding") { Description = "Give the source 0x02 credentials, with nobody else" };
        return Operation("consolidation", "A consolidation by the withdrawal address (EIP-7251)", runner, withNetwork: true, [source, target, compounding], async (parsed, chain, cancellationToken) =>
        {
            if (parsed.GetValue(compounding) == (parsed.GetValue(target) is not null))
            {
                throw new FaultException(
                    Fault.Usage, "it has to be said who takes", "Give either --target KEY or --switch-to-compounding.");
            }

            BlsPublicKey from = ReadKey(parsed.GetValue(source)!, "--source");
            BlsPublicKey to = parsed.GetValue(target) is { } text ? ReadKey(text, "--target") : from;
            if (parsed.GetValue(target) is not null && to == from)
            {
                throw new FaultException(
                    Fault.Usage, "--source and --target are the same validator", "To give it 0x02 credentials, say --switch-to-compounding.");
            }

            StakerCall call = StakerCall.Consolidation(
                from, to, await chain.FeeAsync(StakerCall.ConsolidationContract, cancellationToken).ConfigureAwait(false));
            return to == from
                ? new Request(
                    chain.Network,
                    call,
                    $"the validator {from} is switched to compounding (0x02)",
                    "There is no way back to 0x01: what exceeds 32 ETH is no longer paid out by itself.",
                    ShownRequest)
                : new Request(
                    chain.Network,
                    call,
                    $"the validator {from}\n  is consolidated into {to}",
                    "The first one exits for good, and all of its balance goes to the second, whoever owns that one.",
                    ShownRequest);
        });
    }

    private static Command Operation(
        string name,
        string description,
        CommandRunner runner,
        bool withNetwork,
        Option[] own,
        Func<ParseResult, Chain, CancellationToken, Task<Request>> read)
    {
        DeviceOptions device = new();
        TransactionOptions transaction = new();
        Option<string> network = new("--network") { Description = "mainnet, hoodi or sepolia", HelpName = "NAME", Required = true };
        network.AcceptOnlyFromAmong("mainnet", "hoodi", "sepolia");
        Option<bool> irreversible = new("--irreversible")
        {
            Description = "Say beforehand that it can't be undone, which is asked at the terminal otherwise",
        };
        Option<string> output = new("--out") { Description = "Write the raw transaction to a new file too", HelpName = "FILE" };
        Command command = new(name, description);
        foreach (Option option in (Option[])[.. own, .. withNetwork ? (Option[])[network] : [], irreversible, output])
        {
            command.Add(option);
        }

        device.AddTo(command);
        transaction.AddTo(command, withRequestFee: withNetwork);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            Bip32Path path = transaction.Path(parsed);
            if (parsed.GetValue(output) is { } file)
            {
                AtomicFile.EnsureCreatable(file);
            }

            using Chain chain = new(transaction, parsed, withNetwork ? Network.Named(parsed.GetValue(network)!) : null);
            Request request = await read(parsed, chain, cancellationToken).ConfigureAwait(false);
            chain.Network = request.Network;
            await using IKeyStore keyStore = await context.OpenAsync(device.One(parsed), device.Connect(parsed), cancellationToken)
                .ConfigureAwait(false);
            IExecutionSigning signing = keyStore.Require<IExecutionSigning>("sign transactions");
            ExecutionAddress from = await signing.GetAddressAsync(path, confirm: false, cancellationToken).ConfigureAwait(false);
            EthereumTransaction unsigned = await transaction.CompleteAsync(
                parsed, await chain.NodeAsync(cancellationToken).ConfigureAwait(false), request.Network, from, request.Call, cancellationToken)
                .ConfigureAwait(false);
            context.Person.Tell(Summary(request, unsigned, from, path) + request.Shown(keyStore.Info));
            if (!parsed.GetValue(irreversible)
                && !await context.Person.ConfirmAsync($"{request.Irreversible} Sign it?", cancellationToken).ConfigureAwait(false))
            {
                throw new FaultException(
                    Fault.Cancelled,
                    "nothing was signed: nobody has said at the terminal that it is meant",
                    "Run it at a terminal and say yes, or give --irreversible.");
            }

            if (parsed.GetValue(irreversible))
            {
                context.Person.Tell(request.Irreversible);
            }

            EthereumSignature signature = await signing.SignTransactionAsync(path, unsigned, cancellationToken).ConfigureAwait(false);
            Give(context.Answer, name, request, unsigned, from, unsigned.EncodeSigned(signature), parsed.GetValue(output), cancellationToken);
            return 0;
        }));
        return command;
    }

    private static void Give(
        Answer answer,
        string operation,
        Request request,
        EthereumTransaction unsigned,
        ExecutionAddress from,
        byte[] raw,
        string? file,
        CancellationToken cancellationToken)
    {
        SignedAnswer signed = new(
            operation,
            request.Network.Name,
            unsigned.ChainId,
            from.ToChecksumString(),
            request.Call.To.ToChecksumString(),
            unsigned.Nonce,
            unsigned.Value.ToString(CultureInfo.InvariantCulture),
            unsigned.GasLimit,
            unsigned.MaxFeePerGas.ToString(CultureInfo.InvariantCulture),
            unsigned.MaxPriorityFeePerGas.ToString(CultureInfo.InvariantCulture),
            $"0x{Convert.ToHexStringLower(unsigned.Data.Span)}",
            Keccak256.Hash((ReadOnlySpan<byte>)raw).ToString(),
            $"0x{Convert.ToHexStringLower(raw)}");
        if (file is not null)
        {
            AtomicFile.Write(file, Encoding.ASCII.GetBytes($"{signed.Raw}\n"), overwrite: false, cancellationToken);
            answer.Note($"written: {file}");
        }

        answer.Note($"not broadcast: transaction {signed.Hash}; any node takes it (eth_sendRawTransaction)");
        answer.Give(signed, json => json.SignedAnswer, text => text.WriteLine(signed.Raw));
    }

    private static string Summary(Request request, EthereumTransaction transaction, ExecutionAddress from, Bip32Path path) =>
        string.Create(CultureInfo.InvariantCulture, $"""
            {request.What}
              on     {request.Network.Name} (chain {request.Network.ChainId})
              from   {from.ToChecksumString()} ({path}), nonce {transaction.Nonce}
              to     {request.Call.To.ToChecksumString()}
              with   {Ether(request.Call.Value)}, and at most {Ether(transaction.MaxFee)} for gas

            """);

    private static string ShownDeposit(KeyStoreInfo device, WithdrawalCredentials credentials, Network network) => device.Maker switch
    {
        "ledger" when network.DepositContract != Network.Mainnet.DepositContract =>
            "The Ledger does not know this network's deposit contract: it signs only with 'Blind signing' on, and shows a hash.",
        "ledger" when credentials.Kind == WithdrawalKind.BlsKey =>
            "The Ledger signs it only if the 0x00 credentials are those of its own key m/12381/3600/0/0. It shows the amount, the fees and the "
            + "first 20 bytes of the validator's key as if they were an address; not the credentials.",
        "ledger" =>
            "The Ledger refuses deposits with 0x01 and 0x02 credentials unless 'Blind signing' and 'Debug contracts' are on in the settings of "
            + "its Ethereum app. Then it shows each parameter in hex: the ninth is the credentials, " + credentials + ".",
        _ => "The device shows amount, recipient and fees, and the call as hex: it knows no deposits.",
    };

    private static string ShownRequest(KeyStoreInfo device) => (device.Maker == "ledger"
        ? "The Ledger shows this request in words, with the whole key."
        : "The device shows amount, recipient and fees, and the keys as the hex of the call: it knows no such requests.")
        + "\nOnly the validator's withdrawal address can ask for this: from any other account the fee is lost, and nothing happens.";

    private static Deposit Choose(DepositFile file, string? key)
    {
        if (key is null)
        {
            return file.Deposits.Count == 1 ? file.Deposits[0] : throw new FaultException(
                Fault.Usage, $"{file.Source} has {file.Deposits.Count} deposits, and one is signed at a time", "Name one with --pubkey KEY.");
        }

        BlsPublicKey wanted = ReadKey(key, "--pubkey");
        return file.Deposits.FirstOrDefault(deposit => deposit.PublicKey == wanted) ?? throw new FaultException(
            Fault.BadInput, $"{file.Source} has no deposit of {wanted}", "Name a validator of that file.");
    }

    private static Option<string> Key(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "KEY",
        Required = true,
    };

    private static BlsPublicKey ReadKey(string text, string option)
    {
        PointValidity validity = BlsPublicKey.TryParse(text, out BlsPublicKey key);
        return validity == PointValidity.Valid ? key : throw new FaultException(
            Fault.Usage, $"{option} {text} is no validator's public key ({validity})", "Give 96 hex digits, with or without 0x.");
    }

    private static ulong Gwei(string ether)
    {
        bool isNumber = decimal.TryParse(ether, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount);
        decimal gwei = isNumber && amount <= 1_000_000 ? amount * 1_000_000_000 : 0;
        return gwei > 0 && gwei == decimal.Truncate(gwei)
            ? (ulong)gwei
            : throw new FaultException(Fault.Usage, $"--amount '{ether}' is no amount of ETH in whole Gwei", "Write it as 1 or 0.5.");
    }

    private static string Ether(BigInteger wei) => $"{EtherAmount.ToText(wei)} ETH";

    /// <summary>What is to be signed, in words.</summary>
    private sealed record Request(Network Network, StakerCall Call, string What, string Irreversible, Func<KeyStoreInfo, string> Shown);

    /// <summary>The network, and a node of it where one was named, connected once.</summary>
    private sealed class Chain(TransactionOptions options, ParseResult parsed, Network? network) : IDisposable
    {
        private ExecutionNode? _node;
        private bool _isConnected;

        internal Network Network { get; set; } = network!;

        public void Dispose() => _node?.Dispose();

        internal async Task<ExecutionNode?> NodeAsync(CancellationToken cancellationToken)
        {
            if (!_isConnected)
            {
                _node = await options.ConnectAsync(parsed, Network, cancellationToken).ConfigureAwait(false);
                _isConnected = true;
            }

            return _node;
        }

        internal async Task<BigInteger> FeeAsync(ExecutionAddress contract, CancellationToken cancellationToken) =>
            await options.RequestFeeAsync(parsed, await NodeAsync(cancellationToken).ConfigureAwait(false), contract, cancellationToken)
                .ConfigureAwait(false);
    }
}
