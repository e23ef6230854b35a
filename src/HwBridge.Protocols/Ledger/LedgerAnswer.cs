using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Ledger;

/// <summary>What the parsers of answers share.</summary>
internal static class LedgerAnswer
{
    internal static FaultException Broken(string command, string cause) => new(
        Fault.Protocol,
        $"{command}: {cause}",
        "Update the app on the Ledger, close other programs that use the device, and try again.");

    internal static void RequireLength(string command, ReadOnlySpan<byte> data, int length)
    {
        if (data.Length != length)
        {
            throw Broken(command, $"the answer has {data.Length} bytes instead of {length}");
        }
    }
}
