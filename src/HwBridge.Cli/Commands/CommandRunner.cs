using System.CommandLine;
using HwBridge.Cli.Hosting;
using HwBridge.Cli.Output;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary>Runs a command's body and turns every fault into the contract's exit code and words.</summary>
internal sealed class CommandRunner(GlobalOptions globals, TextWriter output, TextWriter error)
{
    /// <summary>The action of one command.</summary>
    internal Func<ParseResult, CancellationToken, Task<int>> Run(Func<CommandContext, CancellationToken, Task<int>> body) =>
        async (parsed, cancellationToken) =>
        {
            Answer answer = AnswerFor(parsed);
            try
            {
                using TerminalPerson person = new(error, messagesAreSeen: !Console.IsErrorRedirected);
                CommandContext context = new(parsed, answer, person);
                int code = await body(context, cancellationToken).ConfigureAwait(false);
                if (ProcessHardening.UnlockedMemoryWarning() is { } warning)
                {
                    answer.Warn(warning);
                }

                return code;
            }
            catch (FaultException fault)
            {
                return answer.Fail(fault);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return answer.Fail(new FaultException(
                    Fault.Cancelled,
                    "stopped",
                    "Run the command again when you are ready; nothing half-written was left behind."));
            }
            catch (Exception bug) when (bug is not OutOfMemoryException)
            {
                // A defect of this program still answers in the contract's form; the details help whoever reports it.
                return answer.Fail(new FaultException(
                    Fault.Io,
                    $"unexpected failure: {bug.GetType().Name}",
                    "Run again with --verbose and report what it says.",
                    bug));
            }
        };

    /// <summary>A usage fault found before any command ran.</summary>
    internal int Fail(ParseResult parsed, FaultException fault) => AnswerFor(parsed).Fail(fault);

    private Answer AnswerFor(ParseResult parsed)
    {
        bool color = !parsed.GetValue(globals.NoColor)
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && !Console.IsErrorRedirected;
        return new Answer(
            output,
            error,
            parsed.GetValue(globals.Json),
            parsed.GetValue(globals.Quiet),
            parsed.GetValue(globals.Verbose),
            color);
    }
}
