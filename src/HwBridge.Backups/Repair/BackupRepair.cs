using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Repair;

/// <summary>Backups with a <see cref="RepairAppendix"/> beside them.</summary>
public static class BackupRepair
{
    /// <summary>The appendix's place.</summary>
    public static string AppendixOf(string path) => path + RepairAppendix.Extension;

    /// <summary>Writes the appendix of a file beside it, and reads it back.</summary>
    /// <param name="path">A file that was verified.</param>
    /// <param name="percent">How much parity, in percent of the file.</param>
    /// <param name="cancellationToken">Nothing half-written remains.</param>
    /// <returns>The appendix's size in bytes.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>; <see cref="Fault.BadInput"/>: a file too large; <see cref="Fault.Mismatch"/>.</exception>
    public static async Task<long> WriteAppendixAsync(string path, int percent, CancellationToken cancellationToken)
    {
        byte[] file = await InputFile.ReadAsync(path, RepairAppendix.MaxFileSize, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                byte[] appendix = RepairAppendix.Create(file, percent);
                WriteVerified(AppendixOf(path), appendix, overwrite: true, cancellationToken);
                return appendix.LongLength;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a damaged backup anew as its appendix remembers it.</summary>
    /// <param name="path">What is left of the backup; its appendix stands beside it.</param>
    /// <param name="target">The repaired file; may be <paramref name="path"/>.</param>
    /// <param name="replace">Give up the file that is there.</param>
    /// <param name="cancellationToken">Nothing half-written remains.</param>
    /// <exception cref="FaultException">As <see cref="RepairAppendix.Repair"/> and <see cref="AtomicFile"/>.</exception>
    public static async Task<RepairReceipt> RepairAsync(string path, string target, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] file = await InputFile.ReadAsync(path, RepairAppendix.MaxFileSize, cancellationToken).ConfigureAwait(false);
        byte[] repaired = await RepairAsync(path, file, cancellationToken).ConfigureAwait(false);
        int changed = Math.Abs(file.Length - repaired.Length);
        for (int i = 0; i < Math.Min(file.Length, repaired.Length); i++)
        {
            changed += file[i] == repaired[i] ? 0 : 1;
        }

        if (changed > 0 || Path.GetFullPath(path) != Path.GetFullPath(target))
        {
            await Task.Run(() => WriteVerified(target, repaired, replace, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return new RepairReceipt(target, repaired.Length, changed);
    }

    /// <summary>The bytes of a backup; of a damaged one, as its appendix remembers them where it can.</summary>
    /// <exception cref="FaultException">As <see cref="InputFile"/>.</exception>
    internal static async Task<byte[]> ReadAsync(string path, IPerson person, CancellationToken cancellationToken)
    {
        byte[] file = await InputFile.ReadAsync(path, BackupCreator.MaxFileSize, cancellationToken).ConfigureAwait(false);
        if (IsSound(file) || !File.Exists(AppendixOf(path)))
        {
            return file;
        }

        try
        {
            byte[] repaired = await RepairAsync(path, file, cancellationToken).ConfigureAwait(false);
            person.Tell($"{path} is damaged; it is read as its appendix repairs it. Write it anew: hwbridge backup repair {path}");
            return repaired;
        }
        catch (FaultException fault)
        {
            // What is wrong with the file itself is what the caller is going to say.
            person.Tell(fault.Message);
            return file;
        }
    }

    /// <summary>Whether a damaged file's appendix repairs it; null without one.</summary>
    internal static async Task<bool?> IsRepairableAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(AppendixOf(path)))
        {
            return null;
        }

        try
        {
            byte[] file = await InputFile.ReadAsync(path, RepairAppendix.MaxFileSize, cancellationToken).ConfigureAwait(false);
            await RepairAsync(path, file, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (FaultException)
        {
            return false;
        }
    }

    private static async Task<byte[]> RepairAsync(string path, byte[] file, CancellationToken cancellationToken)
    {
        byte[] appendix = await InputFile.ReadAsync(AppendixOf(path), RepairAppendix.MaxSize, cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => RepairAppendix.Repair(file, appendix), cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException fault)
        {
            throw fault.Within(AppendixOf(path));
        }
    }

    private static bool IsSound(byte[] file)
    {
        try
        {
            return DigestStanza.Fits(AgeFile.Parse(file)) != false;
        }
        catch (FaultException)
        {
            return false;
        }
    }

    private static void WriteVerified(string path, byte[] content, bool overwrite, CancellationToken cancellationToken) => AtomicFile.Write(
        path,
        content,
        static (file, content, before) =>
        {
            before(AtomicFileStep.Write);
            RandomAccess.Write(file, content, 0);
        },
        overwrite,
        written =>
        {
            using ReadBack disk = ReadBack.Open(written);
            for (int offset = 0; offset < content.Length; offset += ReadBack.BlockSize)
            {
                ReadOnlySpan<byte> meant = content.AsSpan(offset, Math.Min(ReadBack.BlockSize, content.Length - offset));
                if (!disk.Read(offset).SequenceEqual(meant))
                {
                    throw ReadBack.Differs(path);
                }
            }
        },
        static _ => { },
        cancellationToken);
}
