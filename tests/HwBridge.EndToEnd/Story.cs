using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace HwBridge.EndToEnd;

/// <summary>
/// A console transcript that is run: every <c>```console</c> block of a Markdown file, in order, in one new folder.
/// <c>$ command</c> lines are run by bash; the lines after one are its output; <c>[exit N]</c> is its exit code when not 0;
/// <c>&amp;</c> at the end leaves it running, and <c>$ kill %1</c> ends it as Ctrl-C would.
/// </summary>
internal sealed partial class Story
{
    private Story(string name, IReadOnlyList<StoryStep> steps)
    {
        Name = name;
        Steps = steps;
    }

    internal string Name { get; }

    internal IReadOnlyList<StoryStep> Steps { get; }

    internal static Story Read(string file)
    {
        List<StoryStep> steps = [];
        bool inside = false;
        string? command = null;
        int line = 0;
        int commandLine = 0;
        int exit = 0;
        List<string> expected = [];

        void Finish()
        {
            if (command is not null)
            {
                while (expected.Count > 0 && expected[^1].Length == 0)
                {
                    expected.RemoveAt(expected.Count - 1);
                }

                steps.Add(new StoryStep(commandLine, command, [.. expected], exit));
            }

            command = null;
            exit = 0;
            expected.Clear();
        }

        foreach (string text in File.ReadLines(file))
        {
            line++;
            if (text.StartsWith("```", StringComparison.Ordinal))
            {
                Finish();
                inside = !inside && text == "```console";
            }
            else if (!inside)
            {
            }
            else if (text.StartsWith("$ ", StringComparison.Ordinal))
            {
                Finish();
                command = text[2..];
                commandLine = line;
            }
            else if (command is not null && command.EndsWith('\\'))
            {
                command = command[..^1] + text.TrimStart();
            }
            else if (ExitLine().Match(text) is { Success: true } match)
            {
                exit = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }
            else
            {
                expected.Add(text.TrimEnd());
            }
        }

        Finish();
        return new Story(Path.GetFileNameWithoutExtension(file), steps);
    }

    /// <summary>Why <paramref name="actual"/> is not what was expected, or null.</summary>
    internal static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        StringBuilder pattern = new("\\A");
        foreach (string line in expected)
        {
            pattern.Append(line.Trim() == "…" ? "(?:[^\n]*\n)*?" : Regex.Escape(line).Replace("…", "[^\n]*", StringComparison.Ordinal) + "[ \t]*\n");
        }

        pattern.Append("\\z");
        string text = string.Concat(actual.Select(line => line.TrimEnd() + "\n"));
        return Regex.IsMatch(text, pattern.ToString(), RegexOptions.None, TimeSpan.FromSeconds(5))
            ? null
            : $"expected\n{string.Join('\n', expected)}\nbut it printed\n{text}";
    }

    public override string ToString() => Name;

    [GeneratedRegex(@"^\[exit (\d+)\]$")]
    private static partial Regex ExitLine();
}
