using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Deposits;

/// <summary>A deposit_data-*.json: the deposits that a deposit tool prepared, all for one network, each key once.</summary>
/// <remarks>
/// Reading verifies each whole, as the chain would and the deposit contract demands: public key, withdrawal credentials (kinds 0x00 to
/// 0x02 with their padding), amount (1 to 2048 ETH of any kind, in whole Gwei, as the deposit tools allow), deposit_message_root,
/// deposit_data_root, and the signature for the network of fork_version.
/// </remarks>
public sealed class DepositFile
{
    /// <summary>The largest file that is read, in bytes; an entry has about 900.</summary>
    public const int MaxFileSize = 16 << 20;

    /// <summary>In Gwei: the deposit contract refuses less than 1 ETH, and no validator holds more than 2048.</summary>
    private const long MinAmount = 1_000_000_000;
    private const long MaxAmount = 2048 * MinAmount;

    private const string Remedy = "Use the deposit file as the deposit tool wrote it.";
    private const string Danger =
        "Send no deposit with this file: an amount or a withdrawal address may have been changed. Make it anew with the deposit tool.";

    /// <summary>Few enough to find the wrong one soon, enough to make each cheap.</summary>
    private const int BatchSize = 128;

    private DepositFile(string source, IReadOnlyList<Deposit> deposits) => (Source, Deposits) = (source, deposits);

    /// <summary>The file's name, as faults have it.</summary>
    public string Source { get; }

    /// <summary>At least one, in the file's order.</summary>
    public IReadOnlyList<Deposit> Deposits { get; }

    /// <summary>The network of all of them.</summary>
    public ForkVersion ForkVersion => Deposits[0].ForkVersion;

    /// <summary>Reads a deposit file and verifies every deposit in it, the signatures on all cores.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <param name="cancellationToken">Stops the verification of signatures, which takes about a millisecond for each.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the entry, the member and the line.</exception>
    public static DepositFile Parse(ReadOnlySpan<byte> json, string source, CancellationToken cancellationToken = default)
    {
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        List<Deposit> deposits = [];
        Dictionary<BlsPublicKey, int> lines = [];
        cursor.BeginArray();
        while (cursor.NextElement())
        {
            Deposit deposit = ReadDeposit(ref cursor);
            if (!lines.TryAdd(deposit.PublicKey, deposit.Line))
            {
                throw cursor.Fault($"has the public key of the entry on line {lines[deposit.PublicKey]} again");
            }

            if (deposits.Count > 0 && deposits[0].ForkVersion != deposit.ForkVersion)
            {
                throw cursor.Fault($"is a deposit on {deposit.ForkVersion}, the first is on {deposits[0].ForkVersion}");
            }

            deposits.Add(deposit);
        }

        if (deposits.Count == 0)
        {
            throw cursor.Fault("has no deposits in it");
        }

        cursor.End();
        if (FirstUnsigned(deposits, cancellationToken) is { } unsigned)
        {
            string wrong = $"the signature is not the one of {unsigned.PublicKey} for this deposit on {unsigned.ForkVersion}";
            throw new FaultException(
                Fault.BadInput, $"{source}: $[{deposits.IndexOf(unsigned)}] (line {unsigned.Line}) {wrong}", Danger);
        }

        return new DepositFile(source, deposits);
    }

