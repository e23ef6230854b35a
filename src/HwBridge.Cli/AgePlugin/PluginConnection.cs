using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age.Plugin;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.AgePlugin;

/// <summary>The two pipes to the age program: raw descriptors, and guarded memory for all that passes through them.</summary>
/// <remarks>
/// <code>
///   age     add-…  add-…  done                   ok            ok
///   plugin                      command, as msg      file-key      done
/// </code>
/// Each command is answered before the next one is sent. What comes after <c>done</c> may never run: age sends SIGINT and closes its ends.
/// </remarks>
internal sealed class PluginConnection : IDisposable
{
    private const long MaxRequest = 16 << 20;

    // An answer may be a person's, and age asks persons without a limit of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Lock _oneCommand = new();
    private readonly Descriptor _input;
    private readonly Descriptor _output;
    private readonly SecretBuffer _buffer = SecretBuffer.Allocate(4096);
    private readonly PluginStanzaReader _stanza = new();
    private int _start;
    private int _end;

    private PluginConnection(Descriptor input, Descriptor output) => (_input, _output) = (input, output);

    /// <summary>Stdin and stdout.</summary>
    /// <exception cref="IOException">This program was started without one of them.</exception>
    internal static PluginConnection Standard() => new(Descriptor.Inherited(0), Descriptor.Inherited(1));

    /// <summary>Hands over each stanza of the first phase until one is the last.</summary>
    /// <exception cref="FaultException">A malformed stanza, too much, too slow, or the age program went away.</exception>
    internal void Collect(Func<PluginStanzaReader, bool> take, CancellationToken cancellationToken)
    {
        FaultException? first = null;
        long taken = 0;
        bool last;
        do
        {
            taken += Receive(cancellationToken);
            if (taken > MaxRequest)
            {
                throw new FaultException(
                    Fault.BadInput, $"the age program sent more than {MaxRequest} bytes", "Open fewer files at a time.");
            }

            try
            {
                last = take(_stanza);
            }
            catch (FaultException fault)
            {
                // Read on: age does not listen before it has said everything.
                first ??= fault;
                last = false;
            }
        }
        while (!last);

        if (first is not null)
        {
            throw first;
        }
    }

    /// <summary>Sends a command and hands its answer over.</summary>
    /// <returns>What <paramref name="take"/> makes of the answer.</returns>
    /// <exception cref="FaultException">The age program went away, or answers nonsense.</exception>
    internal T Ask<T>(
        string command,
        IReadOnlyList<string> arguments,
        ReadOnlySpan<byte> body,
        Func<PluginStanzaReader, T> take,
        CancellationToken cancellationToken)
    {
        lock (_oneCommand)
        {
            Send(command, arguments, body);
            Receive(cancellationToken);
            T answer = take(_stanza);
            _stanza.Forget();
            return answer;
        }
    }

    /// <summary>Sends a command that the age program must accept.</summary>
    internal void Require(
        string command,
        IReadOnlyList<string> arguments,
        ReadOnlySpan<byte> body,
        CancellationToken cancellationToken)
    {
        if (!Ask(command, arguments, body, answer => answer.Type == "ok", cancellationToken))
        {
            throw new FaultException(Fault.Protocol, $"the age program refused {command}", "Update the age program.");
        }
    }

    /// <summary>Says why something was not done; age 1.1 ends at the first of these, so nothing of use follows one.</summary>
    /// <param name="about"><c>identity 0</c>, <c>stanza 0 1</c>, <c>internal</c> and so on.</param>
    /// <param name="fault">The reason.</param>
    /// <param name="cancellationToken">Stops the wait for the answer.</param>
    internal void Report(IReadOnlyList<string> about, FaultException fault, CancellationToken cancellationToken)
    {
        string text = Terminals.TerminalPerson.Printable($"{fault.Message}\n  {fault.Remedy}");
        Ask("error", about, Encoding.UTF8.GetBytes(text), static _ => true, cancellationToken);
    }

    /// <summary>The last word. Everything else of this process is wiped and closed before it.</summary>
    internal void Done() => Send("done", [], []);

    /// <summary>Waits until the age program is gone, which nothing else tells while a person is at the device.</summary>
    internal static void WaitForHangUp(CancellationToken cancellationToken)
    {
        using Descriptor input = Descriptor.Inherited(0);
        input.WaitForHangUp(cancellationToken);
    }

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _buffer.Dispose();
        _stanza.Dispose();
    }

    private static FaultException Gone(IOException? exception = null) => new(
        Fault.Cancelled, "the age program went away in the middle", "Run age again.", exception);

    private void Send(string command, IReadOnlyList<string> arguments, ReadOnlySpan<byte> body)
    {
        using SecretWriter text = new(256);
        PluginStanzaWriter.Write(text, command, arguments, body);
        try
        {
            _output.Write(text.WrittenSpan);
        }
        catch (IOException exception)
        {
            throw Gone(exception);
        }
    }

    /// <summary>Reads one stanza and tells how many bytes it took.</summary>
    private long Receive(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        long taken = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.Span[_start.._end];
            bool whole = _stanza.Read(ref rest);
            taken += _end - _start - rest.Length;
            _buffer.Span[_start..(_end - rest.Length)].Clear();
            _start = _end - rest.Length;
            if (whole)
            {
                return taken;
            }

            (_start, _end) = (0, Read(limit.Token, cancellationToken));
        }
    }

    private int Read(CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            int count = _input.Read(_buffer.Span, limit);
            return count > 0 ? count : throw Gone();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FaultException(
                Fault.Protocol, $"the age program said nothing for {Patience.TotalMinutes:0.#} minutes", "Run age again.");
        }
        catch (IOException exception)
        {
            throw Gone(exception);
        }
    }
}
