using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;

namespace HwBridge.Core.Deposits;

/// <summary>A deposit_data-*.json: the deposits that a deposit tool prepared, all for one network, each key once.</summary>
/// <remarks>
/// Reading checks the layout, each size, the public keys and that the network is one and the same; signatures and roots are
/// carried along unverified.
/// </remarks>
public sealed class DepositFile
{
    /// <summary>The largest file that is read, in bytes; an entry has about 900.</summary>
    public const int MaxFileSize = 16 << 20;

    /// <summary>In Gwei: the deposit contract refuses less than 1 ETH, and no validator holds more than 2048.</summary>
    private const long MinAmount = 1_000_000_000;
    private const long MaxAmount = 2048 * MinAmount;

    private const string Remedy = "Use the deposit file as the deposit tool wrote it.";

    private DepositFile(string source, IReadOnlyList<Deposit> deposits) => (Source, Deposits) = (source, deposits);

    /// <summary>The file's name, as faults have it.</summary>
    public string Source { get; }

    /// <summary>At least one, in the file's order.</summary>
    public IReadOnlyList<Deposit> Deposits { get; }

    /// <summary>The network of all of them.</summary>
    public ForkVersion ForkVersion => Deposits[0].ForkVersion;

    /// <summary>Reads a deposit file.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    public static DepositFile Parse(ReadOnlySpan<byte> json, string source)
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
        return new DepositFile(source, deposits);
    }

    private static Deposit ReadDeposit(ref JsonCursor cursor)
    {
        int line = cursor.Line;
        BlsPublicKey? publicKey = null;
        byte[]? credentials = null;
        long? amount = null;
        byte[]? signature = null;
        byte[]? messageRoot = null;
        byte[]? dataRoot = null;
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
                    credentials = cursor.GetHex(32, 32);
                    break;
                case "amount":
                    amount = cursor.GetInteger(MinAmount, MaxAmount);
                    break;
                case "signature":
                    signature = cursor.GetHex(96, 96);
                    break;
                case "deposit_message_root":
                    messageRoot = cursor.GetHex(32, 32);
                    break;
                case "deposit_data_root":
                    dataRoot = cursor.GetHex(32, 32);
                    break;
                case "fork_version":
                    forkVersion = new ForkVersion(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(cursor.GetHex(4, 4)));
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

        Deposit deposit = new(
            publicKey ?? throw cursor.Missing("pubkey"),
            credentials ?? throw cursor.Missing("withdrawal_credentials"),
            (ulong)(amount ?? throw cursor.Missing("amount")),
            signature ?? throw cursor.Missing("signature"),
            messageRoot ?? throw cursor.Missing("deposit_message_root"),
            dataRoot ?? throw cursor.Missing("deposit_data_root"),
            forkVersion ?? throw cursor.Missing("fork_version"),
            line);
        CheckNetwork(ref cursor, deposit.ForkVersion, network);
        return deposit;
    }

    /// <summary>A private network may have any name and version; a public one's name and version belong together.</summary>
    private static void CheckNetwork(ref JsonCursor cursor, ForkVersion forkVersion, string? network)
    {
        if (network is not null && forkVersion != (ForkVersion.OfNetwork(network) ?? forkVersion))
        {
            throw cursor.Fault($"has network_name {JsonCursor.Quote(network)}, but its fork_version is that of {forkVersion}");
        }

        if (network is not null && forkVersion.NetworkName is { } known && network != known)
        {
            throw cursor.Fault($"has network_name {JsonCursor.Quote(network)}, but its fork_version is that of {forkVersion}");
        }
    }
}
