using System.CommandLine;

namespace HwBridge.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    internal Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document, for a failure too", Recursive = true };

    internal Option<bool> Quiet { get; } = new("--quiet")
    {
        Description = "Say nothing on stderr but warnings and errors",
        Recursive = true,
    };

    internal Option<bool> NoColor { get; } = new("--no-color") { Description = "No colour (also: NO_COLOR)", Recursive = true };

    internal Option<bool> Verbose { get; } = new("--verbose") { Description = "Say more on stderr", Recursive = true };

    internal void AddTo(Command root)
    {
        root.Add(Json);
        root.Add(Quiet);
        root.Add(NoColor);
        root.Add(Verbose);
    }
}
