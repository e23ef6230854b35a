using System.Text.RegularExpressions;

namespace HwBridge.Shared.Readme;

/// <summary>What the README says that the program says.</summary>
internal static partial class ReadmeQuotes
{
    /// <summary>Those of the program's words that the README does not have; a node's or a process's number is another one on each run.</summary>
    internal static IReadOnlyList<string> MissingOf(IEnumerable<string> said)
    {
        string readme = WithoutNumbers(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        return [.. said.Distinct().Where(words => !readme.Contains(WithoutNumbers(words), StringComparison.Ordinal))];
    }

    private static string WithoutNumbers(string text) => Number().Replace(text, "N");

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
