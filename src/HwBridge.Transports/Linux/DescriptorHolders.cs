using System.Globalization;

namespace HwBridge.Transports.Linux;

/// <summary>Which other processes have a file, as far as the system tells: by name and process number.</summary>
internal static unsafe class DescriptorHolders
{
    private const string Processes = "/proc";

    /// <summary>Who has the advisory lock of a file; null where the system does not tell.</summary>
    internal static string? OfLock(Descriptor file)
    {
        LibC.FileStatus status;
        if (LibC.statx(file.Number, string.Empty, LibC.EmptyPath, LibC.BasicStatus, &status) != 0)
        {
            return null;
        }

        // 12: FLOCK  ADVISORY  WRITE 3251 00:05:412 0 EOF
        string place = string.Create(CultureInfo.InvariantCulture, $"{status.DeviceMajor:x2}:{status.DeviceMinor:x2}:{status.Inode}");
        try
        {
            foreach (string line in File.ReadLines(Path.Combine(Processes, "locks")))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length >= 6 && fields[^3] == place && int.TryParse(fields[^4], CultureInfo.InvariantCulture, out int process))
                {
                    return Name(process);
                }
            }
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // A container may hide it; then nobody is named.
        }

        return null;
    }

    /// <summary>The other processes that have a file open; those of other users only where this user may see that.</summary>
    internal static IReadOnlyList<string> OfFile(string path)
    {
        List<string> holders = [];
        foreach (string folder in Directory.EnumerateDirectories(Processes))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && process != Environment.ProcessId
                && HasOpen(folder, path))
            {
                holders.Add(Name(process));
            }
        }

        return holders;
    }

    private static bool HasOpen(string process, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(link => new FileInfo(link).LinkTarget == path);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
            return false;
        }
    }

    private static string Name(int process)
    {
        string name = "a program";
        try
        {
            name = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{Processes}/{process}/comm")).Trim();
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Of another container: its number has to do.
        }

        return string.Create(CultureInfo.InvariantCulture, $"{name} (process {process})");
    }
}
