using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Age;

/// <summary>What is wrong with an age file.</summary>
internal static class AgeFault
{
    internal static FaultException Malformed(string cause) =>
        new(Fault.BadInput, cause, "Take an undamaged copy of the file; this one can't be read.");

    internal static FaultException NotAuthentic(string cause) =>
        new(Fault.CannotDecrypt, cause, "Take an undamaged copy of the file; nothing of this one was used.");
}
