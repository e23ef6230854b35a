using System.CommandLine;
using System.Globalization;
using System.Numerics;
using HwBridge.Cli.Nodes;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Staking;

namespace HwBridge.Cli.Commands;

/// <summary>Whose transaction it is, and what it may cost: given, or asked from a node.</summary>
internal sealed class TransactionOptions
{
    private const int GweiDecimals = 9;

    private readonly Option<string> _path = new("--path")
    {
        Description = "The account's path (default m/44'/60'/0'/0/0)",
        DefaultValueFactory = _ => "m/44'/60'/0'/0/0",
        HelpName = "PATH",
    };

    private readonly Option<ulong?> _nonce = new("--nonce") { Description = "How many transactions the account has sent", HelpName = "N" };
    private readonly Option<string> _maxFee = new("--max-fee") { Description = "The most that a unit of gas may cost, in Gwei", HelpName = "GWEI" };
    private readonly Option<string> _priorityFee = new("--priority-fee") { Description = "What of it is the tip, in Gwei", HelpName = "GWEI" };
    private readonly Option<ulong?> _gas = new("--gas") { Description = "The most gas that it may use", HelpName = "N" };
    private readonly Option<string> _node = new("--node")
    {
        Description = "An execution node's JSON-RPC, asked for what is not given; nothing is sent to it to be passed on",
        HelpName = "URL",
    };

    private readonly Option<string> _requestFee = new("--request-fee")
    {
        Description = "What the system contract asks for a request, in wei; what is too much is not given back",
        HelpName = "WEI",
    };

    internal void AddTo(Command command, bool withRequestFee)
    {
        foreach (Option option in (Option[])[_path, _nonce, _maxFee, _priorityFee, _gas, _node])
        {
            command.Add(option);
        }

        if (withRequestFee)
        {
            command.Add(_requestFee);
        }
    }

    /// <summary>The account's path.</summary>
    internal Bip32Path Path(ParseResult parsed) => Bip32Path.TryParse(parsed.GetValue(_path), out Bip32Path? path)
        ? path
        : throw new FaultException(Fault.Usage, $"--path '{parsed.GetValue(_path)}' is no path", "Write m/44'/60'/0'/0/0.");

    /// <summary>The node that was named, of this network; null where none was. Whoever calls disposes it.</summary>
    internal async Task<ExecutionNode?> ConnectAsync(ParseResult parsed, Network network, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_node) is not { } url)
        {
            return null;
        }

        ExecutionNode node = new(url);
        try
        {
            BigInteger chainId = await node.ChainIdAsync(cancellationToken).ConfigureAwait(false);
            return chainId == network.ChainId
                ? node
                : throw new FaultException(
                    Fault.BadInput,
                    $"{url} is a node of chain {chainId}, and {network.Name} is chain {network.ChainId}",
                    "Name a node of the right network.");
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>What the system contract asks for, in wei.</summary>
    internal async Task<BigInteger> RequestFeeAsync(
        ParseResult parsed, ExecutionNode? node, ExecutionAddress contract, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_requestFee) is not { } text)
        {
            return await Missing(node, "--request-fee").RequestFeeAsync(contract, cancellationToken).ConfigureAwait(false);
        }

        return BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger fee) && text.Length <= 30
            ? fee
            : throw new FaultException(Fault.Usage, $"--request-fee '{text}' is no number of wei", "Write digits alone, such as 1.");
    }

    /// <summary>The transaction of a call.</summary>
    internal async Task<EthereumTransaction> CompleteAsync(
        ParseResult parsed, ExecutionNode? node, Network network, ExecutionAddress from, StakerCall call, CancellationToken cancellationToken)
    {
        ulong nonce = parsed.GetValue(_nonce)
            ?? Fits(await Missing(node, "--nonce").NonceAsync(from, cancellationToken).ConfigureAwait(false), "nonce");
        BigInteger tip = Gwei(parsed, _priorityFee)
            ?? await Missing(node, "--priority-fee").PriorityFeeAsync(cancellationToken).ConfigureAwait(false);

        // The base fee at most doubles within six full blocks.
        BigInteger maxFee = Gwei(parsed, _maxFee)
            ?? (2 * await Missing(node, "--max-fee").BaseFeeAsync(cancellationToken).ConfigureAwait(false)) + tip;
        ulong gas = parsed.GetValue(_gas)
            ?? Fits(await Missing(node, "--gas").GasAsync(from, call, cancellationToken).ConfigureAwait(false) * 12 / 10, "gas");
        return tip <= maxFee
            ? new EthereumTransaction
            {
                Kind = TransactionKind.FeeMarket,
                ChainId = network.ChainId,
                Nonce = nonce,
                MaxFeePerGas = maxFee,
                MaxPriorityFeePerGas = tip,
                GasLimit = gas,
                To = call.To,
                Value = call.Value,
                Data = call.Data,
            }
            : throw new FaultException(Fault.Usage, "--priority-fee is more than --max-fee", "The tip is a part of the most that gas may cost.");
    }

    private static ExecutionNode Missing(ExecutionNode? node, string option) => node
        ?? throw new FaultException(Fault.Usage, $"{option} is not given", $"Give {option}, or --node URL to have a node asked for it.");

    private static ulong Fits(BigInteger number, string what) => number <= ulong.MaxValue
        ? (ulong)number
        : throw new FaultException(Fault.Protocol, $"the node's {what} is no number of 64 bits", "Name another node.");

    /// <summary>A decimal number of Gwei, in wei.</summary>
    private static BigInteger? Gwei(ParseResult parsed, Option<string> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        string[] parts = text.Split('.', 3);
        string fraction = parts.Length == 2 ? parts[1] : "";
        bool isNumber = parts.Length <= 2 && text.Length <= 30 && parts[0].Length > 0 && fraction.Length <= GweiDecimals
            && parts.All(part => part.All(char.IsAsciiDigit)) && !text.EndsWith('.');
        return isNumber
            ? BigInteger.Parse(parts[0] + fraction.PadRight(GweiDecimals, '0'), CultureInfo.InvariantCulture)
            : throw new FaultException(Fault.Usage, $"{option.Name} '{text}' is no number of Gwei", "Write it as 30 or 1.5.");
    }
}
