using System.Buffers;
using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>The header of an age v1 file: version line, stanzas, MAC (age specification § Header). Public text.</summary>
public sealed class AgeHeader
{
    /// <summary>The longest header that is read, in bytes.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The most stanzas that are read.</summary>
    public const int MaxStanzas = 1024;

    private const int MacSize = 32;
    private const int MacDigits = 43;
    private readonly byte[] _authenticated;
    private readonly byte[] _mac;

    private AgeHeader(IReadOnlyList<AgeStanza> stanzas, byte[] authenticated, byte[] mac)
    {
        Stanzas = stanzas;
        _authenticated = authenticated;
        _mac = mac;
    }

    /// <summary>The stanzas in order, at least one.</summary>
    public IReadOnlyList<AgeStanza> Stanzas { get; }

    /// <summary>How many bytes the header takes; the payload begins there.</summary>
    public int Length => _authenticated.Length + 1 + MacDigits + 1;

    /// <summary>The MAC's 32 bytes, which the file key makes over everything before them.</summary>
    public ReadOnlySpan<byte> Mac => _mac;

    private static ReadOnlySpan<byte> VersionLine => "age-encryption.org/v1\n"u8;

    /// <summary>Builds a header and its MAC.</summary>
    /// <param name="stanzas">At least one.</param>
    /// <param name="fileKey">16 bytes.</param>
    public static AgeHeader Create(IReadOnlyList<AgeStanza> stanzas, SecretBuffer fileKey)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        ArgumentNullException.ThrowIfNull(fileKey);
        ArgumentOutOfRangeException.ThrowIfZero(stanzas.Count);
        byte[] authenticated = [.. Write(stanzas), .. "---"u8];
        byte[] mac = new byte[MacSize];
        ComputeMac(fileKey, authenticated, mac);
        return new AgeHeader(stanzas, authenticated, mac);
    }

    /// <summary>Reads the header at the start of a file.</summary>
    /// <param name="file">The file, or at least all of its header.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/> with the line that is malformed, or over a limit.</exception>
    public static AgeHeader Parse(ReadOnlySpan<byte> file)
    {
        LineReader lines = new(file);
        ReadOnlySpan<byte> version = lines.Next();
        if (!version.SequenceEqual(VersionLine[..^1]))
        {
            throw version.StartsWith("age-encryption.org/"u8)
                ? lines.Malformed("this is an age file of a version other than v1")
                : lines.Malformed("this is not an age file: it does not begin with age-encryption.org/v1");
        }

        List<AgeStanza> stanzas = [];
        while (true)
        {
            int start = lines.Position;
            ReadOnlySpan<byte> line = lines.Next();
            if (line.StartsWith("---"u8))
            {
                byte[] mac = new byte[MacSize];
                if (line.Length != 4 + MacDigits || line[3] != ' ' || !AgeBase64.TryDecodeExactly(line[4..], mac))
                {
                    throw lines.Malformed("the header's MAC is not `--- ` and 43 characters of canonical base64");
                }

                if (stanzas.Count == 0)
                {
                    throw lines.Malformed("the header has no recipient");
                }

                CheckNativeStanzas(stanzas);
                return new AgeHeader(stanzas, file[..(start + 3)].ToArray(), mac);
            }

            if (stanzas.Count == MaxStanzas)
            {
                throw lines.Malformed($"the header has more than {MaxStanzas} recipient stanzas");
            }

            stanzas.Add(ReadStanza(line, ref lines));
        }
    }

    /// <summary>True when <paramref name="fileKey"/> made this header. Constant time.</summary>
    public bool IsAuthentic(SecretBuffer fileKey)
    {
        ArgumentNullException.ThrowIfNull(fileKey);
        Span<byte> expected = stackalloc byte[MacSize];
        ComputeMac(fileKey, _authenticated, expected);
        return CryptographicOperations.FixedTimeEquals(expected, _mac);
    }

    /// <summary>Writes the header as it stands in a file.</summary>
    public void WriteTo(Span<byte> destination)
    {
        _authenticated.CopyTo(destination);
        Span<byte> end = destination[_authenticated.Length..Length];
        end[0] = (byte)' ';
        AgeBase64.Encode(_mac, end[1..]);
        end[^1] = (byte)'\n';
    }

    /// <summary>The text of a header up to the end of these stanzas; of a parsed header, the very bytes it was read from.</summary>
    internal static ReadOnlySpan<byte> Write(IEnumerable<AgeStanza> stanzas)
    {
        ArrayBufferWriter<byte> text = new();
        text.Write(VersionLine);
        foreach (AgeStanza stanza in stanzas)
        {
            AgeStanzaCodec.Write(text, stanza.Type, stanza.Arguments, stanza.Body.Span);
        }

        return text.WrittenSpan;
    }

    private static AgeStanza ReadStanza(ReadOnlySpan<byte> first, ref LineReader lines)
    {
        if (AgeStanzaCodec.ReadArguments(first, out string[] arguments) is { } cause)
        {
            throw lines.Malformed(cause);
        }

        ArrayBufferWriter<byte> body = new();
        while (true)
        {
            ReadOnlySpan<byte> line = lines.Next();
            if (AgeStanzaCodec.ReadBodyLine(line, body, out bool last) is { } reason)
            {
                throw lines.Malformed(reason);
            }

            if (last)
            {
                return new AgeStanza(arguments[0], arguments[1..], body.WrittenMemory);
            }
        }
    }

    private static void CheckNativeStanzas(List<AgeStanza> stanzas)
    {
        foreach (AgeStanza stanza in stanzas)
        {
            _ = X25519Stanza.TryParse(stanza, out _);
            if (stanza.Type == AgeFile.PassphraseStanza && stanzas.Count != 1)
            {
                throw AgeFault.Malformed("a passphrase (scrypt) stanza stands beside other recipients, which age forbids");
            }
        }
    }

    private static void ComputeMac(SecretBuffer fileKey, ReadOnlySpan<byte> authenticated, Span<byte> mac)
    {
        Span<byte> key = stackalloc byte[MacSize];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey.Span, key, [], "header"u8);
            HMACSHA256.HashData(key, authenticated, mac);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Lines that end with LF, counted for messages; a CR is no part of any line of a header.</summary>
    private ref struct LineReader(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _line;

        internal int Position { get; private set; }

        internal ReadOnlySpan<byte> Next()
        {
            _line++;
            ReadOnlySpan<byte> rest = _text[Position..];
            bool limited = _text.Length > MaxLength;
            int end = (limited ? rest[..(MaxLength - Position)] : rest).IndexOf((byte)'\n');
            if (end < 0)
            {
                throw Malformed(limited ? $"the header is longer than {MaxLength} bytes" : "the file ends within its header");
            }

            Position += end + 1;
            return rest[..end];
        }

        internal readonly FaultException Malformed(string cause) => AgeFault.Malformed($"line {_line} of the header: {cause}");
    }
}
