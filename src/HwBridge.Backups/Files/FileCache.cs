using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HwBridge.Backups.Files;

/// <summary>The system's memory of what it has read from a medium, which would hide that the medium no longer gives it.</summary>
public static partial class FileCache
{
    // POSIX_FADV_DONTNEED on Linux.
    private const int DontNeed = 4;

    /// <summary>Has the next reader of a file read it from its medium.</summary>
    /// <returns>False where the system can't be asked: then the next reader may get what was read before.</returns>
    public static bool TryDrop(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // What is not yet on the medium can't be dropped.
            RandomAccess.FlushToDisk(file);
            return TryDrop(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it next meets the same, and says so.
            return false;
        }
    }

    /// <summary>The same for a file that is open, and on its medium already. Linux.</summary>
    /// <returns>False where the file system refuses.</returns>
    internal static bool TryDrop(SafeFileHandle file) => posix_fadvise(file, 0, 0, DontNeed) == 0;

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);
}
