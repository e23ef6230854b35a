using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Eip3076;

/// <summary>What validators of one chain have signed: a slashing-protection history in the interchange format (EIP-3076).</summary>
public sealed class SlashingHistory
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileSize = 32 << 20;

    /// <summary>The only interchange_format_version that is read and written.</summary>
    public const string FormatVersion = "5";

    private const string Remedy = "Export the history again from the validator client, while it is stopped, as EIP-3076 JSON.";

    /// <summary>A history of some validators.</summary>
    /// <param name="source">What to call it in faults.</param>
    /// <param name="genesisValidatorsRoot">The chain.</param>
    /// <param name="validators">In any order; several of one validator are merged.</param>
    public SlashingHistory(string source, Bytes32 genesisValidatorsRoot, IEnumerable<ValidatorHistory> validators)
    {
        Source = source;
        GenesisValidatorsRoot = genesisValidatorsRoot;
        Validators =
        [
            .. validators
                .GroupBy(static validator => validator.PublicKey)
                .Select(static same => ValidatorHistory.Merge([.. same]))
                .OrderBy(static validator => validator.PublicKey.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>The file's name, as faults have it.</summary>
    public string Source { get; }

    /// <summary>The chain.</summary>
    public Bytes32 GenesisValidatorsRoot { get; }

    /// <summary>Each validator once, by public key.</summary>
    public IReadOnlyList<ValidatorHistory> Validators { get; }

    /// <summary>Reads a history, complete or minimal.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    /// <remarks>
    /// Numbers are decimal digits in quotes, as the EIP's schema has them. Slashable entries are no fault: see <see cref="FindSlashable"/>.
    /// </remarks>
    public static SlashingHistory Parse(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        Bytes32? genesisValidatorsRoot = null;
        List<ValidatorHistory>? validators = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "metadata":
                    genesisValidatorsRoot = ReadMetadata(ref cursor);
                    break;
                case "data":
                    validators = cursor.GetArray(ReadValidator);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        return new SlashingHistory(
            source,
            genesisValidatorsRoot ?? throw cursor.Missing("metadata"),
            validators ?? throw cursor.Missing("data"));
    }

    /// <summary>Everything of both, and for each validator the higher watermarks.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: they are of different chains.</exception>
    public SlashingHistory Merge(SlashingHistory other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return GenesisValidatorsRoot == other.GenesisValidatorsRoot
            ? new SlashingHistory($"{Source} and {other.Source}", GenesisValidatorsRoot, Validators.Concat(other.Validators))
            : throw new FaultException(
                Fault.BadInput,
                $"{other.Source} is the history of {Name(other.GenesisValidatorsRoot)}, {Source} of {Name(GenesisValidatorsRoot)}",
                "Keep the histories of different networks apart: a key's signatures on one say nothing about another.");
    }

    /// <summary>The highest slot, source and target of each validator, in place of everything.</summary>
    public SlashingHistory Minify() => new(Source, GenesisValidatorsRoot, Validators.Select(static validator => validator.Minify()));

    /// <summary>What is slashable, or senseless, within this history.</summary>
    public IEnumerable<SlashableFinding> FindSlashable() => Validators.SelectMany(static validator => validator.FindSlashable());

    /// <summary>Writes the interchange format, indented: equal histories give equal bytes.</summary>
    /// <remarks>
    /// The format has no place for a watermark but the least value of each list. After a merger some entries can therefore be left out or
    /// raised to it, so that whoever reads the file refuses at least everything that this history does.
    /// </remarks>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        JsonWriterOptions options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
        using Utf8JsonWriter json = new(output, options);
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        json.WriteString("interchange_format_version"u8, FormatVersion);
        json.WriteString("genesis_validators_root"u8, GenesisValidatorsRoot.ToString());
        json.WriteEndObject();
        json.WriteStartArray("data"u8);
        foreach (ValidatorHistory validator in Validators)
        {
            Write(json, validator.ToWritable());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ValidatorHistory validator)
    {
        json.WriteStartObject();
        json.WriteString("pubkey"u8, validator.PublicKey.ToString());
        json.WriteStartArray("signed_blocks"u8);
        foreach (SignedBlock block in validator.Blocks)
        {
            json.WriteStartObject();
            WriteNumber(json, "slot"u8, block.Slot);
            WriteSigningRoot(json, block.SigningRoot);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("signed_attestations"u8);
        foreach (SignedAttestation attestation in validator.Attestations)
        {
            json.WriteStartObject();
            WriteNumber(json, "source_epoch"u8, attestation.SourceEpoch);
            WriteNumber(json, "target_epoch"u8, attestation.TargetEpoch);
            WriteSigningRoot(json, attestation.SigningRoot);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong value) =>
        json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    private static void WriteSigningRoot(Utf8JsonWriter json, Bytes32? root)
    {
        if (root is { } known)
        {
            json.WriteString("signing_root"u8, known.ToString());
        }
    }

    private static Bytes32 ReadMetadata(ref JsonCursor cursor)
    {
        bool versioned = false;
        Bytes32? root = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "interchange_format_version":
                    versioned = cursor.GetOneOf(FormatVersion).Length > 0;
                    break;
                case "genesis_validators_root":
                    root = Bytes32.Read(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        _ = versioned ? 0 : throw cursor.Missing("interchange_format_version");
        return root ?? throw cursor.Missing("genesis_validators_root");
    }

    private static ValidatorHistory ReadValidator(ref JsonCursor cursor)
    {
        BlsPublicKey? publicKey = null;
        List<SignedBlock>? blocks = null;
        List<SignedAttestation>? attestations = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "pubkey":
                    publicKey = cursor.GetPublicKey();
                    break;
                case "signed_blocks":
                    blocks = cursor.GetArray(ReadBlock);
                    break;
                case "signed_attestations":
                    attestations = cursor.GetArray(ReadAttestation);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new ValidatorHistory(
            publicKey ?? throw cursor.Missing("pubkey"),
            blocks ?? throw cursor.Missing("signed_blocks"),
            attestations ?? throw cursor.Missing("signed_attestations"));
    }

    private static SignedBlock ReadBlock(ref JsonCursor cursor)
    {
        ulong? slot = null;
        Bytes32? root = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "slot":
                    slot = cursor.GetQuotedNumber();
                    break;
                case "signing_root":
                    root = ReadSigningRoot(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new SignedBlock(slot ?? throw cursor.Missing("slot"), root);
    }

    private static SignedAttestation ReadAttestation(ref JsonCursor cursor)
    {
        ulong? source = null;
        ulong? target = null;
        Bytes32? root = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "source_epoch":
                    source = cursor.GetQuotedNumber();
                    break;
                case "target_epoch":
                    target = cursor.GetQuotedNumber();
                    break;
                case "signing_root":
                    root = ReadSigningRoot(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new SignedAttestation(
            source ?? throw cursor.Missing("source_epoch"),
            target ?? throw cursor.Missing("target_epoch"),
            root);
    }

    /// <summary>Some clients write null or zeroes for a root that they do not know.</summary>
    private static Bytes32? ReadSigningRoot(ref JsonCursor cursor)
    {
        if (cursor.Token == JsonTokenType.Null)
        {
            return null;
        }

        Bytes32 root = Bytes32.Read(ref cursor);
        return root == default ? null : root;
    }

    private static string Name(Bytes32 genesisValidatorsRoot) => Network.OfGenesis(genesisValidatorsRoot) is { } network
        ? $"{network.Name} (genesis_validators_root {genesisValidatorsRoot})"
        : $"another network (genesis_validators_root {genesisValidatorsRoot})";
}
