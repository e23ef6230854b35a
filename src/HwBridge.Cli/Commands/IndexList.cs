using System.Globalization;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary>Validator indices as a person writes them: <c>5</c>, <c>0-9</c>, <c>0,3,7-9</c>.</summary>
internal static class IndexList
{
    /// <summary>More than anybody's validators; keeps a typing error from running for days.</summary>
    internal const int MaxCount = 100_000;

    /// <summary>The indices in the order given, each once.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>.</exception>
    internal static IReadOnlyList<uint> Parse(string text, string option)
    {
        HashSet<uint> seen = [];
        List<uint> indices = [];
        foreach (string part in text.Split(','))
        {
            (uint first, uint last) = Range(part, text, option);
            if ((long)last - first + indices.Count >= MaxCount)
            {
                throw new FaultException(
                    Fault.Usage,
                    $"{option} {text} names more than {MaxCount:N0} indices",
                    "Split the work into smaller ranges.");
            }

            for (long index = first; index <= last; index++)
            {
                if (seen.Add((uint)index))
                {
                    indices.Add((uint)index);
                }
            }
        }

        return indices;
    }

    private static (uint First, uint Last) Range(string part, string text, string option)
    {
        string[] ends = part.Split('-');
        if (ends.Length <= 2
            && uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint first)
            && uint.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out uint last)
            && first <= last)
        {
            return (first, last);
        }

        throw new FaultException(
            Fault.Usage,
            $"{option} '{text}' is not a list of validator indices: '{part}'",
            $"Write it as {option} 0-9 or {option} 0,3,7.");
    }
}
