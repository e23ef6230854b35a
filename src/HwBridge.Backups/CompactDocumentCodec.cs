using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>
/// The document where space is short: 33 bytes for a validator instead of about 280 (protocols/hwbridge/backup.md § The compact form).
/// </summary>
/// <remarks>
/// Public keys are left out, since the secret ones give them. Secrets are stored as they are: they can't be compressed, and a compressor
/// would keep copies. Only the history and the deposits, which hold no secret, are deflated.
/// </remarks>
internal static class CompactDocumentCodec
{
    /// <summary>A form byte and a key: no form of a document takes less for a validator.</summary>
    internal const int MinSizePerValidator = 1 + BlsSecretKey.Size;

    private const string Source = "the compact document in the backup";
    private const string Remedy = "Take another copy; protocols/hwbridge/backup.md § The compact form tells how to look inside.";
    private const int HeadSize = 14;
    private const int MaxExpansion = 1032;
    private const byte NoPath = 0;
    private const byte NextSigningPath = 1;
    private const byte SigningPath = 2;
    private const byte OtherPath = 3;

    private static ReadOnlySpan<byte> Magic => "HWC1"u8;

    internal static bool IsCompact(ReadOnlySpan<byte> document) => document.StartsWith(Magic);

    /// <summary>
    /// Writes the document, with or without what is no key, the validators by their indices, which takes the fewest bytes; the caller
    /// disposes it.
    /// </summary>
    internal static SecretBuffer Write(BackupDocument document, bool withSlashingProtection = true, bool withDepositData = true)
    {
        using SecretWriter output = new(HeadSize + (document.Validators.Count * (1 + BlsSecretKey.Size)));
        output.Write(Magic);
        BinaryPrimitives.WriteInt64BigEndian(Take(output, sizeof(long)), document.Created.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt16BigEndian(Take(output, sizeof(ushort)), checked((ushort)document.Validators.Count));
        uint next = 0;
        foreach (int i in Enumerable.Range(0, document.Validators.Count).OrderBy(i => SigningIndex(document.Validators[i]) ?? uint.MaxValue))
        {
            WritePath(output, document.Validators[i], ref next);
            document.SecretOf(i).CopyTo(Take(output, BlsSecretKey.Size));
        }

        WriteDeflated(output, withSlashingProtection ? document.SlashingProtection : default);
        WriteDeflated(output, withDepositData ? document.DepositData : default);
        return output.ToSecretBuffer();
    }

    /// <summary>Reads the document and works out the public keys.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>, naming the byte.</exception>
    internal static BackupDocument Read(ReadOnlySpan<byte> bytes)
    {
        Reader reader = new(bytes);
        reader.Take(Magic.Length);
        long seconds = BinaryPrimitives.ReadInt64BigEndian(reader.Take(sizeof(long)));
        if (seconds is < 0 or > 253_402_300_799)
        {
            throw reader.Malformed("the time is not one of the years 1970 to 9999");
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(reader.Take(sizeof(ushort)));
        if (count is 0 or > BackupDocumentCodec.MaxValidators || count * (1 + BlsSecretKey.Size) > reader.Left)
        {
            throw reader.Malformed($"{count} validators are none, too many, or more than there are bytes");
        }

        (ValidatorKeyPath? Path, string? Written)[] paths = new (ValidatorKeyPath?, string?)[count];
        SecretBuffer secrets = SecretBuffer.Allocate(count * BlsSecretKey.Size);
        try
        {
            uint next = 0;
            for (int i = 0; i < count; i++)
            {
                paths[i] = ReadPath(ref reader, ref next);
                reader.Take(BlsSecretKey.Size).CopyTo(secrets.Span[(i * BlsSecretKey.Size)..]);
            }

            byte[] history = ReadDeflated(ref reader);
            byte[] deposits = ReadDeflated(ref reader);
            reader.End();
            Check(history, deposits);
            return new BackupDocument(DateTimeOffset.FromUnixTimeSeconds(seconds), Derive(paths, secrets), secrets)
            {
                SlashingProtection = history,
                DepositData = deposits,
            };
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    private static Span<byte> Take(SecretWriter output, int size)
    {
        Span<byte> taken = output.GetSpan(size)[..size];
        output.Advance(size);
        return taken;
    }

    private static uint? SigningIndex(BackupValidator validator) =>
        validator.Path is { ValidatorIndex: { } index } path && path.Equals(ValidatorKeyPath.Signing(index)) ? index : null;

    private static void WritePath(SecretWriter output, BackupValidator validator, ref uint next)
    {
        if (SigningIndex(validator) is { } index)
        {
            if (index == next)
            {
                Take(output, 1)[0] = NextSigningPath;
            }
            else
            {
                Take(output, 1)[0] = SigningPath;
                BinaryPrimitives.WriteUInt32BigEndian(Take(output, sizeof(uint)), index);
            }

            next = unchecked(index + 1);
            return;
        }

        byte[] text = Encoding.ASCII.GetBytes(validator.Path?.ToString() ?? validator.WrittenPath ?? string.Empty);
        Take(output, 1)[0] = text.Length == 0 ? NoPath : OtherPath;
        if (text.Length > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(Take(output, sizeof(ushort)), checked((ushort)text.Length));
            text.CopyTo(Take(output, text.Length));
        }
    }

    private static (ValidatorKeyPath? Path, string? Written) ReadPath(ref Reader reader, ref uint next)
    {
        byte form = reader.Take(1)[0];
        switch (form)
        {
            case NoPath:
                return default;
            case NextSigningPath or SigningPath:
                uint index = form == NextSigningPath ? next : BinaryPrimitives.ReadUInt32BigEndian(reader.Take(sizeof(uint)));
                next = unchecked(index + 1);
                return (ValidatorKeyPath.Signing(index), null);
            case OtherPath:
                int length = BinaryPrimitives.ReadUInt16BigEndian(reader.Take(sizeof(ushort)));
                ReadOnlySpan<byte> text = reader.Take(length);
                if (length > Keystore.MaxPathLength || text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
                {
                    throw reader.Malformed("a path is too long, or not printable ASCII");
                }

                string path = Encoding.ASCII.GetString(text);
                return ValidatorKeyPath.TryParse(path, out ValidatorKeyPath? known) ? (known, null) : (null, Keystore.IsPath(path) ? path : null);
            default:
                throw reader.Malformed($"{form} is none of the forms of a path");
        }
    }

    private static void WriteDeflated(SecretWriter output, ReadOnlyMemory<byte> json)
    {
        using MemoryStream deflated = new();
        if (!json.IsEmpty)
        {
            using ZLibStream zlib = new(deflated, CompressionLevel.SmallestSize, leaveOpen: true);
            zlib.Write(json.Span);
        }

        BinaryPrimitives.WriteInt32BigEndian(Take(output, sizeof(int)), (int)deflated.Length);
        BinaryPrimitives.WriteInt32BigEndian(Take(output, sizeof(int)), json.Length);
        output.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
    }

    private static byte[] ReadDeflated(ref Reader reader)
    {
        int deflated = BinaryPrimitives.ReadInt32BigEndian(reader.Take(sizeof(int)));
        int length = BinaryPrimitives.ReadInt32BigEndian(reader.Take(sizeof(int)));

        // zlib expands at most 1032 times: more is a lie about the room that is needed.
        if (deflated < 0 || length < 0 || length > BackupDocumentCodec.MaxSize || length > (long)deflated * MaxExpansion)
        {
            throw reader.Malformed("the lengths of a deflated part contradict each other");
        }

        ReadOnlySpan<byte> source = reader.Take(deflated);
        byte[] json = new byte[length];
        try
        {
            using ZLibStream zlib = new(new MemoryStream(source.ToArray()), CompressionMode.Decompress);
            int read = length == 0 ? 0 : zlib.ReadAtLeast(json, length, throwOnEndOfStream: false);
            return read == length && (length == 0 ? deflated == 0 : zlib.ReadByte() < 0)
                ? json
                : throw reader.Malformed("a deflated part does not have the length that it says");
        }
        catch (InvalidDataException broken)
        {
            throw reader.Malformed($"a deflated part is damaged: {broken.Message}");
        }
    }

    /// <summary>What is handed on as JSON must be JSON.</summary>
    private static void Check(byte[] history, byte[] deposits)
    {
        if (history.Length > 0)
        {
            JsonCursor cursor = new(history, "the slashing protection history in the backup", BackupDocumentCodec.MaxSize, Remedy);
            cursor.BeginObject();
            while (cursor.NextMember(out _))
            {
                cursor.Skip();
            }

            cursor.End();
        }

        if (deposits.Length > 0)
        {
            JsonCursor cursor = new(deposits, "the deposit data in the backup", BackupDocumentCodec.MaxSize, Remedy);
            cursor.BeginArray();
            while (cursor.NextElement())
            {
                cursor.Skip();
            }

            cursor.End();
        }
    }

    private static BackupValidator[] Derive((ValidatorKeyPath? Path, string? Written)[] paths, SecretBuffer secrets)
    {
        BackupValidator[] validators = new BackupValidator[paths.Length];
        Parallel.For(0, paths.Length, index =>
        {
            if (BlsSecretKey.TryFromBytes(secrets.Span.Slice(index * BlsSecretKey.Size, BlsSecretKey.Size), out BlsSecretKey? key))
            {
                using (key)
                {
                    validators[index] = new BackupValidator(key.GetPublicKey(), paths[index].Path) { WrittenPath = paths[index].Written };
                }
            }
        });
        if (Array.IndexOf(validators, null) is >= 0 and int bad)
        {
            throw new FaultException(Fault.BadInput, $"{Source}: the secret of validator {bad} is no secret key", Remedy);
        }

        HashSet<BlsPublicKey> seen = [];
        return Array.Find(validators, validator => !seen.Add(validator.PublicKey)) is { } twice
            ? throw new FaultException(Fault.BadInput, $"{Source}: it has the key {twice.PublicKey} twice", Remedy)
            : validators;
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _position;

        internal readonly int Left => _bytes.Length - _position;

        internal ReadOnlySpan<byte> Take(int count)
        {
            if (count > Left)
            {
                throw Malformed($"it ends where {count} more bytes should be");
            }

            _position += count;
            return _bytes.Slice(_position - count, count);
        }

        internal readonly void End()
        {
            if (Left > 0)
            {
                throw Malformed($"{Left} bytes follow its end");
            }
        }

        internal readonly FaultException Malformed(string cause) => new(Fault.BadInput, $"{Source}, byte {_position}: {cause}", Remedy);
    }
}
