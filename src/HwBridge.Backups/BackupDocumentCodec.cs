using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups;

/// <summary>The document and its JSON (protocols/hwbridge/backup.md § The document). Secrets never leave guarded memory.</summary>
public static class BackupDocumentCodec
{
    /// <summary>The value of the member <c>format</c>.</summary>
    public const string Format = "hwbridge-backup";

    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    /// <summary>The largest document in bytes.</summary>
    public const int MaxSize = 32 << 20;

    /// <summary>The most validators of a document.</summary>
    public const int MaxValidators = 10_000;

    private const string RecipientsName = "recipients";
    private const string Source = "the document in the backup";
    private const string Remedy =
        "Open it with age and look at it in a text editor, as protocols/hwbridge/backup.md tells; keep the plaintext in /dev/shm.";
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // A key pair, a path, names and indentation.
    private const int SizePerValidator = 320;
    private const int SizePerRecipient = 72;

    /// <summary>Writes the JSON, indented for people, and padded.</summary>
    /// <param name="document">What to write.</param>
    /// <returns>UTF-8 in guarded memory; the caller disposes it.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: larger than <see cref="MaxSize"/>.</exception>
    public static SecretBuffer Write(BackupDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        long size = 1024 + (long)SizePerValidator * document.Validators.Count
            + document.Validators.Sum(static validator => (long)(validator.WrittenPath?.Length ?? 0))
            + (long)SizePerRecipient * document.Recipients.Count
            + document.SlashingProtection.Length + document.DepositData.Length;
        if (size > MaxSize)
        {
            throw new FaultException(
                Fault.BadInput,
                $"the backup would have {size:N0} bytes (limit {MaxSize:N0})",
                "Make several backups, each with some of the keystores; leave the history out, which a client exports anew.");
        }

        using SecretWriter output = new((int)size);
        JsonWriterOptions options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(output, options))
        {
            Write(document, json);
        }

