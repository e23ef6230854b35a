using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge.Web3Signer;

/// <summary>
/// Reads what is to be signed (Consensys/web3signer, openapi-specs/eth2/signing): an exit, a deposit, a registration, and in the same shape
/// a BLS-to-execution change, which that document lacks. Everything else is refused.
/// </summary>
internal static class ConsensusSignatureReader
{
    private const string Source = "the request";
    private const string Remedy = "Send it as Web3Signer's document has it: type, fork_info, and the member of that type.";

    /// <summary>The types of Web3Signer's document that validators sign all the time.</summary>
    private static readonly string[] Duties =
    [
        "AGGREGATION_SLOT", "AGGREGATE_AND_PROOF", "AGGREGATE_AND_PROOF_V2", "ATTESTATION", "BLOCK", "BLOCK_V2", "RANDAO_REVEAL",
        "SYNC_COMMITTEE_MESSAGE", "SYNC_COMMITTEE_SELECTION_PROOF", "SYNC_COMMITTEE_CONTRIBUTION_AND_PROOF",
    ];

    /// <summary>Reads a body.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="key">Who is to sign.</param>
    /// <param name="network">The network of registrations.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: what, where; <see cref="Fault.Unsupported"/>: a type that is not signed here.
    /// </exception>
    internal static ConsensusSignature Read(ReadOnlySpan<byte> json, BlsPublicKey key, Network network)
    {
        (string type, ForkInfo? fork, Bytes32? stated) = ReadEnvelope(json);
        (SigningRoot root, string title, List<string> lines, ExecutionAddress? recipient) = type switch
        {
            SignatureMethods.VoluntaryExit => ReadExit(json, fork ?? throw NoFork(json)),
            SignatureMethods.BlsToExecutionChange => ReadChange(json, key, fork ?? throw NoFork(json)),
            SignatureMethods.Deposit => ReadDeposit(json, key),
            SignatureMethods.ValidatorRegistration => ReadRegistration(json, key, network),
            _ => throw Refused(type),
        };
        if (stated is { } other && other != root.Value)
        {
            throw new FaultException(
                Fault.BadInput,
                $"{Source}: its signingRoot is {other}, but what it asks for has the root {root}",
                "Sign nothing of this: the program that asks means something else than it shows, or another network.");
        }

        SignatureWish wish = new(type, title, [$"key     {key}", .. lines, $"root    {root}"]) { Recipient = recipient };
        return new ConsensusSignature(key, root, wish);
    }

    private static FaultException Refused(string type) => Duties.Contains(type)
        ? new FaultException(
            Fault.Unsupported,
            $"{type} is a validator's daily work, which needs a validator client with slashing protection, not a backup",
            "Ask the validator client's own signer.")
        : new FaultException(Fault.BadInput, $"{Source}: there is no type {JsonCursor.Quote(type)}", Remedy);

    private static FaultException NoFork(ReadOnlySpan<byte> json) => Begin(json).Missing("fork_info");

    private static JsonCursor Begin(ReadOnlySpan<byte> json) => new(json, Source, json.Length, Remedy);

    private static (string Type, ForkInfo? Fork, Bytes32? Root) ReadEnvelope(ReadOnlySpan<byte> json)
    {
        JsonCursor cursor = Begin(json);
        string? type = null;
        ForkInfo? fork = null;
        Bytes32? root = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "type":
                    type = cursor.GetString(64);
                    break;
                case "fork_info":
                    fork = ReadFork(ref cursor);
                    break;

                // Older clients write it with a small letter.
                case "signingRoot" or "signing_root" when cursor.Token != JsonTokenType.Null:
                    root = Bytes32.Read(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        return (type ?? throw cursor.Missing("type"), fork, root);
    }

    private static ForkInfo ReadFork(ref JsonCursor cursor)
    {
        ForkVersion? previous = null;
        ForkVersion? current = null;
        ulong? epoch = null;
        Bytes32? root = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "genesis_validators_root":
                    root = Bytes32.Read(ref cursor);
                    break;
                case "fork":
                    cursor.BeginObject();
                    while (cursor.NextMember(out string member))
                    {
                        switch (member)
                        {
                            case "previous_version":
                                previous = ForkVersion.Read(ref cursor);
                                break;
                            case "current_version":
                                current = ForkVersion.Read(ref cursor);
                                break;
                            case "epoch":
                                epoch = cursor.GetQuotedNumber();
                                break;
                            default:
                                cursor.Skip();
                                break;
                        }
                    }

                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new ForkInfo(
            previous ?? throw cursor.Missing("fork.previous_version"),
            current ?? throw cursor.Missing("fork.current_version"),
            epoch ?? throw cursor.Missing("fork.epoch"),
            root ?? throw cursor.Missing("genesis_validators_root"));
    }

    /// <summary>Stands the cursor on a member of the request, which Lodestar names as the type in one case.</summary>
    private static JsonCursor Find(ReadOnlySpan<byte> json, string member)
    {
        JsonCursor cursor = Begin(json);
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (name.Equals(member, StringComparison.OrdinalIgnoreCase))
            {
                return cursor;
            }

            cursor.Skip();
        }

        throw cursor.Missing(member);
    }

