using System.Runtime.InteropServices;
using HwBridge.Core.Faults;
using Microsoft.Win32.SafeHandles;

namespace HwBridge.Backups.Files;

/// <summary>
/// Reads a file from its disk and not from the system's memory: what was just written stands there too, and would be read whatever became of it
/// on the disk. Linux; elsewhere the system's memory may answer.
/// </summary>
internal sealed unsafe partial class ReadBack : IDisposable
{
    /// <summary>How many bytes are read at once.</summary>
    internal const int BlockSize = 1 << 20;

    // The largest block of any disk that is sold; direct reads must be aligned to the disk's.
    private const int Alignment = 4096;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly byte* _block = (byte*)NativeMemory.AlignedAlloc(BlockSize, Alignment);

    private ReadBack(string path, SafeFileHandle file, bool isDirect) => (_path, _file, IsDirect) = (path, file, isDirect);

    /// <summary>Whether the system's memory is left aside for sure (O_DIRECT); a drive's own memory is not ours to pass by.</summary>
    internal bool IsDirect { get; }

    internal long Length => RandomAccess.GetLength(_file);

    // O_RDONLY | O_CLOEXEC | O_DIRECT, whose bit differs between processors (fcntl.h).
    private static int DirectFlags =>
        0x80000 | (RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x10000 : 0x4000);

    /// <summary>Flushes a file's whole file system, drops the file from memory, and opens it for reading.</summary>
    /// <param name="path">A file whose writer has closed it.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>.</exception>
    internal static ReadBack Open(string path)
    {
        try
        {
            SafeFileHandle plain = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!OperatingSystem.IsLinux())
            {
                return new ReadBack(path, plain, isDirect: false);
            }

            int descriptor = (int)plain.DangerousGetHandle();
            if (syncfs(descriptor) != 0)
            {
                string cause = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
                plain.Dispose();
                throw new IOException(cause);
            }

            // A file system that keeps everything in memory may refuse; then there is nothing to drop.
            _ = FileCache.TryDrop(plain);
            ReadBack direct = new(path, new SafeFileHandle(open(path, DirectFlags), ownsHandle: true), isDirect: true);
            if (direct.CanRead())
            {
                plain.Dispose();
                return direct;
            }

            direct.Dispose();
            return new ReadBack(path, plain, isDirect: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, exception);
        }
    }

    /// <summary>The bytes from <paramref name="offset"/>, up to <see cref="BlockSize"/> of them; fewer only at the file's end.</summary>
    /// <param name="offset">A multiple of <see cref="BlockSize"/>.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>.</exception>
    internal ReadOnlySpan<byte> Read(long offset)
    {
        try
        {
            int length = 0;
            while (length < BlockSize)
            {
                // A direct read that falls short has met the end.
                int count = RandomAccess.Read(_file, new Span<byte>(_block + length, BlockSize - length), offset + length);
                length += count;
                if (count == 0 || (IsDirect && count % Alignment != 0))
                {
                    break;
                }
            }

            return new ReadOnlySpan<byte>(_block, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(_path, exception);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        NativeMemory.AlignedFree(_block);
    }

    /// <summary>Some file systems open a file so and then refuse to read it.</summary>
    private bool CanRead()
    {
        if (_file.IsInvalid)
        {
            return false;
        }

        try
        {
            _ = RandomAccess.Read(_file, new Span<byte>(_block, Alignment), 0);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>What was written is not what stands there.</summary>
    internal static FaultException Differs(string path) => new(
        Fault.Mismatch, $"{path}: what was read back is not what was written", "Don't trust this disk: use another one.");

    private static FaultException Failed(string path, Exception exception) => new(
        Fault.Io, $"{path}: reading it back failed: {exception.Message}", "Don't trust this disk: use another one.", exception);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int syncfs(int descriptor);
}
