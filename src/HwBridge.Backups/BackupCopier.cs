using HwBridge.Backups.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Backups;

/// <summary>Copies a backup to another place: flushed to the disk, read back from there, and only then given its name.</summary>
public static class BackupCopier
{
    /// <summary>Copies one file, or verifies the copy that is there.</summary>
    /// <param name="source">A backup; one that is damaged is not copied.</param>
    /// <param name="target">A file, or a folder for a file of the same name.</param>
    /// <param name="replace">Give up another file that is there, once the copy is on the disk and verified.</param>
    /// <param name="cancellationToken">Nothing half-written remains.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: the source is no age file; <see cref="Fault.Mismatch"/>: it is damaged, or the disk gives back something else than
    /// was written; <see cref="Fault.Usage"/>: the target is the source itself; <see cref="Fault.Io"/>: another file is there, the disk is
    /// full, gone or read-only.
    /// </exception>
    public static async Task<CopyReceipt> CopyAsync(string source, string target, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        string path = Directory.Exists(target) ? Path.Combine(target, Path.GetFileName(source)) : target;
        if (Path.GetFullPath(path) == Path.GetFullPath(source))
        {
            throw new FaultException(Fault.Usage, $"{path}: is the backup itself", "Name another place, best on another disk.");
        }

        using BackupFile file = await BackupFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Copy(file, path, replace, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static CopyReceipt Copy(BackupFile file, string path, bool replace, CancellationToken cancellationToken)
    {
        (bool? fits, string sha256) = file.Check(cancellationToken);
        if (fits == false)
        {
            throw new FaultException(
                Fault.Mismatch,
                $"{file.Path}: is damaged, its bytes are not those of the digest in its header",
                "Copy an undamaged one: 'hwbridge backup verify' tells which is.");
        }

        bool fromDisk = false;
        CopyStatus status = CopyStatus.Copied;
        if (File.Exists(path))
        {
            if (IsSame(file, path, ref fromDisk, cancellationToken))
            {
                return Receipt(CopyStatus.Verified);
            }

            status = replace
                ? CopyStatus.Replaced
                : throw new FaultException(
                    Fault.Io,
                    $"{path}: another file is there, and is left as it is",
                    "Choose another name, or add --replace to give up what is there.");
        }

        AtomicFile.Write(
            path,
            file,
            (target, source, before) =>
            {
                byte[] block = new byte[(int)Math.Min(ReadBack.BlockSize, source.Size)];
                for (long offset = 0; offset < source.Size; offset += block.Length)
                {
                    before(AtomicFileStep.Write);
                    Span<byte> part = block.AsSpan(0, (int)Math.Min(block.Length, source.Size - offset));
                    source.Read(offset, part);
                    RandomAccess.Write(target, part, offset);
                }
            },
            replace,
            written =>
            {
                if (!IsSame(file, written, ref fromDisk, cancellationToken))
                {
                    throw ReadBack.Differs(path);
                }
            },
            static _ => { },
            cancellationToken);
        return Receipt(status);

        CopyReceipt Receipt(CopyStatus status)
        {
            (string? here, string? there) = (DiskOf.Find(file.Path), DiskOf.Find(path));
            return new CopyReceipt(path, status, file.Size, sha256, fromDisk, here is null || there is null ? null : here == there);
        }
    }

    private static bool IsSame(BackupFile file, string path, ref bool fromDisk, CancellationToken cancellationToken)
    {
        using ReadBack disk = ReadBack.Open(path);
        fromDisk = disk.IsDirect;
        if (disk.Length != file.Size)
        {
            return false;
        }

        byte[] block = new byte[(int)Math.Min(ReadBack.BlockSize, file.Size)];
        for (long offset = 0; offset < file.Size; offset += block.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = block.AsSpan(0, (int)Math.Min(block.Length, file.Size - offset));
            file.Read(offset, part);
            if (!disk.Read(offset).SequenceEqual(part))
            {
                return false;
            }
        }

        return true;
    }
}
