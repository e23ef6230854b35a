using System.Text;

namespace HwBridge.Transports.Linux;

/// <summary>A file of sysfs: what the kernel knows of a device, read without opening the device.</summary>
internal static class SysfsAttribute
{
    /// <summary>More than the kernel puts into any of those that are read here.</summary>
    private const int MaxLength = 8192;

    private const int MaxName = 128;

    /// <summary>Its content; null where it is not there, can't be read, or makes no sense by its length.</summary>
    internal static byte[]? TryRead(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] content = new byte[MaxLength];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length < MaxLength ? content[..length] : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its content as text.</summary>
    internal static string? TryReadText(string path) => TryRead(path) is { } content ? Encoding.UTF8.GetString(content).TrimEnd('\n') : null;

    /// <summary>What a device calls itself: cut, and without control characters.</summary>
    internal static string Printable(string name) => string.Concat(name.Take(MaxName).Select(c => char.IsControl(c) ? '?' : c));
}
