using HwBridge.Core.Faults;

namespace HwBridge.Transports;

/// <summary>The fault of a device that was there and is no longer.</summary>
internal static class WentAway
{
    internal static FaultException Of(string uri, Exception? inner = null) => new(
        Fault.DeviceNotFound,
        inner is null ? $"{uri} went away" : $"{uri} went away ({inner.Message})",
        "Check the cable or that the emulator still runs, then run the command again: nothing is repeated by itself.",
        inner);
}
