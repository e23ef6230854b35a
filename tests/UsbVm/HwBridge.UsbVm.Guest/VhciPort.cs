using System.Globalization;
using System.Net.Sockets;
using HwBridge.Emulators.Usb;
using HwBridge.Transports.Usb;

namespace HwBridge.UsbVm.Guest;

/// <summary>Plugs a software device into a port of the kernel's virtual USB hub, over a pair of sockets.</summary>
internal static class VhciPort
{
    private const string Controller = "/sys/devices/platform/vhci_hcd.0";
    private const string Free = "004";
    private const int DeviceId = 0x10002;
    private const int FullSpeed = 2;

    internal static UsbipDevice Plug(UsbDescription description)
    {
        UnixDomainSocketEndPoint place = new($"\0hwbridge-{Guid.NewGuid()}");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        Socket device = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        device.Connect(place);

        // The kernel keeps its end open by itself.
        using Socket kernel = listener.Accept();
        string order = string.Create(CultureInfo.InvariantCulture, $"{FreePort()} {kernel.Handle} {DeviceId} {FullSpeed}");
        using (FileStream attach = new(Path.Combine(Controller, "attach"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            attach.Write(System.Text.Encoding.ASCII.GetBytes(order));
        }

        return new UsbipDevice(new NetworkStream(device, ownsSocket: true), description);
    }

    /// <summary>The kernel names a device before it has chosen its configuration.</summary>
    internal static bool IsConfigured(UsbNode node) => Directory.Exists($"/sys/bus/usb/devices/{node.Port}:1.0");

    /// <summary>hub port sta spd dev sockfd local_busid: of the hub for devices that are not as fast as USB 3.</summary>
    private static int FreePort() => File.ReadLines(Path.Combine(Controller, "status"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields is ["hs", _, Free, ..])
        .Select(fields => int.Parse(fields[1], CultureInfo.InvariantCulture))
        .First();
}
