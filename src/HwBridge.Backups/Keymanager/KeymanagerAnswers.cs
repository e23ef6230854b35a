using System.Text.Json;
using System.Text.RegularExpressions;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;

namespace HwBridge.Backups.Keymanager;

/// <summary>The JSON that a validator client answers (ethereum/keymanager-APIs, apis/local_keystores.yaml).</summary>
internal static partial class KeymanagerAnswers
{
    /// <summary>The largest answer that is read, in bytes: the list of 10,000 keys has about two million.</summary>
    internal const int MaxSize = 8 << 20;

    private const int MaxMessage = 300;
    private const string Remedy = "Check that the address is the Keymanager API's, and report what the client is and its version.";

    /// <summary>ListKeysResponse: the public keys, in hex without 0x, in lower case.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>.</exception>
    internal static HashSet<string> ReadList(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, MaxSize, Remedy);
        HashSet<string>? keys = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (name == "data")
            {
                keys = [.. cursor.GetArray(ReadListed)];
            }
            else
            {
                cursor.Skip();
            }
        }

        cursor.End();
        return keys ?? throw cursor.Missing("data");
    }

    /// <summary>ImportKeystoresResponse.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, also for another number of statuses.</exception>
    internal static IReadOnlyList<KeymanagerStatus> ReadImport(ReadOnlySpan<byte> json, string source, int count)
    {
        JsonCursor cursor = new(json, source, MaxSize, Remedy);
        List<KeymanagerStatus>? statuses = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (name != "data")
            {
                cursor.Skip();
                continue;
            }

            statuses = cursor.GetArray(ReadStatus);
            if (statuses.Count != count)
            {
                throw cursor.Fault($"has {statuses.Count} statuses for {count} keystores");
            }
        }

        cursor.End();
        return statuses ?? throw cursor.Missing("data");
    }

    /// <summary>ErrorResponse's message, where the answer is one.</summary>
    internal static string? ReadError(ReadOnlySpan<byte> json)
    {
        try
        {
            JsonCursor cursor = new(json, "the error", MaxSize, Remedy);
            string? message = null;
            cursor.BeginObject();
            while (cursor.NextMember(out string name))
            {
                message = name == "message" && cursor.Token == JsonTokenType.String ? Shown(cursor.GetString(MaxSize)) : message;
                cursor.Skip();
            }

            return message;
        }
        catch (FaultException)
        {
            // A proxy's page, or nothing: the status code says enough.
            return null;
        }
    }

    /// <summary>
    /// A foreign text in one short line without control characters; a password of ours that a client repeats in it is left out.
    /// </summary>
    private static string Shown(string text)
    {
        string line = string.Concat(text.Take(MaxMessage).Select(static character => char.IsControl(character) ? ' ' : character));
        return Password().Replace(text.Length > MaxMessage ? $"{line}…" : line, "…");
    }

    private static string ReadListed(ref JsonCursor cursor)
    {
        string? key = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (name == "validating_pubkey")
            {
                key = Convert.ToHexStringLower(cursor.GetHex(BlsPublicKey.Size, BlsPublicKey.Size));
            }
            else
            {
                cursor.Skip();
            }
        }

        return key ?? throw cursor.Missing("validating_pubkey");
    }

    private static KeymanagerStatus ReadStatus(ref JsonCursor cursor)
    {
        ImportStatus? status = null;
        string? message = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "status":
                    status = cursor.GetOneOf("imported", "duplicate", "error") switch
                    {
                        "imported" => ImportStatus.Imported,
                        "duplicate" => ImportStatus.Duplicate,
                        _ => ImportStatus.Error,
                    };
                    break;
                case "message" when cursor.Token == JsonTokenType.String:
                    message = Shown(cursor.GetString(MaxSize));
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new KeymanagerStatus(status ?? throw cursor.Missing("status"), message is { Length: > 0 } ? message : null);
    }

    [GeneratedRegex("(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")]
    private static partial Regex Password();
}
