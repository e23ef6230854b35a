using System.CommandLine;

namespace HwBridge.Cli.Commands;

/// <summary><c>drill</c>: recovery tests that are really repeated.</summary>
internal static class DrillCommand
{
    internal static Command Create(CommandRunner runner) => new("drill", "Recovery drills: run one, see which are due")
    {
        DrillRunCommand.Create(runner),
        DrillStatusCommand.Create(runner),
        DrillForgetCommand.Create(runner),
    };
}
