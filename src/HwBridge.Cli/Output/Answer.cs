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
    /// <summary>True when stdout must be one JSON document.</summary>
    internal bool Json => json;

    /// <summary>True when the person asked for silence on stderr.</summary>
    internal bool Quiet => quiet;

    /// <summary>True when colour may be used.</summary>
    internal bool Color => color;

    /// <summary>Writes the answer, once. The JSON's writer is made only where JSON is asked for: that takes longer than the words.</summary>
    internal void Give<T>(T document, Func<AnswerJson, JsonTypeInfo<T>> type, Action<TextWriter> text)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(document, type(AnswerJson.Default)));
        }
        else
        {
            text(output);
        }

        output.Flush();
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

    /// <summary>Details for whoever asked for them.</summary>
    internal void Detail(string line)
    {
        if (verbose)
        {
            error.WriteLine(line);
        }
    }

    /// <summary>Says what went wrong and what to do, in words or as the contract's JSON.</summary>
    /// <returns>The exit code.</returns>
    internal int Fail(FaultException fault)
    {
        if (json)
        {
            FailureAnswer document = new(new FailureDetail(fault.Fault.Tag(), fault.Fault.ExitCode(), fault.Message, fault.Remedy));
            output.WriteLine(JsonSerializer.Serialize(document, AnswerJson.Default.FailureAnswer));
            output.Flush();
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
