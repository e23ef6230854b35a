using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Terminals;

/// <summary>The person at the terminal: prompts go to stderr, answers come from the controlling terminal, whatever stdin is.</summary>
/// <remarks>
/// A secret is read without echo and byte by byte into guarded memory; it is never a string. One question at a time.
/// Text from devices and files is shown without its control characters, which could drive the terminal.
/// </remarks>
/// <param name="messages">Where prompts go (stderr).</param>
/// <param name="messagesAreSeen">False when stderr leads elsewhere; then questions also go to the terminal itself.</param>
/// <param name="terminalPath">The terminal's device file.</param>
internal sealed class TerminalPerson(TextWriter messages, bool messagesAreSeen, string terminalPath = "/dev/tty") : IPerson, IDisposable
{
    private const int Tries = 3;

    /// <summary>Which key stands for which place on a device's shuffled keypad.</summary>
    internal const string Keypad = "    7 8 9\n    4 5 6\n    1 2 3\n";

    /// <summary>What happens to a passphrase that is typed here.</summary>
    internal const string PassphraseIsShown = "It is asked for here; the device shows it for comparison.";

    private readonly SemaphoreSlim _oneQuestion = new(1);

    /// <inheritdoc/>
    public void Tell(string text)
    {
        messages.WriteLine(Printable(text));
        messages.Flush();
    }

    /// <inheritdoc/>
    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => AskAsync(
        terminal => Confirm(terminal, question, cancellationToken),
        $"{question} Nobody can be asked without a terminal, so the answer is no.",
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) => AskAsync(
        terminal => AskSecret(terminal, question, cancellationToken),
        $"{question.Prompt}: nobody can be asked without a terminal. {WithoutTerminal(question.Kind)}",
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _oneQuestion.Dispose();

    /// <summary>Text from devices and files without its control characters.</summary>
    internal static string Printable(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) && source[i] != '\n' ? '\ufffd' : source[i];
        }
    });

    private static string WithoutTerminal(SecretKind kind) => kind switch
    {
        SecretKind.Password => "Give --password-file FILE or --password-fd N.",
        SecretKind.SharePassphrase => "Give --share-passphrase-file FILE.",
        SecretKind.PinMatrix => "Run the command at a terminal, or unlock the device there first.",
        SecretKind.SeedPlace => "Run the command at a terminal: the keys for the places are typed there.",
        _ => "Run the command at a terminal, or have the passphrase entered on the device.",
    };

    // Said with the question, when the echo is off already: an announcement before it would invite typing too early.
    private static string Words(SecretQuestion question) => question.Kind switch
    {
        SecretKind.PinMatrix => $"{question.Prompt}\nThe device shows where each digit is. Type the keys of those places:\n\n{Keypad}\nPIN: ",
        SecretKind.Passphrase => $"{question.Prompt}\n{PassphraseIsShown}\nPassphrase: ",
        _ => $"{question.Prompt}: ",
    };

    private async ValueTask<T?> AskAsync<T>(Func<Descriptor, T?> ask, string nobody, CancellationToken cancellationToken)
    {
        await _oneQuestion.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using Descriptor? terminal = TryOpenTerminal();
            if (terminal is null)
            {
                Tell(nobody);
                return default;
            }

            // A thread of its own: the wait for a key blocks, and others have work to do.
            return await Task.Factory.StartNew(
                () => ask(terminal),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new FaultException(Fault.Io, $"the terminal can't be read ({error.Message})", "Run the command at a terminal.", error);
        }
        finally
        {
            _oneQuestion.Release();
        }
    }

    private Descriptor? TryOpenTerminal()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Descriptor.Open(terminalPath, LibC.ReadWrite) : null;
        }
        catch (IOException)
        {
            // ENXIO: a process without a controlling terminal, which is what the answer "nobody" says.
            return null;
        }
    }

    private bool Confirm(Descriptor terminal, string question, CancellationToken cancellationToken)
    {
        Prompt(terminal, $"{question} [y/N] ");
        Span<byte> line = stackalloc byte[64];
        int length = 0;
        while (length < line.Length)
        {
            // The terminal edits and echoes this line; it hands over whole lines.
            int count = terminal.Read(line[length..], cancellationToken);
            length += count;
            if (count == 0 || line[..length].Contains((byte)'\n'))
            {
                break;
            }
        }

        return Encoding.UTF8.GetString(line[..length]).Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private SecretBuffer? AskSecret(Descriptor terminal, SecretQuestion question, CancellationToken cancellationToken)
    {
        using var silent = new SilentTerminal(terminal);
        using var line = new SecretLine(question.Kind);
        for (int attempt = 1; attempt <= Tries; attempt++)
        {
            string before = attempt > 1 ? "The two differ. " : question.Attempt > 1 ? "That was wrong. " : string.Empty;
            Prompt(terminal, before + Words(question));
            if (!ReadLine(terminal, line, question.Kind, cancellationToken))
            {
                return null;
            }

            SecretBuffer secret = line.ToSecretBuffer();
            bool accepted = false;
            try
            {
                accepted = !question.Repeat || IsRepeated(terminal, line, secret, question.Kind, cancellationToken);
            }
            finally
            {
                if (!accepted)
                {
                    secret.Dispose();
                }
            }

            if (accepted)
            {
                return secret;
            }
        }

        throw new FaultException(Fault.Usage, "the two entries differ", "Run the command again and type the same twice.");
    }

    private bool IsRepeated(
        Descriptor terminal,
        SecretLine line,
        SecretBuffer secret,
        SecretKind kind,
        CancellationToken cancellationToken)
    {
        Prompt(terminal, "Once more, to be sure: ");
        return ReadLine(terminal, line, kind, cancellationToken) && secret.ConstantTimeEquals(line.Bytes);
    }

    /// <summary>Reads one line; false when the person declines.</summary>
    private bool ReadLine(Descriptor terminal, SecretLine line, SecretKind kind, CancellationToken cancellationToken)
    {
        Span<byte> key = stackalloc byte[1];
        line.Clear();
        try
        {
            LineState state = LineState.Open;
            while (state == LineState.Open)
            {
                if (terminal.Read(key, cancellationToken) == 0)
                {
                    return false;
                }

                state = line.Take(key[0]);
            }

            if (line.IsTooLong)
            {
                throw new FaultException(
                    Fault.BadInput,
                    $"what was typed is longer than {SecretLine.MaximumLength} bytes",
                    "Use a shorter one; nothing was cut off silently.");
            }

            if (!line.IsText)
            {
                throw new FaultException(
                    Fault.BadInput,
                    "what was typed is not UTF-8 text",
                    "Set the terminal to UTF-8, then run the command again.");
            }

            return state == LineState.Ended && !(kind == SecretKind.PinMatrix && line.Length == 0);
        }
        finally
        {
            key.Clear();

            // The Enter key was not echoed either.
            Prompt(terminal, "\n");
        }
    }

    private void Prompt(Descriptor terminal, string text)
    {
        string shown = Printable(text);
        messages.Write(shown);
        messages.Flush();
        if (!messagesAreSeen)
        {
            terminal.Write(Encoding.UTF8.GetBytes(shown));
        }
    }
}
