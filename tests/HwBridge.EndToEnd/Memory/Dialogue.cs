using System.Text.RegularExpressions;
using HwBridge.EndToEnd.Faults;
using HwBridge.Shared.Terminals;

namespace HwBridge.EndToEnd.Memory;

/// <summary>A person with a wallet on the left, who approves on its screen, and a terminal on the right, where secrets are typed.</summary>
internal sealed partial class Dialogue(SoftwareDevice device, PseudoTerminal terminal, HeldCommand command)
{
    private int _screen;
    private int _terminal;

    /// <summary>What was typed in answer to a PIN question, as the device had shuffled its keypad.</summary>
    internal string Matrix { get; private set; } = string.Empty;

    /// <summary>The words after which the terminal waits for something, and what is typed there.</summary>
    internal Dictionary<string, string> Answers { get; } = [];

    internal string Pin { get; init; } = string.Empty;

    /// <summary>Begins where the device's screen stands.</summary>
    internal void Begin() => _screen = device.Screen.Length;

    /// <summary>Answers everything until the device's screen, or the terminal, asks for <paramref name="last"/>: that waits.</summary>
    internal Task UntilAsync(string last) => command.UntilAsync(() => Ask(last), $"the question for {last}");

    /// <summary>Types the answer to the question that stayed unanswered, without the end of its line.</summary>
    internal void Type(string keys)
    {
        _terminal = terminal.Screen.Length;
        terminal.Type(keys);
    }

    private bool Ask(string last)
    {
        string question = terminal.Screen[_terminal..];
        if (question.EndsWith("PIN: ", StringComparison.Ordinal))
        {
            Matrix = string.Concat(Pin.Select(PositionOf));
            Type(Matrix + "\r");
        }
        else if (question.EndsWith(": ", StringComparison.Ordinal))
        {
            if (question.Contains(last, StringComparison.Ordinal))
            {
                return true;
            }

            if (Answers.Keys.LastOrDefault(words => question.Contains(words, StringComparison.Ordinal)) is { } asked)
            {
                Type(Answers[asked] + "\r");
            }
        }

        foreach (Match review in Review().Matches(device.Screen, _screen))
        {
            if (review.Value.Contains(last, StringComparison.Ordinal))
            {
                return true;
            }

            _screen = review.Index + review.Length;
            if (!review.Value.Contains("PIN", StringComparison.Ordinal))
            {
                device.Answer("y");
            }
        }

        return false;
    }

    /// <summary>The key in whose place the device shows a digit now.</summary>
    private char PositionOf(char digit)
    {
        foreach (Match row in KeypadRow().Matches(device.Screen).TakeLast(3))
        {
            // The digits stand apart: "2 5 3".
            int place = row.Groups["digits"].Value.IndexOf(digit, StringComparison.Ordinal);
            if (place >= 0)
            {
                return row.Groups["keys"].Value[place / 2];
            }
        }

        throw new AssertionException($"the device's keypad does not show {digit}");
    }

    /// <summary>The title of what a device asks.</summary>
    [GeneratedRegex("(?<=^|\n)(?:  approve\\? \\[y/N\\] )?(?:Trezor|Ledger)[^\n:]*: [^\n]*(?=\n|$)")]
    private static partial Regex Review();

    [GeneratedRegex("(?<keys>789|456|123): (?<digits>\\d \\d \\d)")]
    private static partial Regex KeypadRow();
}
