using HwBridge.Cli.Commands;
using HwBridge.Cli.Hosting;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.AgePlugin;

/// <summary>
/// The program <c>age-plugin-hwbridge</c>, which the age program starts: the same binary as <c>hwbridge</c> under a second name.
/// </summary>
internal static class PluginProgram
{
    private const string Name = $"age-plugin-{PluginIdentity.PluginName}";
    private const string Argument = "--age-plugin=";

    /// <summary>Whether this process was started as the plugin.</summary>
    internal static bool IsCalled(IReadOnlyList<string> args) =>
        args.Any(argument => argument.StartsWith(Argument, StringComparison.Ordinal))
        || Path.GetFileName(Environment.ProcessPath) == Name;

    /// <summary>Speaks with the age program until everything is said.</summary>
    /// <param name="args">As given: the name of the state machine.</param>
    /// <param name="stop">Ctrl-C, or the SIGINT that age sends when it has what it wants.</param>
    /// <returns>The exit code, which age does not look at.</returns>
    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken stop)
    {
        // Only the two state machines that there are; started by a person, it has nothing to say but this.
        string machine = args is [var only] && only.StartsWith(Argument, StringComparison.Ordinal) ? only[Argument.Length..] : string.Empty;
        if (machine is not ("identity-v1" or "recipient-v1"))
        {
            await Console.Error.WriteLineAsync(
                $"{Name} is run by the age program, as {Name} --age-plugin=identity-v1 or recipient-v1.\n"
                + "  Make an identity for it: hwbridge recipient --identity --device URI > identity.txt; age -d -i identity.txt FILE")
                .ConfigureAwait(false);
            return Fault.Usage.ExitCode();
        }

        using PluginConnection connection = PluginConnection.Standard();
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using CancellationTokenSource over = new();
        Task watch = Task.Factory.StartNew(
            () => Watch(gone, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        FaultException? failure = await TalkAsync(connection, machine, gone.Token).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(false);
        return End(connection, failure);
    }

    /// <summary>The conversation, at whose end every device is closed and every secret wiped.</summary>
    private static async Task<FaultException?> TalkAsync(PluginConnection connection, string machine, CancellationToken cancellationToken)
    {
        try
        {
            PluginPerson person = new(connection, cancellationToken);
            Task talk = machine == "identity-v1"
                ? new IdentityConversation(connection, person).RunAsync(cancellationToken)
                : new RecipientConversation(connection, person).RunAsync(cancellationToken);
            await talk.ConfigureAwait(false);
            if (ProcessHardening.UnlockedMemoryWarning() is { } warning)
            {
                person.Tell(warning);
            }

            return null;
        }
        catch (Exception failure) when (failure is InsufficientMemoryException or not OutOfMemoryException)
        {
            return CommandRunner.AsFault(failure, cancellationToken);
        }
    }

    /// <summary>Never a silent end: what could not be said in its place is said now, as well as it goes.</summary>
    private static int End(PluginConnection connection, FaultException? failure)
    {
        try
        {
            if (failure is not null)
            {
                connection.Report(["internal"], failure, CancellationToken.None);
            }

            connection.Done();
            return failure?.Fault.ExitCode() ?? 0;
        }
        catch (FaultException unsaid)
        {
            // Nobody is left to tell.
            return (failure ?? unsaid).Fault.ExitCode();
        }
    }

    private static void Watch(CancellationTokenSource gone, CancellationToken over)
    {
        try
        {
            PluginConnection.WaitForHangUp(over);
            gone.Cancel();
        }
        catch (OperationCanceledException)
        {
            // The conversation was over first.
        }
    }
}
