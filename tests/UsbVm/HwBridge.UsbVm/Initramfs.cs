using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace HwBridge.UsbVm;

/// <summary>The guest's first file system: a cpio archive of the form newc, as the kernel unpacks it into memory.</summary>
/// <remarks>
/// Each entry: <c>070701</c> and thirteen numbers of eight hex digits (inode, mode, owner, group, links, time, size, two device numbers
/// twice, length of the name, zero), the name and a zero, the content; name and content padded to four bytes.
/// </remarks>
internal sealed class Initramfs : IDisposable
{
    private const int FolderMode = 0x41ed;
    private const int ProgramMode = 0x81ed;

    private readonly GZipStream _archive;
    private int _count;
    private long _length;

    internal Initramfs(string path) => _archive = new GZipStream(File.Create(path), CompressionLevel.Fastest);

    internal void AddFolder(string name) => Add(name, FolderMode, []);

    internal void AddFile(string name, ReadOnlySpan<byte> content) => Add(name, ProgramMode, content);

    public void Dispose()
    {
        Add("TRAILER!!!", 0, []);
        _archive.Dispose();
    }

    private void Add(string name, int mode, ReadOnlySpan<byte> content)
    {
        int[] numbers = [++_count, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        string header = "070701" + string.Concat(numbers.Select(number => number.ToString("x8", CultureInfo.InvariantCulture)));
        Write(Encoding.ASCII.GetBytes($"{header}{name}\0"));
        Write(content);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _archive.Write(bytes);
        _length += bytes.Length;
        int padding = (int)(-_length & 3);
        _archive.Write(stackalloc byte[padding]);
        _length += padding;
    }
}
