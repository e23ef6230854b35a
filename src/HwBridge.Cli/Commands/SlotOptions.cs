using System.CommandLine;

namespace HwBridge.Cli.Commands;

/// <summary>The option that names slots of a device.</summary>
internal static class SlotOptions
{
    internal static Option<int[]> Several(string description) => new("--slot")
    {
        Description = description,
        HelpName = "N",
        AllowMultipleArgumentsPerToken = true,
    };

    internal static Option<int?> One(string description, bool required) => new("--slot")
    {
        Description = description,
        HelpName = "N",
        Required = required,
    };
}
