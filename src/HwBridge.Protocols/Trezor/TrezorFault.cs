using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Trezor;

/// <summary>Faults that several parts of the protocol raise in the same words.</summary>
public static class TrezorFault
{
    /// <summary>The device broke the protocol.</summary>
    /// <param name="cause">What it sent, as a noun; never a secret.</param>
    /// <param name="inner">The decoder's own exception.</param>
    public static FaultException Protocol(string cause, Exception? inner = null) => new(
        Fault.Protocol,
        $"the Trezor broke the protocol: {cause}",
        "Unplug the device and plug it in again, see that no other program uses it, and update its firmware if it happens again.",
        inner);
}
