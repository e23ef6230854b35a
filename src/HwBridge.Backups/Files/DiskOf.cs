using System.Runtime.InteropServices;

namespace HwBridge.Backups.Files;

/// <summary>Which disk a file stands on: a copy on the same disk dies with it. Linux (statx(2), sysfs).</summary>
internal static unsafe partial class DiskOf
{
    private const int CurrentFolder = -100;
    private const int SizeOfStatx = 256;
    private const int DeviceMajor = 136;

    /// <summary>
    /// The name of the disk (<c>vda</c>), whatever the partition; the numbers of the file system (<c>0:45</c>) where it is on none, as in memory
    /// or on the network; null where the system does not tell.
    /// </summary>
    /// <param name="path">A file or folder that exists.</param>
    internal static string? Find(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        byte* found = stackalloc byte[SizeOfStatx];
        if (statx(CurrentFolder, path, 0, 0, found) != 0)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = new(found, SizeOfStatx);
        string device = $"{MemoryMarshal.Read<uint>(bytes[DeviceMajor..])}:{MemoryMarshal.Read<uint>(bytes[(DeviceMajor + 4)..])}";
        string block = $"/sys/dev/block/{device}";
        if (!Directory.Exists(block))
        {
            return device;
        }

        // …/block/sda/sda1: a partition's folder stands in its disk's.
        DirectoryInfo real = Directory.ResolveLinkTarget(block, returnFinalTarget: true) as DirectoryInfo ?? new DirectoryInfo(block);
        return File.Exists(Path.Combine(real.FullName, "partition")) ? real.Parent!.Name : real.Name;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* result);
}
