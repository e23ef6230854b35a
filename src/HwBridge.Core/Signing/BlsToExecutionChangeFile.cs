using System.Buffers;
using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>A bls_to_execution_change-*.json: changes of one network, as the deposit tools write them and beacon nodes take them.</summary>
/// <param name="Network">The network of all of them.</param>
/// <param name="Changes">At least one, each signed by its withdrawal key.</param>
public sealed record BlsToExecutionChangeFile(Network Network, IReadOnlyList<SignedBlsToExecutionChange> Changes)
{
    /// <summary>The largest file that is read, in bytes; a change has about 600.</summary>
    public const int MaxFileSize = 16 << 20;

    private const string Remedy = "Use the file as the deposit tool wrote it, for the network of the validator.";

    /// <summary>Reads a file and verifies each signature. Members of the metadata that are there must be those of the network.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <param name="network">Where the validators are.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the entry, the member, line and byte.</exception>
    public static BlsToExecutionChangeFile Parse(ReadOnlySpan<byte> json, string source, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        List<SignedBlsToExecutionChange> changes = cursor.GetArray((ref JsonCursor element) => ReadChange(ref element, network));
        if (changes.Count == 0)
        {
            throw cursor.Fault("has no changes in it");
        }

        cursor.End();
        return new BlsToExecutionChangeFile(network, changes);
    }

    /// <summary>Writes the JSON that <see cref="Parse"/> reads, on one line.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        using Utf8JsonWriter json = new(output);
        json.WriteStartArray();
        foreach (SignedBlsToExecutionChange change in Changes)
        {
            json.WriteStartObject();
            json.WriteStartObject("message"u8);
            json.WriteString("validator_index"u8, change.Message.ValidatorIndex.ToString(CultureInfo.InvariantCulture));
            json.WriteString("from_bls_pubkey"u8, change.Message.FromBlsPublicKey.ToString());
            json.WriteString("to_execution_address"u8, change.Message.ToExecutionAddress.ToString());
            json.WriteEndObject();
            json.WriteString("signature"u8, change.Signature.ToString());
            json.WriteStartObject("metadata"u8);
            json.WriteString("network_name"u8, Network.Name);
            json.WriteString("genesis_validators_root"u8, Network.GenesisValidatorsRoot.ToString());
            json.WriteString("deposit_cli_version"u8, "hwbridge"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SignedBlsToExecutionChange ReadChange(ref JsonCursor cursor, Network network)
    {
        BlsToExecutionChange? message = null;
        BlsSignature? signature = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "message":
                    message = BlsToExecutionChange.Read(ref cursor);
                    break;
                case "signature":
                    signature = cursor.GetSignature();
                    break;
                case "metadata":
                    CheckMetadata(ref cursor, network);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        SignedBlsToExecutionChange change = new(
            message ?? throw cursor.Missing("message"), signature ?? throw cursor.Missing("signature"));
        return change.IsSigned(network)
            ? change
            : throw cursor.Fault($"has a signature that is not {change.Message.FromBlsPublicKey}'s of this change on {network.Name}");
    }

    private static void CheckMetadata(ref JsonCursor cursor, Network network)
    {
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "network_name" when cursor.GetString(maxLength: 256) is var text && text != network.Name:
                    throw cursor.Fault($"is {JsonCursor.Quote(text)}, not {network.Name}");
                case "genesis_validators_root" when Bytes32.Read(ref cursor) is var root && root != network.GenesisValidatorsRoot:
                    throw cursor.Fault($"is {root}, that of {network.Name} is {network.GenesisValidatorsRoot}");
                default:
                    cursor.Skip();
                    break;
            }
        }
    }
}