        return Pad(output.WrittenSpan);
    }

    /// <summary>The JSON, then spaces up to the next step of <see cref="DocumentPadding"/>, then a line's end: JSON still, for any reader.</summary>
    internal static SecretBuffer Pad(ReadOnlySpan<byte> json)
    {
        SecretBuffer padded = SecretBuffer.Allocate((int)DocumentPadding.StepOf(json.Length + 1));
        json.CopyTo(padded.Span);
        padded.Span[json.Length..^1].Fill((byte)' ');
        padded.Span[^1] = (byte)'\n';
        return padded;
    }

    /// <summary>Reads the JSON and checks each secret key against its public key; or the compact form, which has no public keys.</summary>
    /// <param name="json">The decrypted document.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    public static BackupDocument Read(ReadOnlySpan<byte> json)
    {
        if (CompactDocumentCodec.IsCompact(json))
        {
            return CompactDocumentCodec.Read(json);
        }

        JsonCursor cursor = new(json, Source, MaxSize, Remedy);
        using SecretWriter secrets = new(BlsSecretKey.Size * 64);
        List<BackupValidator> validators = [];
        string? format = null;
        long? version = null;
        DateTimeOffset? created = null;
        List<X25519PublicKey> recipients = [];
        byte[]? slashingProtection = null;
        byte[]? depositData = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "format":
                    format = cursor.GetOneOf(Format);
                    break;
                case "version":
                    version = cursor.GetInteger(1, int.MaxValue);
                    break;
                case "created":
                    created = ReadDate(ref cursor);
                    break;
                case RecipientsName:
                    ReadRecipients(ref cursor, recipients);
                    break;
                case "validators":
                    ReadValidators(ref cursor, validators, secrets);
                    break;
                case "slashing_protection":
                    slashingProtection = GetRaw(ref cursor, JsonTokenType.StartObject, "must be an object");
                    break;
                case "deposit_data":
                    depositData = GetRaw(ref cursor, JsonTokenType.StartArray, "must be an array");
                    break;
                default:
                    cursor.Skip();
                    break;
            }

            // A later version may mean something else by any other member: refuse it before it is misread.
            if (version > Version)
            {
                throw new FaultException(
                    Fault.BadInput, $"{Source} has version {version}, this program reads version {Version}", "Use a newer HwBridge.");
            }
        }

        cursor.End();
        _ = format ?? throw cursor.Missing("format");
        _ = version ?? throw cursor.Missing("version");
        if (validators.Count == 0)
        {
            throw cursor.Missing("validators");
        }

        BackupDocument document = new(created ?? throw cursor.Missing("created"), validators, secrets.ToSecretBuffer())
        {
            SlashingProtection = slashingProtection,
            DepositData = depositData,
            Recipients = recipients,
        };
        try
        {
            CheckKeys(document);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A document as it is, every member of it, with the list of its recipients set and padded to a step; the compact form becomes JSON.
    /// </summary>
    /// <param name="document">A document that <see cref="Read"/> takes.</param>
    /// <param name="recipients">Who opens it now.</param>
    internal static SecretBuffer Renew(ReadOnlySpan<byte> document, IReadOnlyList<X25519PublicKey> recipients)
    {
        if (CompactDocumentCodec.IsCompact(document))
        {
            using BackupDocument compact = CompactDocumentCodec.Read(document);
            compact.Recipients = recipients;
            return Write(compact);
        }

        Utf8JsonReader reader = new(document);
        (int start, int end) = (0, 0);
        int last = 0;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(RecipientsName))
            {
                reader.Read();
                start = (int)reader.TokenStartIndex;
                reader.Skip();
                end = (int)reader.BytesConsumed;
            }

            last = (int)reader.TokenStartIndex;
        }

        using SecretWriter renewed = new(document.Length + 64 + (SizePerRecipient * recipients.Count));
        byte[] list = JsonSerializer.SerializeToUtf8Bytes(recipients.Select(AgeRecipient.Format).ToArray());
        if (end > 0)
        {
            renewed.Write(document[..start]);
            renewed.Write(list);
            renewed.Write(document[end..(last + 1)]);
        }
        else
        {
            renewed.Write(document[..last].TrimEnd(" \t\r\n"u8));
            renewed.Write(",\n  \"recipients\": "u8);
            renewed.Write(list);
            renewed.Write("\n}"u8);
        }

        return Pad(renewed.WrittenSpan);
    }

    private static void Write(BackupDocument document, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format"u8, Format);
        json.WriteNumber("version"u8, Version);
        json.WriteString("created"u8, document.Created.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture));
        if (document.Recipients.Count > 0)
        {
            json.WriteStartArray(RecipientsName);
            foreach (X25519PublicKey recipient in document.Recipients)
            {
                json.WriteStringValue(AgeRecipient.Format(recipient));
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("validators"u8);
        using SecretBuffer secret = SecretBuffer.Allocate(2 + (2 * BlsSecretKey.Size));
        "0x"u8.CopyTo(secret.Span);
        for (int i = 0; i < document.Validators.Count; i++)
        {
            BackupValidator validator = document.Validators[i];
            json.WriteStartObject();
            json.WriteString("pubkey"u8, validator.PublicKey.ToString());
            if ((validator.Path?.ToString() ?? validator.WrittenPath) is { } path)
            {
                json.WriteString("path"u8, path);
            }

            SecretHex.Encode(document.SecretOf(i), secret.Span[2..]);
            json.WriteString("secret"u8, secret.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteVerbatim(json, "slashing_protection"u8, document.SlashingProtection.Span);
        WriteVerbatim(json, "deposit_data"u8, document.DepositData.Span);
        json.WriteEndObject();
    }

    private static void WriteVerbatim(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.StartsWith("\uFEFF"u8) ? value[3..] : value);
        }
    }

    /// <summary>Who else opens a backup is no reason to withhold its keys: what is no recipient is passed over.</summary>
    private static void ReadRecipients(ref JsonCursor cursor, List<X25519PublicKey> recipients)
    {
        if (cursor.Token != JsonTokenType.StartArray)
        {
            cursor.Skip();
            return;
        }

        cursor.BeginArray();
        while (cursor.NextElement())
        {
            if (cursor.Token == JsonTokenType.String
                && recipients.Count < AgeHeader.MaxStanzas
                && AgeRecipient.TryParse(cursor.GetString(maxLength: 256), out X25519PublicKey recipient))
            {
                recipients.Add(recipient);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private static byte[] GetRaw(ref JsonCursor cursor, JsonTokenType type, string what) =>
        cursor.Token == type ? cursor.GetRaw().ToArray() : throw cursor.Fault(what);

    private static DateTimeOffset ReadDate(ref JsonCursor cursor) =>
        DateTimeOffset.TryParseExact(
            cursor.GetString(maxLength: 32),
            DateFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset date)
            ? date
            : throw cursor.Fault("must be a time in UTC like 2026-01-31T12:00:00Z");

    private static void ReadValidators(ref JsonCursor cursor, List<BackupValidator> validators, SecretWriter secrets)
    {
        HashSet<BlsPublicKey> seen = [];
        cursor.BeginArray();
        while (cursor.NextElement())
        {
            if (validators.Count == MaxValidators)
            {
                throw cursor.Fault($"is one more than the {MaxValidators:N0} validators that a backup may have");
            }

            BlsPublicKey? publicKey = null;
            string path = string.Empty;
            bool hasSecret = false;
            cursor.BeginObject();
            while (cursor.NextMember(out string name))
            {
                switch (name)
                {
                    case "pubkey":
                        publicKey = cursor.GetPublicKey();
                        break;
                    case "path":
                        path = cursor.GetString(Keystore.MaxPathLength);
                        break;
                    case "secret":
                        cursor.GetSecretHex(secrets.GetSpan(BlsSecretKey.Size)[..BlsSecretKey.Size]);
                        secrets.Advance(BlsSecretKey.Size);
                        hasSecret = true;
                        break;
                    default:
                        cursor.Skip();
                        break;
                }
            }

            _ = hasSecret ? 0 : throw cursor.Missing("secret");

            // A path that this version does not know is no reason to withhold the key.
            bool isValidators = ValidatorKeyPath.TryParse(path, out ValidatorKeyPath? known);
            BackupValidator validator = new(publicKey ?? throw cursor.Missing("pubkey"), known)
            {
                WrittenPath = !isValidators && Keystore.IsPath(path) ? path : null,
            };
            if (!seen.Add(validator.PublicKey))
            {
                throw cursor.Fault($"has the public key {validator.PublicKey} of an earlier one again");
            }

            validators.Add(validator);
        }
    }

    /// <summary>A millisecond each, so on all cores.</summary>
    private static void CheckKeys(BackupDocument document)
    {
        int wrong = int.MaxValue;
        Parallel.For(0, document.Validators.Count, (index, state) =>
        {
            if (!BlsSecretKey.TryFromBytes(document.SecretOf(index), out BlsSecretKey? key))
            {
                Lower(ref wrong, index);
                return;
            }

            using (key)
            {
                if (key.GetPublicKey() != document.Validators[index].PublicKey)
                {
                    Lower(ref wrong, index);
                }
            }
        });

        if (wrong != int.MaxValue)
        {
            throw new FaultException(
                Fault.BadInput,
                $"{Source}: $.validators[{wrong}].secret is not the secret key of {document.Validators[wrong].PublicKey}",
                Remedy);
        }
    }

    private static void Lower(ref int lowest, int index)
    {
        int seen;
        while (index < (seen = Volatile.Read(ref lowest)) && Interlocked.CompareExchange(ref lowest, index, seen) != seen)
        {
            // Another thread was faster: look again.
        }
    }
}
