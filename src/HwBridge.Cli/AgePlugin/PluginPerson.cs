using System.Text;
using HwBridge.Cli.Terminals;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.AgePlugin;

/// <summary>The person behind the age program: <c>msg</c>, <c>confirm</c> and <c>request-secret</c>; stderr reaches nobody.</summary>
/// <param name="connection">The pipes.</param>
/// <param name="cancellationToken">Stops the wait for an answer to what needs none.</param>
internal sealed class PluginPerson(PluginConnection connection, CancellationToken cancellationToken) : IPerson
{
    /// <inheritdoc/>
    public void Tell(string text) => connection.Ask("msg", [], Text(text), static _ => true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(connection.Ask(
        "confirm",
        [PluginStanzaWriter.Argument("yes"), PluginStanzaWriter.Argument("no")],
        Text(question),
        static answer => answer is { Type: "ok", Arguments: ["yes", ..] },
        cancellationToken));

    /// <inheritdoc/>
    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
    {
        // The prompt itself is one line that age takes off the screen again.
        if (question.Kind == SecretKind.PinMatrix)
        {
            Tell($"the device shows where each digit of the PIN is: type the keys of those places\n\n{TerminalPerson.Keypad}");
        }
        else if (question.Kind == SecretKind.Passphrase)
        {
            Tell($"{question.Prompt}: {TerminalPerson.PassphraseIsShown}");
        }

        string before = question.Attempt > 1 ? "That was wrong. " : string.Empty;
        return ValueTask.FromResult(connection.Ask(
            "request-secret",
            [],
            Text($"{before}{question.Prompt}:"),
            static answer => answer.Type == "ok" ? SecretBuffer.CopyOf(answer.Body) : null,
            cancellationToken));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(TerminalPerson.Printable(text));
}
