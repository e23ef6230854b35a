using HwBridge.Core.Faults;

namespace HwBridge.Transports.Linux;

/// <summary>The kernel's own word that a USB device or a HID node came or went, and udev's that its rules were applied to it.</summary>
/// <remarks>
/// A netlink socket (netlink(7), NETLINK_KOBJECT_UEVENT) with its two groups. What an event says is not believed, only taken as a reason
/// to look again: where it comes from need not be proved.
/// <code>
///   kernel   add@/devices/…\0ACTION=add\0DEVPATH=/devices/…\0SUBSYSTEM=hidraw\0…
///   udev     libudev\0 | header | ACTION=add\0…\0SUBSYSTEM=hidraw\0…
/// </code>
/// </remarks>
public sealed class UeventSocket : IBusEvents
{
    private const uint KernelGroup = 1;
    private const uint UdevGroup = 2;

    /// <summary>More than either sends at once; what is longer is cut, its beginning is enough.</summary>
    private const int MaxEvent = 8192;

    private readonly Descriptor _socket;
    private readonly byte[] _event = new byte[MaxEvent];

    private UeventSocket(Descriptor socket) => _socket = socket;

    /// <summary>Listens from now on.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: the system does not let this process listen.</exception>
    public static unsafe UeventSocket Open()
    {
        int number = LibC.socket(LibC.NetlinkFamily, LibC.RawSocket | LibC.CloseOnExec | LibC.NonBlocking, LibC.KernelEvents);
        if (number < 0)
        {
            throw Deaf(LibC.LastException());
        }

        Descriptor socket = Descriptor.Adopt(number);
        LibC.NetlinkAddress address = new() { Family = LibC.NetlinkFamily, Groups = KernelGroup | UdevGroup };
        if (LibC.bind(number, &address, sizeof(LibC.NetlinkAddress)) == 0)
        {
            return new UeventSocket(socket);
        }

        IOException refused = LibC.LastException();
        socket.Dispose();
        throw Deaf(refused);
    }

    /// <inheritdoc/>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!await LongWait.RunAsync(() => IsOfADevice(Receive(cancellationToken))).ConfigureAwait(false))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>The next event; null where so many came that some were lost.</summary>
    private ReadOnlySpan<byte> Receive(CancellationToken cancellationToken)
    {
        try
        {
            return _event.AsSpan(0, _socket.Read(_event, cancellationToken));
        }
        catch (IOException lost) when (lost.HResult == LibC.NoBufferSpace)
        {
            return default;
        }
    }

    private static bool IsOfADevice(ReadOnlySpan<byte> message) =>
        message.IsEmpty || message.IndexOf("SUBSYSTEM=hidraw\0"u8) >= 0 || message.IndexOf("SUBSYSTEM=usb\0"u8) >= 0;

    private static FaultException Deaf(IOException refused) => new(
        Fault.Io,
        $"the system does not tell this program when a device is plugged in ({refused.Message})",
        "Plug the device in and make it ready first, then run the command again.",
        refused);
}