    private static Deposit ReadDeposit(ref JsonCursor cursor)
    {
        int line = cursor.Line;
        BlsPublicKey? publicKey = null;
        WithdrawalCredentials? credentials = null;
        long? amount = null;
        BlsSignature? signature = null;
        Bytes32? messageRoot = null;
        Bytes32? dataRoot = null;
        ForkVersion? forkVersion = null;
        string? network = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "pubkey":
                    publicKey = cursor.GetPublicKey();
                    break;
                case "withdrawal_credentials":
                    credentials = ReadCredentials(ref cursor);
                    break;
                case "amount":
                    amount = cursor.GetInteger(MinAmount, MaxAmount);
                    break;
                case "signature":
                    signature = cursor.GetSignature();
                    break;
                case "deposit_message_root":
                    messageRoot = Bytes32.Read(ref cursor);
                    break;
                case "deposit_data_root":
                    dataRoot = Bytes32.Read(ref cursor);
                    break;
                case "fork_version":
                    forkVersion = ForkVersion.Read(ref cursor);
                    break;

                // Deposit tools before 2.0 called it eth2_network_name.
                case "network_name" or "eth2_network_name":
                    network = cursor.GetString(maxLength: 256);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        DepositMessage message = new(
            publicKey ?? throw cursor.Missing("pubkey"),
            credentials ?? throw cursor.Missing("withdrawal_credentials"),
            (ulong)(amount ?? throw cursor.Missing("amount")));
        DepositData data = new(message, signature ?? throw cursor.Missing("signature"));
        Deposit deposit = new(data, forkVersion ?? throw cursor.Missing("fork_version"), line);
        CheckRoot(ref cursor, message, "deposit_message_root", messageRoot, message.HashTreeRoot());
        CheckRoot(ref cursor, message, "deposit_data_root", dataRoot, data.HashTreeRoot());
        CheckNetwork(ref cursor, deposit.ForkVersion, network);
        return deposit;
    }

    private static WithdrawalCredentials ReadCredentials(ref JsonCursor cursor)
    {
        Bytes32 value = Bytes32.Read(ref cursor);
        return WithdrawalCredentials.TryDecode(value, out WithdrawalCredentials credentials)
            ? credentials
            : throw cursor.Fault($"is {value}: must begin with 00, or with 01 or 02 and eleven zero bytes before the address");
    }

    private static void CheckRoot(ref JsonCursor cursor, DepositMessage message, string member, Bytes32? written, Bytes32 computed)
    {
        if ((written ?? throw cursor.Missing(member)) != computed)
        {
            string wrong = $"(deposit of {message.PublicKey}) has {member} {written}, but its members give {computed}";
            throw new FaultException(Fault.BadInput, cursor.Fault(wrong).Message, Danger);
        }
    }

    /// <summary>A private network may have any name and version; a public one's name and version belong together.</summary>
    private static void CheckNetwork(ref JsonCursor cursor, ForkVersion forkVersion, string? network)
    {
        if (network is not null && Network.Named(network) != Network.OfGenesis(forkVersion))
        {
            throw cursor.Fault($"has network_name {JsonCursor.Quote(network)}, but its fork_version is that of {forkVersion}");
        }
    }

    /// <summary>Many signatures are verified together at less than the price of each; only where that fails, each alone.</summary>
    private static Deposit? FirstUnsigned(IEnumerable<Deposit> deposits, CancellationToken cancellationToken) => deposits
        .Chunk(BatchSize)
        .AsParallel()
        .AsOrdered()
        .WithCancellation(cancellationToken)
        .Select(static batch => AreSigned(batch) ? null : batch.FirstOrDefault(static deposit => !deposit.IsSigned))
        .FirstOrDefault(static deposit => deposit is not null);

    private static bool AreSigned(Deposit[] batch)
    {
        byte[] publicKeys = new byte[batch.Length * BlsPublicKey.Size];
        byte[] signatures = new byte[batch.Length * BlsSignature.Size];
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[batch.Length];
        for (int i = 0; i < batch.Length; i++)
        {
            DepositData data = batch[i].Data;
            data.Message.PublicKey.CopyTo(publicKeys.AsSpan(i * BlsPublicKey.Size));
            data.Signature.CopyTo(signatures.AsSpan(i * BlsSignature.Size));
            messages[i] = data.Message.SigningRoot(batch[i].ForkVersion).Value.ToArray();
        }

        return Bls12381.Default.VerifyBatch(publicKeys, messages, BlsSignature.Suite, signatures);
    }
}