    private static (SigningRoot Root, string Title, List<string> Lines, ExecutionAddress? Recipient) ReadExit(
        ReadOnlySpan<byte> json, ForkInfo fork)
    {
        JsonCursor cursor = Find(json, "voluntary_exit");
        VoluntaryExit exit = VoluntaryExit.Read(ref cursor);

        // On a network that is not known here, the fork of the exit's epoch stands in for the one that EIP-7044 fixes.
        SigningRoot root = fork.Network is { } known
            ? exit.SigningRoot(known)
            : SigningDomain.Compute(DomainType.VoluntaryExit, fork.At(exit.Epoch), fork.GenesisValidatorsRoot).SigningRoot(exit.HashTreeRoot());
        return (
            root,
            $"end a validator for good on {fork.Name}",
            [string.Create(CultureInfo.InvariantCulture, $"exit    validator {exit.ValidatorIndex}, from epoch {exit.Epoch} on; there is no way back")],
            null);
    }

    private static (SigningRoot Root, string Title, List<string> Lines, ExecutionAddress? Recipient) ReadChange(
        ReadOnlySpan<byte> json, BlsPublicKey key, ForkInfo fork)
    {
        JsonCursor cursor = Find(json, "bls_to_execution_change");
        BlsToExecutionChange change = BlsToExecutionChange.Read(ref cursor);
        RequireSame(change.FromBlsPublicKey, key);
        Network network = fork.Network ?? throw new FaultException(
            Fault.Unsupported,
            $"{Source}: a BLS-to-execution change needs the genesis fork of its network, and {fork.GenesisValidatorsRoot} is not known here",
            "Sign it with the network's own tools.");
        return (
            change.SigningRoot(network),
            $"change where a validator's money goes, for good, on {fork.Name}",
            [
                string.Create(CultureInfo.InvariantCulture, $"index   {change.ValidatorIndex}"),
                $"to      {change.ToExecutionAddress.ToChecksumString()}; it can't be changed again",
            ],
            change.ToExecutionAddress);
    }

    private static (SigningRoot Root, string Title, List<string> Lines, ExecutionAddress? Recipient) ReadDeposit(
        ReadOnlySpan<byte> json, BlsPublicKey key)
    {
        JsonCursor cursor = Find(json, "deposit");
        BlsPublicKey? publicKey = null;
        WithdrawalCredentials? credentials = null;
        ulong? amount = null;
        ForkVersion? version = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "pubkey":
                    publicKey = cursor.GetPublicKey();
                    break;
                case "withdrawal_credentials":
                    credentials = WithdrawalCredentials.TryDecode(Bytes32.Read(ref cursor), out WithdrawalCredentials decoded)
                        ? decoded
                        : throw cursor.Fault("must begin with 00, or with 01 or 02 and eleven zero bytes before the address");
                    break;
                case "amount":
                    amount = cursor.GetQuotedNumber();
                    break;
                case "genesis_fork_version":
                    version = ForkVersion.Read(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        DepositMessage message = new(
            publicKey ?? throw cursor.Missing("pubkey"),
            credentials ?? throw cursor.Missing("withdrawal_credentials"),
            amount ?? throw cursor.Missing("amount"));
        RequireSame(message.PublicKey, key);
        ForkVersion fork = version ?? throw cursor.Missing("genesis_fork_version");
        return (
            message.SigningRoot(fork),
            $"sign the data of a deposit on {fork}",
            [
                string.Create(CultureInfo.InvariantCulture, $"amount  {message.AmountGwei} Gwei"),
                $"owner   {message.Credentials} (withdrawal credentials)",
            ],
            message.Credentials.Address);
    }

    private static (SigningRoot Root, string Title, List<string> Lines, ExecutionAddress? Recipient) ReadRegistration(
        ReadOnlySpan<byte> json, BlsPublicKey key, Network network)
    {
        JsonCursor cursor = Find(json, "validator_registration");
        ExecutionAddress? recipient = null;
        ulong? gas = null;
        ulong? time = null;
        BlsPublicKey? publicKey = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "fee_recipient":
                    recipient = ExecutionAddress.Read(ref cursor);
                    break;
                case "gas_limit":
                    gas = cursor.GetQuotedNumber();
                    break;
                case "timestamp":
                    time = cursor.GetQuotedNumber();
                    break;
                case "pubkey":
                    publicKey = cursor.GetPublicKey();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        ValidatorRegistration registration = new(
            recipient ?? throw cursor.Missing("fee_recipient"),
            gas ?? throw cursor.Missing("gas_limit"),
            time ?? throw cursor.Missing("timestamp"),
            publicKey ?? throw cursor.Missing("pubkey"));
        RequireSame(registration.PublicKey, key);
        return (
            registration.SigningRoot(network.GenesisForkVersion),
            $"register a validator with builders of blocks on {network.Name}",
            [
                $"fees    to {registration.FeeRecipient.ToChecksumString()}",
                string.Create(CultureInfo.InvariantCulture, $"gas     limit {registration.GasLimit}"),
                string.Create(CultureInfo.InvariantCulture, $"time    {registration.Timestamp} (Unix time)"),
            ],
            registration.FeeRecipient);
    }

    private static void RequireSame(BlsPublicKey inside, BlsPublicKey key)
    {
        if (inside != key)
        {
            throw new FaultException(
                Fault.BadInput, $"{Source}: is about {inside}, but {key} is asked to sign it", "Ask the key that it is about.");
        }
    }

    /// <summary>fork_info of a request.</summary>
    private sealed record ForkInfo(ForkVersion Previous, ForkVersion Current, ulong Epoch, Bytes32 GenesisValidatorsRoot)
    {
        internal Network? Network => Network.OfGenesis(GenesisValidatorsRoot);

        internal string Name => Network?.Name ?? $"an unknown network ({GenesisValidatorsRoot})";

        internal ForkVersion At(ulong epoch) => epoch < Epoch ? Previous : Current;
    }
}
