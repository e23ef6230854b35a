using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Output;

/// <summary>
/// Where a command's words go: the answer alone to stdout, everything else to stderr. With --json, stdout is one JSON
/// document, for a failure too.
/// </summary>
internal sealed class Answer(TextWriter output, TextWriter error, bool json, bool quiet, bool verbose, bool color)
{
    private bool _given;
    private Action? _unwritten;

    /// <summary>True when stdout must be one JSON document.</summary>
    internal bool Json => json;

    /// <summary>True when the person asked for silence on stderr.</summary>
    internal bool Quiet => quiet;

    /// <summary>True when the person asked for more.</summary>
    internal bool IsVerbose => verbose;

    /// <summary>
    /// Takes the answer, once, for <see cref="Write"/>. The JSON's writer is made only where JSON is asked for: that takes longer than the
    /// words.
    /// </summary>
    internal void Give<T>(T document, Func<AnswerJson, JsonTypeInfo<T>> type, Action<TextWriter> text)
    {
        _given = true;
        _unwritten = () =>
        {
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(document, type(AnswerJson.Readable)));
            }
            else
            {
                text(output);
            }
        };
    }

    /// <summary>
    /// Writes what was given, if anything was and is not yet written. Called when the work is done and its secrets are wiped: a reader
    /// that takes its time (a pager, a stopped terminal) must not keep them in memory.
    /// </summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: stdout can't be written.</exception>
    internal void Write()
    {
        Action? write = _unwritten;
        _unwritten = null;
        try
        {
            write?.Invoke();
            output.Flush();
        }
        catch (IOException exception)
        {
            throw new FaultException(
                Fault.Io,
                $"the answer could not be written to stdout: {exception.Message}",
                "Check the disk or the program that reads it.",
                exception);
        }
    }

    /// <summary>Progress and explanations, unless --quiet.</summary>
    internal void Note(string line)
    {
        if (!quiet)
        {
            error.WriteLine(line);
        }
    }

    /// <summary>Where longer explanations go; null with --quiet.</summary>
    internal TextWriter? Notes => quiet ? null : error;

    /// <summary>A warning is shown with --quiet too.</summary>
    internal void Warn(string line) => error.WriteLine(color ? $"\u001b[33mwarning:\u001b[0m {line}" : $"warning: {line}");

    /// <summary>Says what went wrong and what to do, in words or as the contract's JSON.</summary>
    /// <returns>The exit code.</returns>
    internal int Fail(FaultException fault)
    {
        Write();

        // One document on stdout: after an answer, a late failure (a device that breaks while it is closed) goes to stderr.
        if (json && !_given)
        {
            FailureDetail detail = new(fault.Fault.Tag(), fault.Fault.ExitCode(), fault.Message, fault.Remedy);
            Give(new FailureAnswer(detail), json => json.FailureAnswer, static _ => { });
            Write();
        }
        else
        {
            error.WriteLine(color ? $"\u001b[31mhwbridge:\u001b[0m {fault.Message}" : $"hwbridge: {fault.Message}");
            error.WriteLine($"  {fault.Remedy}");
        }

        for (Exception? inner = verbose ? fault.InnerException : null; inner is not null; inner = inner.InnerException)
        {
            error.WriteLine($"  because: {inner.GetType().Name}: {inner.Message}");
        }

        return fault.Fault.ExitCode();
    }
}
