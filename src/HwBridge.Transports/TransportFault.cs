using System.Net.Sockets;
using HwBridge.Core.Faults;

namespace HwBridge.Transports;

/// <summary>What a transport says when a device can't be reached, or no longer.</summary>
internal static class TransportFault
{
    internal static FaultException WentAway(string uri, Exception? inner = null) => new(
        Fault.DeviceNotFound,
        inner is null ? $"{uri} went away" : $"{uri} went away ({inner.Message})",
        "Check that the device is connected or its emulator still runs, then run the command again; nothing is repeated by itself.",
        inner);

    internal static FaultException Unreachable(string uri, string host, int port, SocketException error) => new(
        error.SocketErrorCode == SocketError.AccessDenied ? Fault.DevicePermission : Fault.DeviceNotFound,
        error.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"{uri}: nothing listens at {host}:{port}",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"{uri}: no address is known for {host}",
            _ => $"{uri}: {host}:{port} can't be reached ({error.Message})",
        },
        Remedy,
        error);

    internal static FaultException Silent(string uri, string host, int port, TimeSpan deadline) => new(
        Fault.DeviceNotFound,
        $"{uri}: {host}:{port} did not answer within {deadline.TotalSeconds:0.###} s",
        Remedy);

    internal static FaultException Busy(string uri, string? holder) => new(
        Fault.DeviceBusy,
        $"{uri} is in use by {holder ?? "another program"}",
        "Let that program finish, or close it, then run the command again.");

    internal static FaultException Forbidden(string uri, string path, IOException refused) => new(
        Fault.DevicePermission,
        $"{uri}: the system does not let {Environment.UserName} open {path}",
        "'hwbridge doctor' says what mends it; mostly: sudo hwbridge doctor --install-udev",
        refused);

    private const string Remedy = "Start the device's emulator on that port, or correct host and port in --device.";
}
