using System.Runtime.InteropServices;

namespace HwBridge.Transports.Linux;

/// <summary>The few calls of the C library for which the framework has no way that keeps secrets out of managed memory. Linux.</summary>
internal static unsafe partial class LibC
{
    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int NoControllingTerminal = 0x100;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;

    internal const int NotPermitted = 1;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int AccessDenied = 13;
    internal const int Busy = 16;
    internal const int NoBufferSpace = 105;

    internal const short PollIn = 1;

    internal const int NetlinkFamily = 16;
    internal const int RawSocket = 3;
    internal const int KernelEvents = 15;

    internal const int LimitCore = 4;
    internal const int PrctlGetDumpable = 3;
    internal const int PrctlSetDumpable = 4;

    internal const int GetDescriptorFlags = 1;
    internal const int DescriptorCloseOnExec = 1;

    internal const int LockExclusive = 2;
    internal const int LockNonBlocking = 4;

    internal const int EmptyPath = 0x1000;
    internal const uint BasicStatus = 0x7ff;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int open(string path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint write(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int poll(PollItem* items, nuint count, int milliseconds);

    /// <summary><see cref="read"/> without the reason of a failure, whose keeping costs calls of its own: whoever needs it reads once more.</summary>
    [LibraryImport(Library, EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint TryRead(int descriptor, byte* buffer, nuint count);

    /// <summary><see cref="poll"/> without the reason of a failure.</summary>
    [LibraryImport(Library, EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int TryPoll(PollItem* items, nuint count, int milliseconds);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int fcntl(int descriptor, int command);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int flock(int descriptor, int operation);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int bind(int descriptor, NetlinkAddress* address, int length);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int statx(int descriptor, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint getxattr(string path, string name, byte* value, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int tcgetattr(int descriptor, TerminalModes* modes);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int tcsetattr(int descriptor, int when, TerminalModes* modes);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int setrlimit(int resource, ResourceLimit* limit);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial uint geteuid();

    /// <summary>The system's words for the error of the call just made.</summary>
    internal static string LastError() => Marshal.GetLastPInvokeErrorMessage();

    /// <summary>The error of the call just made; its number stands in <see cref="Exception.HResult"/>.</summary>
    internal static IOException LastException() => new(LastError(), Marshal.GetLastPInvokeError());

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollItem
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    /// <summary>struct statx, the same on every processor; 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileStatus
    {
        [FieldOffset(20)]
        internal uint Owner;

        [FieldOffset(24)]
        internal uint Group;

        [FieldOffset(28)]
        internal ushort Mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(136)]
        internal uint DeviceMajor;

        [FieldOffset(140)]
        internal uint DeviceMinor;
    }

    /// <summary>struct sockaddr_nl; 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NetlinkAddress
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint Port;
        internal uint Groups;
    }

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal nuint Current;
        internal nuint Maximum;
    }

    /// <summary>struct termios of Linux; 60 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TerminalModes
    {
        internal const uint Canonical = 0x2;
        internal const uint Echo = 0x8;
        internal const uint EchoNewline = 0x40;

        internal const int QuitKey = 1;
        internal const int MinimumBytes = 6;
        internal const int WaitTime = 5;
        internal const int SuspendKey = 10;

        /// <summary>tcsetattr: after what was written is out, and throwing away what was typed before.</summary>
        internal const int AfterFlush = 2;

        /// <summary>tcsetattr: at once, and keeping what was typed.</summary>
        internal const int AtOnce = 0;

        internal uint Input;
        internal uint Output;
        internal uint Control;
        internal uint Local;
        internal byte Discipline;
        internal fixed byte Keys[32];
        internal uint InputSpeed;
        internal uint OutputSpeed;
    }
}
