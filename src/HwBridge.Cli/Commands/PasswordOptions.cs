using System.CommandLine;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Commands;

/// <summary>The three ways to give a password, none of which is an argument.</summary>
internal sealed class PasswordOptions
{
    internal Option<string> PasswordFile { get; } = new("--password-file")
    {
        Description = "The first line of this file is the password",
        HelpName = "FILE",
    };

    internal Option<int?> PasswordDescriptor { get; } = new("--password-fd")
    {
        Description = "Read the password from this inherited file descriptor",
        HelpName = "N",
    };

    internal void AddTo(Command command)
    {
        command.Add(PasswordFile);
        command.Add(PasswordDescriptor);
    }

    /// <summary>The password, from a file, a descriptor or the person; the caller disposes it.</summary>
    internal async ValueTask<SecretBuffer> ReadAsync(CommandContext context, SecretQuestion question, CancellationToken cancellationToken)
    {
        string? file = context.Parsed.GetValue(PasswordFile);
        int? descriptor = context.Parsed.GetValue(PasswordDescriptor);
        if (file is not null && descriptor is not null)
        {
            throw new FaultException(Fault.Usage, "--password-file and --password-fd exclude each other", "Give one of them.");
        }

        if (file is not null)
        {
            return PasswordSource.FromFile(file, context.Person, cancellationToken);
        }

        if (descriptor is { } number)
        {
            return PasswordSource.FromDescriptor(number, cancellationToken);
        }

        return await context.Person.AskSecretAsync(question, cancellationToken).ConfigureAwait(false)
            ?? throw new FaultException(
                Fault.Usage,
                "a password is needed, and nobody can be asked for it",
                "Give --password-file FILE or --password-fd N.");
    }
}
