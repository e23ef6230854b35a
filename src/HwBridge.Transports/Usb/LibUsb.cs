using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HwBridge.Transports.Usb;

/// <summary>The calls of libusb-1.0 that are used here; it is looked for when the first is made.</summary>
internal static unsafe partial class LibUsb
{
    private const string Library = "libusb-1.0.so.0";

    internal const int ErrorBusy = -6;
    internal const int ErrorInterrupted = -10;

    /// <summary>An option of contexts: they look for no devices themselves, since ours is given to them.</summary>
    internal const int OptionNoDeviceDiscovery = 2;

    internal const byte InterruptTransfer = 3;

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_set_option(nint context, int option);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_init(out nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void libusb_exit(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_wrap_sys_device(nint context, nint descriptor, out nint device);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void libusb_close(nint device);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_set_auto_detach_kernel_driver(nint device, int enable);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_claim_interface(nint device, int number);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_release_interface(nint device, int number);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial Transfer* libusb_alloc_transfer(int isochronousPackets);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void libusb_free_transfer(Transfer* transfer);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_submit_transfer(Transfer* transfer);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_cancel_transfer(Transfer* transfer);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int libusb_handle_events_timeout_completed(nint context, TimeValue* limit, int* completed);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint libusb_strerror(int error);

    /// <summary>The library's words for an error, whose number stands in <see cref="Exception.HResult"/>.</summary>
    internal static IOException Exception(int error) => new(Marshal.PtrToStringUTF8(libusb_strerror(error)), error);

    /// <summary>For every transfer: says to whoever waits that it is over.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Completed(Transfer* transfer) => *transfer->Completed = 1;

    /// <summary>struct timeval.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeValue
    {
        internal nint Seconds;
        internal nint Microseconds;
    }

    /// <summary>struct libusb_transfer, without the isochronous packets at its end.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Transfer
    {
        internal nint Device;
        internal byte Flags;
        internal byte Endpoint;
        internal byte Kind;
        internal uint Timeout;
        internal TransferStatus Status;
        internal int Length;
        internal int ActualLength;
        internal delegate* unmanaged[Cdecl]<Transfer*, void> Callback;
        internal int* Completed;
        internal byte* Buffer;
        internal int IsochronousPackets;
    }

    /// <summary>enum libusb_transfer_status.</summary>
    internal enum TransferStatus
    {
        Completed,
        Error,
        TimedOut,
        Cancelled,
        Stall,
        NoDevice,
        Overflow,
    }
}
