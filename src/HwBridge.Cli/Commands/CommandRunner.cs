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
            bool warned = WarnOfUnlockedMemory(answer);
            try
            {
                using TerminalPerson person = new(error, messagesAreSeen: !Console.IsErrorRedirected);
                int exit = await body(new CommandContext(parsed, answer, person), cancellationToken).ConfigureAwait(false);
                answer.Write();
                return exit;
            }
            catch (Exception failure) when (failure is InsufficientMemoryException or not OutOfMemoryException)
            {
                return Fail(answer, AsFault(failure, cancellationToken));
            }
            finally
            {
                // Where a little could be locked, the limit may have been reached on the way.
                _ = warned || WarnOfUnlockedMemory(answer);
            }
        };

    /// <summary>A usage fault found before any command ran.</summary>
    internal int Fail(ParseResult parsed, FaultException fault) => Fail(AnswerFor(parsed), fault);

    /// <summary>Whatever ended a piece of work, as what a person is told.</summary>
    internal static FaultException AsFault(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        FaultException fault => fault,
        OperationCanceledException when cancellationToken.IsCancellationRequested => new FaultException(
            Fault.Cancelled, "stopped", "Run the command again when you are ready; nothing half-written was left behind."),
        InsufficientMemoryException => new FaultException(
            Fault.Io, "no more memory can be guarded and locked", "Raise the limit (ulimit -l), or give fewer keys at a time.", failure),

        // A defect still answers in the contract's form, which has no tag of its own for one.
        _ => new FaultException(
            Fault.Io, $"a defect of hwbridge: {failure.GetType().Name}", "Run again with --verbose and report what it says.", failure),
    };

    private static bool WarnOfUnlockedMemory(Answer answer)
    {
        if (ProcessHardening.UnlockedMemoryWarning() is not { } warning)
        {
            return false;
        }

        answer.Warn(warning);
        return true;
    }

    private static int Fail(Answer answer, FaultException fault)
    {
        try
        {
            return answer.Fail(fault);
        }
        catch (FaultException unwritten)
        {
            // stdout does not take even the failure: stderr gets it.
            return answer.Fail(unwritten);
        }
    }

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
