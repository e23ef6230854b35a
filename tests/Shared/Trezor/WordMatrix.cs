using System.Globalization;
using System.Text.RegularExpressions;

namespace HwBridge.Shared.Trezor;

/// <summary>Reads what a Model One shows while a word of a seed is chosen, as its owner does.</summary>
internal sealed partial class WordMatrix
{
    private readonly List<(string Keys, string[] Groups)> _rows = [];

    private WordMatrix(int word, int choice) => (Word, Choice) = (word, choice);

    /// <summary>Which word of the seed it asks for, from 1 on.</summary>
    internal int Word { get; }

    /// <summary>Which of the four choices of that word, from 1 on.</summary>
    internal int Choice { get; }

    /// <summary>The last one in lines of a screen; null where there is none, or not all of it yet.</summary>
    internal static WordMatrix? Last(IReadOnlyList<string> lines)
    {
        for (int at = lines.Count - 1; at >= 0; at--)
        {
            if (Title().Match(lines[at]) is { Success: true } title)
            {
                int[] numbers = [.. title.Groups.Values.Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture))];
                WordMatrix matrix = new(numbers[0], numbers[1]);
                matrix._rows.AddRange(lines.Skip(at + 1).Take(3).Select(line => Row().Match(line)).Where(row => row.Success).Select(row =>
                    (row.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), row.Groups[2].Value.TrimEnd().Split(" | "))));
                return matrix._rows.Count == 3 ? matrix : null;
            }
        }

        return null;
    }

    /// <summary>The key for the place where a word stands, or where the group of it does.</summary>
    internal char KeyOf(string word)
    {
        foreach ((string keys, string[] groups) in _rows)
        {
            for (int column = 0; column < groups.Length; column++)
            {
                string[] ends = groups[column].Split('-', StringSplitOptions.RemoveEmptyEntries);
                if (ends.Length > 0 && string.CompareOrdinal(ends[0], word) <= 0 && string.CompareOrdinal(word, ends[^1]) <= 0)
                {
                    return keys[column];
                }
            }
        }

        throw new AssertionException($"{word} is in none of the groups");
    }

    [GeneratedRegex("Please enter word ([0-9]+) of your mnemonic, choice ([1-4]) of 4")]
    private static partial Regex Title();

    [GeneratedRegex("^  ([1-9 ]+): (.*)$")]
    private static partial Regex Row();
}
