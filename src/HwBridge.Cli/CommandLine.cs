using System.CommandLine;
using System.CommandLine.Help;
using HwBridge.Cli.Commands;
using HwBridge.Core.Faults;

namespace HwBridge.Cli;

/// <summary>The program's verbs, and how a line of arguments becomes an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs.</summary>
    /// <param name="args">As typed.</param>
    /// <param name="output">stdout: the answer and nothing else.</param>
    /// <param name="error">stderr.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>The exit code of the contract.</returns>
    internal static async Task<int> InvokeAsync(
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        GlobalOptions globals = new();
        CommandRunner runner = new(globals, output, error);
        ParseResult parsed = Root(globals, runner).Parse(args);
        if (args.Count == 0)
        {
            await Root(globals, runner).Parse(["--help"]).InvokeAsync(new() { Output = error }, cancellationToken).ConfigureAwait(false);
            return Fault.Usage.ExitCode();
        }

        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            string said = string.Join(' ', parsed.Errors.Select(problem => problem.Message));
            return runner.Fail(parsed, new FaultException(
                Fault.Usage,
                said.TrimEnd('.'),
                "'hwbridge --help' lists the commands, 'hwbridge COMMAND --help' the options."));
        }

        InvocationConfiguration configuration = new()
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,

            // Ctrl-C is ours: devices are told to cancel and secrets are wiped before the process ends.
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
    }

    private static RootCommand Root(GlobalOptions globals, CommandRunner runner)
    {
        RootCommand root = new("Backs up, derives and checks an Ethereum staker's validator keys with a hardware wallet")
        {
            DevicesCommand.Create(runner),
            PubkeysCommand.Create(runner),
            CheckCommand.Create(runner),
            RecipientCommand.Create(runner),
            BackupCommand.Create(runner),
            DrillCommand.Create(runner),
            SignCommand.Create(runner),
            ServeCommand.Create(runner),
            DoctorCommand.Create(runner),
            EmulatorCommand.Create(runner),
            DemoCommand.Create(runner),
        };
        globals.AddTo(root);
        return root;
    }
}
