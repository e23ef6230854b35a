using System.Text;
using HwBridge.EndToEnd.Memory;
using HwBridge.Shared.Terminals;
using HwBridge.Shared.Trezor;

namespace HwBridge.EndToEnd.Faults;

/// <summary>A person who looks for their words on a Model One's screen, and types the keys of the places at a terminal.</summary>
internal sealed class SeedTypist(SoftwareDevice device, PseudoTerminal terminal, HeldCommand command, string words)
{
    private readonly string[] _words = words.Split(' ');
    private readonly StringBuilder _typed = new();

    /// <summary>All keys so far.</summary>
    internal string Typed => _typed.ToString();

    /// <summary>Types until there are so many keys, and waits for the question after them if there is one.</summary>
    internal async Task TypeAsync(int keys)
    {
        while (_typed.Length < keys)
        {
            char key = (await LookAsync().ConfigureAwait(false)).KeyOf(_words[_typed.Length / 4]);
            terminal.Type($"{key}");
            _typed.Append(key);
        }

        if (_typed.Length < 4 * _words.Length)
        {
            await LookAsync().ConfigureAwait(false);
        }
    }

    private async Task<WordMatrix> LookAsync()
    {
        (int word, int choice) = ((_typed.Length / 4) + 1, (_typed.Length % 4) + 1);
        string question = $"word {word} of {_words.Length}, choice {choice}: ";
        await command.UntilAsync(() => terminal.Screen.EndsWith(question, StringComparison.Ordinal), question).ConfigureAwait(false);
        WordMatrix? matrix = null;
        await command.UntilAsync(
            () => (matrix = WordMatrix.Last(device.Screen.Split('\n'))) is { } shown && shown.Word == word && shown.Choice == choice,
            "the matrix").ConfigureAwait(false);
        return matrix!;
    }
}
