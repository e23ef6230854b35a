using System.Buffers;
using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>A voluntary exit with its signature, as a beacon node takes it (POST /eth/v1/beacon/pool/voluntary_exits).</summary>
/// <remarks>Whoever has this can end the validator: it is as good as the deed, at any time after its epoch.</remarks>
/// <param name="Message">What is signed.</param>
/// <param name="Signature">A valid point; whose signature it is shows <see cref="IsSignedBy"/>.</param>
public sealed record SignedVoluntaryExit(VoluntaryExit Message, BlsSignature Signature)
{
    /// <summary>The largest file that is read, in bytes; an exit has about 300.</summary>
    public const int MaxFileSize = 64 << 10;

    private const string Remedy = "Use the exit as the program that signed it wrote it.";

    /// <summary>hash_tree_root.</summary>
    public Bytes32 HashTreeRoot() => Merkle.Container(Message.HashTreeRoot(), Merkle.Vector(Signature));

    /// <summary>True when the validator with this signing key signed it for this network.</summary>
    public bool IsSignedBy(BlsPublicKey key, Network network) => Message.SigningRoot(network).IsSignedBy(key, Signature);

    /// <summary>Reads the JSON of a beacon node: <c>{"message":{"epoch":"…","validator_index":"…"},"signature":"0x…"}</c>.</summary>
    /// <param name="json">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    public static SignedVoluntaryExit Parse(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        VoluntaryExit? message = null;
        BlsSignature? signature = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "message":
                    message = VoluntaryExit.Read(ref cursor);
                    break;
                case "signature":
                    signature = cursor.GetSignature();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        return new SignedVoluntaryExit(message ?? throw cursor.Missing("message"), signature ?? throw cursor.Missing("signature"));
    }

    /// <summary>Writes the JSON that <see cref="Parse"/> reads, on one line.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteStartObject("message"u8);
        json.WriteString("epoch"u8, Message.Epoch.ToString(CultureInfo.InvariantCulture));
        json.WriteString("validator_index"u8, Message.ValidatorIndex.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteString("signature"u8, Signature.ToString());
        json.WriteEndObject();
    }
}
