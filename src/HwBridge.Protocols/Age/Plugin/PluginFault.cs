using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>What is wrong with what the age program says to its plugin.</summary>
internal static class PluginFault
{
    internal static FaultException Broken(string cause) => new(
        Fault.BadInput, $"the age program broke the plugin protocol: {cause}", "Update the age program, or open the file with hwbridge.");
}
