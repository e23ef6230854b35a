using System.Runtime.InteropServices;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Files;

/// <summary>
/// Writes a file whole or not at all: into a temporary file beside it (mode 0600), flushed to the disk, then renamed, and the folder
/// flushed. On failure or cancellation nothing is left behind and what was there before is untouched; but a file that was replaced stays
/// replaced when only the flush of its folder fails. Where it is asked for, the new file is read back before it gets its name.
/// </summary>
public static partial class AtomicFile
{
    // Numbers of errno, the same on Linux and macOS.
    private const int ErrorExists = 17;
    private const int ErrorInvalid = 22;
    private const int ErrorAccess = 13;

    // O_RDONLY, and O_CLOEXEC where that is Linux's.
    private static readonly int ReadOnlyCloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0;

    private const int Chunk = 64 << 10;
    private const string Free = "Free some space, or choose another place, and run it again: nothing half-written was left.";

    /// <summary>
    /// Refuses early a file that <see cref="Write(string, ReadOnlySpan{byte}, bool, CancellationToken, bool)"/> would refuse at the end.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: it exists, or its folder does not.</exception>
    public static void EnsureCreatable(string path)
    {
        if (Path.Exists(path))
        {
            throw Exists(path);
        }

        string folder = FolderOf(path);
        if (!Directory.Exists(folder))
        {
            throw new FaultException(Fault.Io, $"{path}: its folder does not exist", $"Create it: mkdir -p {folder}");
        }
    }

    /// <summary>Writes <paramref name="content"/> to <paramref name="path"/>.</summary>
    /// <param name="path">The file; only its owner can read it.</param>
    /// <param name="content">All of it.</param>
    /// <param name="overwrite">Replace a file that exists, in one step; otherwise that is a fault.</param>
    /// <param name="cancellationToken">Looked at between all steps up to the rename.</param>
    /// <param name="isPublic">Let everybody read it: for what other programs are meant to collect.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Io"/>: it exists, the disk is full, the folder is missing or forbidden.
    /// </exception>
    public static void Write(
        string path, ReadOnlySpan<byte> content, bool overwrite, CancellationToken cancellationToken, bool isPublic = false) =>
        Write(path, content, overwrite, static _ => { }, cancellationToken, isPublic);

    /// <summary>As above, telling each step before it is taken.</summary>
    internal static void Write(
        string path,
        ReadOnlySpan<byte> content,
        bool overwrite,
        Action<AtomicFileStep> before,
        CancellationToken cancellationToken,
        bool isPublic = false) =>
        Write(
            path,
            content,
            static (file, content, next) =>
            {
                for (int offset = 0; offset < content.Length; offset += Chunk)
                {
                    next(AtomicFileStep.Write);
                    RandomAccess.Write(file, content.Slice(offset, Math.Min(Chunk, content.Length - offset)), offset);
                }
            },
            overwrite,
            static _ => { },
            before,
            cancellationToken,
            isPublic);

    /// <summary>A file of any size, checked before it gets its name.</summary>
    /// <param name="path">The file; only its owner can read it.</param>
    /// <param name="content">What <paramref name="fill"/> is given.</param>
    /// <param name="fill">Writes all of it into a new file. Several threads may.</param>
    /// <param name="overwrite">Replace a file that exists, in one step; otherwise that is a fault.</param>
    /// <param name="verify">Is given the name of the whole file on the disk, and throws when that is not what was meant.</param>
    /// <param name="before">Told each step before it is taken.</param>
    /// <param name="cancellationToken">Looked at between all steps up to the rename.</param>
    /// <param name="isPublic">Let everybody read it.</param>
    /// <exception cref="FaultException">As above, and what <paramref name="verify"/> throws.</exception>
    internal static void Write<TContent>(
        string path,
        TContent content,
        AtomicFileFill<TContent> fill,
        bool overwrite,
        Action<string> verify,
        Action<AtomicFileStep> before,
        CancellationToken cancellationToken,
        bool isPublic = false)
        where TContent : allows ref struct
    {
        void Next(AtomicFileStep step)
        {
            before(step);
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (Directory.Exists(path) || (!overwrite && Path.Exists(path)))
        {
            throw Exists(path);
        }

        string folder = FolderOf(path);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.tmp");
        Next(AtomicFileStep.Create);
        List<string> begun = [];
        try
        {
            using (FileStream file = Create(temporary, isPublic))
            {
                begun.Add(temporary);
                fill(file.SafeFileHandle, content, Next);
                Next(AtomicFileStep.Flush);
                Flush(file);
            }

            Next(AtomicFileStep.Verify);
            verify(temporary);
            Next(AtomicFileStep.Rename);
            Rename(temporary, path, overwrite);
            if (!overwrite)
            {
                // From here on the new name can be taken back; a file that was replaced can't.
                begun.Add(path);
            }

            // A second name instead of a rename leaves the first one.
            before(AtomicFileStep.Unlink);
            File.Delete(temporary);
            before(AtomicFileStep.FlushFolder);
            FlushFolder(folder);
        }
        catch (Exception failure)
        {
            FaultException? fault =
                failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException
                    ? new FaultException(Fault.Io, $"{path}: writing failed: {failure.Message}", Free, failure)
                    : null;
            Unfinished.TakeBack(fault ?? failure, begun);
            if (fault is not null)
            {
                throw fault;
            }

            throw;
        }
    }

    private static FileStream Create(string temporary, bool isPublic)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite
                | (isPublic ? UnixFileMode.GroupRead | UnixFileMode.OtherRead : UnixFileMode.None);
        }

        return new FileStream(temporary, options);
    }

    /// <summary>The framework's own flush passes over the disk's errors.</summary>
    private static void Flush(FileStream file)
    {
        if (OperatingSystem.IsWindows())
        {
            file.Flush(flushToDisk: true);
        }
        else if (fsync((int)file.SafeFileHandle.DangerousGetHandle()) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    private static void Rename(string temporary, string path, bool overwrite)
    {
        if (overwrite || OperatingSystem.IsWindows())
        {
            File.Move(temporary, path, overwrite);
        }
        else if (link(temporary, path) != 0)
        {
            // A second name instead of a rename: the system refuses it when the name is taken, even by a program in the same moment.
            if (Marshal.GetLastPInvokeError() == ErrorExists)
            {
                throw Exists(path);
            }

            // File systems without hard links (FAT on a USB stick).
            File.Move(temporary, path, overwrite: false);
        }
    }

    /// <summary>A rename survives a power cut only once its folder is on the disk.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>.</exception>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = open(folder, ReadOnlyCloseOnExec);
        bool flushed = descriptor >= 0 && fsync(descriptor) == 0;
        int error = flushed ? 0 : Marshal.GetLastPInvokeError();
        _ = descriptor >= 0 ? close(descriptor) : 0;

        // EINVAL: the file system has no flush of a folder; EACCES: a folder that may be written but not read. Neither can be helped.
        if (error is not (0 or ErrorInvalid or ErrorAccess))
        {
            throw new FaultException(
                Fault.Io,
                $"{folder}: the folder could not be flushed to the disk: {Marshal.GetPInvokeErrorMessage(error)}",
                "Check the disk, or choose another one.");
        }
    }

    /// <summary>The folder that a file stands in.</summary>
    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private static FaultException Exists(string path) =>
        new(Fault.Io, $"{path}: exists already, and is left as it is", "Choose another name, or move the old file away.");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int link(string existing, string added);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);
}
