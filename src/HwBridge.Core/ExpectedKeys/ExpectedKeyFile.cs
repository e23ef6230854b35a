using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;

namespace HwBridge.Core.ExpectedKeys;

/// <summary>The public keys that one file names, whichever of the <see cref="ExpectedKeyFormat"/>s it has.</summary>
/// <remarks>
/// The content decides, not the name: an object is a keystore; an array is a deposit file when its first entry has
/// withdrawal_credentials, else the JSON of <c>pubkeys</c>; anything else is a list of keys, one a line, 96 hex digits with or without 0x,
/// # starting a comment, empty lines and CRLF allowed. No key twice in one file.
/// </remarks>
public sealed class ExpectedKeyFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileSize = DepositFile.MaxFileSize;

    private const string Remedy = "Give a deposit file, keystores, a list of public keys, or the JSON of `hwbridge pubkeys`.";

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private ExpectedKeyFile(string source, ExpectedKeyFormat format, IReadOnlyList<ExpectedKey> keys, DepositFile? deposits)
    {
        (Source, Format, Keys, Deposits) = (source, format, keys, deposits);
    }

    /// <summary>The file's name, as faults have it.</summary>
    public string Source { get; }

    /// <summary>What it is.</summary>
    public ExpectedKeyFormat Format { get; }

    /// <summary>At least one, each once, in the file's order.</summary>
    public IReadOnlyList<ExpectedKey> Keys { get; }

    /// <summary>The verified deposits of a deposit file; null in the other formats.</summary>
    public DepositFile? Deposits { get; }

    /// <summary>Reads a file of any of the formats.</summary>
    /// <param name="content">The file's bytes, at most <see cref="MaxFileSize"/>.</param>
    /// <param name="source">What to call it in faults.</param>
    /// <param name="cancellationToken">Stops the verification of a deposit file's signatures.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the member, line and byte.</exception>
    public static ExpectedKeyFile Parse(ReadOnlySpan<byte> content, string source, CancellationToken cancellationToken = default)
    {
        ReadOnlySpan<byte> start = content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        start = start.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty)
        {
            throw Bad($"{source}: is empty");
        }

        return start[0] switch
        {
            (byte)'{' => Of(Keystore.Parse(content, source)),
            (byte)'[' when IsDepositFile(content, source) => FromDeposits(DepositFile.Parse(content, source, cancellationToken)),
            (byte)'[' => FromPublicKeys(content, source),
            _ => FromList(content, source),
        };
    }

    /// <summary>The one key of a keystore.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: it names no public key.</exception>
    public static ExpectedKeyFile Of(Keystore keystore)
    {
        ArgumentNullException.ThrowIfNull(keystore);
        BlsPublicKey key = keystore.PublicKey ?? throw new FaultException(
            Fault.BadInput,
            $"{keystore.Source}: the keystore does not name its public key ($.pubkey)",
            "Give the public key in a text file instead, or use a keystore that has the member pubkey.");
        ExpectedKey expected = new(key, keystore.ValidatorPath, [new KeySource(keystore.Source, null)]);
        return new ExpectedKeyFile(keystore.Source, ExpectedKeyFormat.Keystore, [expected], null);
    }

    private static ExpectedKeyFile FromDeposits(DepositFile file)
    {
        ExpectedKey Expect(Deposit deposit) => new(deposit.PublicKey, null, [new KeySource(file.Source, deposit.Line)]);
        ExpectedKey[] keys = [.. file.Deposits.Select(Expect)];
        return new ExpectedKeyFile(file.Source, ExpectedKeyFormat.DepositFile, keys, file);
    }

    private static bool IsDepositFile(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        cursor.BeginArray();
        if (cursor.NextElement() && cursor.Token == JsonTokenType.StartObject)
        {
            cursor.BeginObject();
            while (cursor.NextMember(out string name))
            {
                if (name is "withdrawal_credentials" or "deposit_data_root" or "deposit_message_root" or "fork_version")
                {
                    return true;
                }

                cursor.Skip();
            }
        }

        return false;
    }

    private static ExpectedKeyFile FromPublicKeys(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, MaxFileSize, Remedy);
        Collector keys = new(source);
        cursor.BeginArray();
        while (cursor.NextElement())
        {
            int line = cursor.Line;
            BlsPublicKey? key = null;
            ValidatorKeyPath? path = null;
            cursor.BeginObject();
            while (cursor.NextMember(out string name))
            {
                switch (name)
                {
                    case "pubkey":
                        key = cursor.GetPublicKey();
                        break;
                    case "path":
                        if (cursor.Token != JsonTokenType.Null
                            && !ValidatorKeyPath.TryParse(cursor.GetString(maxLength: 256), out path, out string? refusal))
                        {
                            throw cursor.Fault(refusal);
                        }

                        break;
                    default:
                        cursor.Skip();
                        break;
                }
            }

            keys.Add(key ?? throw cursor.Missing("pubkey"), path, line);
        }

        cursor.End();
        return keys.ToFile(ExpectedKeyFormat.PublicKeys);
    }

    private static ExpectedKeyFile FromList(ReadOnlySpan<byte> text, string source)
    {
        if (text.Length > MaxFileSize)
        {
            throw Bad($"{source}: {text.Length:N0} bytes are more than such a file ever has (limit {MaxFileSize:N0})");
        }

        Collector keys = new(source);
        ReadOnlySpan<byte> rest = text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
        for (int line = 1; !rest.IsEmpty; line++)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> current = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            int comment = current.IndexOf((byte)'#');
            current = (comment < 0 ? current : current[..comment]).Trim(" \t\r"u8);
            if (!current.IsEmpty)
            {
                keys.Add(ReadKey(current, source, line), null, line);
            }
        }

        return keys.ToFile(ExpectedKeyFormat.List);
    }

    private static BlsPublicKey ReadKey(ReadOnlySpan<byte> text, string source, int line)
    {
        // What is not a key is never quoted: a file given by mistake may hold secrets.
        ReadOnlySpan<byte> digits = text.StartsWith("0x"u8) || text.StartsWith("0X"u8) ? text[2..] : text;
        if (digits.Length == 2 * BlsSecretKey.Size && !digits.ContainsAnyExcept(HexDigits))
        {
            throw new FaultException(
                Fault.BadInput,
                $"{source}: line {line} has 64 hex digits, as a secret key has, where a public key of 96 was expected",
                "If it is a secret key, do not keep it in a text file. " + Remedy);
        }

        PointValidity validity = BlsPublicKey.TryParse(text.Length <= 256 ? Encoding.Latin1.GetString(text) : null, out BlsPublicKey key);
        return validity == PointValidity.Valid
            ? key
            : throw Bad(string.Create(CultureInfo.InvariantCulture, $"{source}: the public key on line {line} {validity.Describe()}"));
    }

    private static FaultException Bad(string cause) => new(Fault.BadInput, cause, Remedy);

    /// <summary>Takes keys one by one and refuses one that comes twice.</summary>
    private sealed class Collector(string source)
    {
        private readonly List<ExpectedKey> _keys = [];
        private readonly Dictionary<BlsPublicKey, int> _lines = [];

        internal void Add(BlsPublicKey key, ValidatorKeyPath? path, int line)
        {
            if (!_lines.TryAdd(key, line))
            {
                FormattableString cause = $"{source}: line {line} has the public key of line {_lines[key]} again";
                throw Bad(cause.ToString(CultureInfo.InvariantCulture));
            }

            _keys.Add(new ExpectedKey(key, path, [new KeySource(source, line)]));
        }

        internal ExpectedKeyFile ToFile(ExpectedKeyFormat format) =>
            _keys.Count > 0 ? new ExpectedKeyFile(source, format, _keys, null) : throw Bad($"{source}: has no public key in it");
    }
}
