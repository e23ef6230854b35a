using System.Security.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Files;

/// <summary>An age file of any size on a disk, read part by part; one that is armored or comes through a pipe stands in memory instead.</summary>
internal sealed class BackupFile : IDisposable
{
    private const int BlockSize = 1 << 20;

    private readonly FileStream? _file;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly AgeFile? _inMemory;

    private BackupFile(string path, FileStream file, AgeHeader header)
    {
        (Path, _file, Header) = (path, file, header);
        Size = file.Length;
        PayloadLength = Size - header.Length;
        PlaintextLength = AgePayload.PlaintextLength(PayloadLength);
    }

    private BackupFile(string path, ReadOnlyMemory<byte> bytes, AgeFile inMemory)
    {
        (Path, _bytes, _inMemory) = (path, bytes, inMemory);
        (Header, Size, PayloadLength, PlaintextLength) = (inMemory.Header, bytes.Length, inMemory.Payload.Length, inMemory.PlaintextLength);
    }

    internal string Path { get; }

    internal AgeHeader Header { get; }

    /// <summary>Of the file, in bytes.</summary>
    internal long Size { get; }

    internal long PayloadLength { get; }

    internal long PlaintextLength { get; }

    internal bool IsArmored => _inMemory is { IsArmored: true };

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="FaultException">As <see cref="InputFile"/> and <see cref="AgeFile.Parse"/>, naming the file.</exception>
    internal static async Task<BackupFile> OpenAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file = InputFile.Open(path);
        try
        {
            if (file.CanSeek)
            {
                byte[] start = new byte[Math.Min(file.Length, AgeHeader.MaxLength + 1)];
                Read(path, file, 0, start);
                if (!AgeArmor.IsArmored(start))
                {
                    return new BackupFile(path, file, AgeHeader.Parse(start));
                }
            }

            await file.DisposeAsync().ConfigureAwait(false);
            byte[] bytes = await InputFile.ReadAsync(path, BackupCreator.MaxFileSize, cancellationToken).ConfigureAwait(false);
            return new BackupFile(path, bytes, AgeFile.Parse(bytes));
        }
        catch (Exception failure)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            if (failure is FaultException fault && !fault.Message.StartsWith(path, StringComparison.Ordinal))
            {
                throw fault.Within(path);
            }

            throw;
        }
    }

    /// <summary>Bytes of the payload; a <see cref="PayloadReader"/>.</summary>
    internal void ReadPayload(long offset, Span<byte> destination)
    {
        if (_file is null)
        {
            _inMemory!.Payload.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        }
        else
        {
            Read(Path, _file, Header.Length + offset, destination);
        }
    }

    /// <summary>Bytes of the file as it stands there; several threads may read at once.</summary>
    internal void Read(long offset, Span<byte> destination)
    {
        if (_file is null)
        {
            _bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        }
        else
        {
            Read(Path, _file, offset, destination);
        }
    }

    /// <summary>Reads all of it: whether its bytes are those of its digest (null when it has none), and its SHA-256 in hex.</summary>
    internal (bool? FitsDigest, string Sha256) Check(CancellationToken cancellationToken)
    {
        using IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IncrementalHash none = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool hashed = false;
        void Append(IncrementalHash payload)
        {
            byte[] block = new byte[(int)Math.Min(BlockSize, PayloadLength)];
            for (long offset = 0; offset < PayloadLength; offset += block.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> part = block.AsSpan(0, (int)Math.Min(block.Length, PayloadLength - offset));
                ReadPayload(offset, part);
                payload.AppendData(part);
                if (_file is not null)
                {
                    whole.AppendData(part);
                }
            }

            hashed = true;
        }

        if (_file is null)
        {
            whole.AppendData(_bytes.Span);
        }
        else
        {
            byte[] header = new byte[Header.Length];
            Read(0, header);
            whole.AppendData(header);
        }

        bool? fits = DigestStanza.Fits(Header, Append);
        if (!hashed)
        {
            Append(none);
        }

        return (fits, Convert.ToHexStringLower(whole.GetHashAndReset()));
    }

    /// <summary>What tells one payload from another without reading it: its nonce, its length and the tag at its end.</summary>
    internal string PayloadMark()
    {
        Span<byte> mark = stackalloc byte[AgePayload.NonceSize + AgePayload.TagSize];
        ReadPayload(0, mark[..AgePayload.NonceSize]);
        ReadPayload(PayloadLength - AgePayload.TagSize, mark[AgePayload.NonceSize..]);
        return $"{PayloadLength} {Convert.ToHexStringLower(mark)}";
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Fills all of <paramref name="destination"/>; several threads may read at once.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>, also where the file ends before.</exception>
    internal static void Read(string path, FileStream file, long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(file.SafeFileHandle, destination, offset);
                if (count == 0)
                {
                    throw new EndOfStreamException("it has become shorter while it was read");
                }

                offset += count;
                destination = destination[count..];
            }
        }
        catch (IOException exception)
        {
            throw new FaultException(
                Fault.Io, $"{path}: reading failed: {exception.Message}", "Check the disk, and take another copy of the file.", exception);
        }
    }
}
