using System.Globalization;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>A Model One in the middle of a dry run: what it asks next and what it was told.</summary>
/// <remarks>
/// By words in random order (24 of them, fake ones among shorter seeds), or by matrix: four choices a word among groups of the word list,
/// at places that are shuffled for each. The firmware cuts the list into groups at handier places than <see cref="GroupOf"/> does, which
/// no host can tell.
/// </remarks>
internal sealed class LegacyRecovery
{
    private const int Asked = 24;
    private const int Levels = 4;
    private const int Groups = 9;
    private const char Backspace = '\b';

    private readonly ITrezorRandomness _randomness;
    private readonly bool _isMatrix;
    private readonly string[] _words;

    // By words: the position of each in the seed, 0 for a fake one.
    private readonly int[] _order = new int[Asked];
    private string? _fake;

    // By matrix: the choices of the word under way, and which choice each place stands for.
    private readonly List<int> _choices = [];
    private int[] _places = [];
    private int _entered;

    internal LegacyRecovery(int wordCount, bool isMatrix, bool enforcesList, ITrezorRandomness randomness)
    {
        _randomness = randomness;
        _isMatrix = isMatrix;
        EnforcesList = enforcesList;
        _words = new string[wordCount];
        for (int i = 0; i < wordCount; i++)
        {
            _order[i] = i + 1;
        }

        if (!isMatrix)
        {
            randomness.Shuffle(_order);
        }
    }

    internal WordRequestType Request => !_isMatrix ? WordRequestType.Plain
        : _choices.Count == Levels - 1 ? WordRequestType.Matrix6
        : WordRequestType.Matrix9;

    /// <summary>False where words outside of the list, and a wrong checksum, are nothing to stop at.</summary>
    internal bool EnforcesList { get; }

    internal string Sentence => string.Join(' ', _words);

    /// <summary>Makes up the next question.</summary>
    /// <returns>Title and pages of its screen.</returns>
    internal (string Title, ScreenField[] Fields) Ask() => _isMatrix ? AskChoice() : AskWord();

    internal WordEntry Take(string word) => _isMatrix ? TakeChoice(word.Length > 0 ? word[0] : '\0') : TakeWord(word);

    /// <summary>The words below some choices: the list, cut into nine parts of almost the same size at each level.</summary>
    internal static Range GroupOf(IEnumerable<int> choices)
    {
        (int first, int end) = (0, Bip39Mnemonic.English.Count);
        foreach (int choice in choices)
        {
            (first, end) = (first + ((end - first) * choice / Groups), first + ((end - first) * (choice + 1) / Groups));
        }

        return first..end;
    }

    private (string Title, ScreenField[] Fields) AskWord()
    {
        int position = _order[_entered];
        _fake = position == 0 ? Bip39Mnemonic.English[_randomness.NextWord()] : null;
        return ("Please enter on your computer", [new ScreenField("Word", _fake ?? position.ToString(CultureInfo.InvariantCulture))]);
    }

    private WordEntry TakeWord(string word)
    {
        if (EnforcesList && !Bip39Mnemonic.English.Contains(word))
        {
            return WordEntry.Unknown;
        }

        if (_fake is null)
        {
            _words[_order[_entered] - 1] = word;
        }

        return ++_entered == Asked ? WordEntry.Complete : WordEntry.Next;
    }

    private (string Title, ScreenField[] Fields) AskChoice()
    {
        bool isLast = Request == WordRequestType.Matrix6;
        int columns = isLast ? 2 : 3;
        string[] texts = Texts(isLast);
        _places = [.. Enumerable.Range(0, columns * 3)];
        _randomness.Shuffle(_places);
        string Row(int row) => string.Join(" | ", _places.Skip(row * columns).Take(columns).Select(choice => choice < texts.Length ? texts[choice] : "-"));
        ScreenField[] rows = isLast
            ? [new("7 9", Row(2)), new("4 6", Row(1)), new("1 3", Row(0))]
            : [new("789", Row(2)), new("456", Row(1)), new("123", Row(0))];

        // An empty place counts as the first choice.
        _places = [.. _places.Select(choice => choice < texts.Length ? choice : 0)];
        return ($"Please enter word {_entered + 1} of your mnemonic, choice {_choices.Count + 1} of {Levels}", rows);
    }

    private string[] Texts(bool isLast)
    {
        if (isLast)
        {
            return [.. Bip39Mnemonic.English.Take(GroupOf(_choices))];
        }

        return [.. Enumerable.Range(0, Groups).Select(choice =>
        {
            Range group = GroupOf(_choices.Append(choice));
            return $"{Bip39Mnemonic.English[group.Start]}-{Bip39Mnemonic.English[group.End.Value - 1]}";
        })];
    }

    private WordEntry TakeChoice(char digit)
    {
        if (digit == Backspace)
        {
            if (_choices.Count > 0)
            {
                _choices.RemoveAt(_choices.Count - 1);
            }
            else if (_entered > 0)
            {
                _entered--;
            }

            return WordEntry.Next;
        }

        if (digit is < '1' or > '9')
        {
            return WordEntry.Again;
        }

        // Of two columns, the middle one of the keypad is the right one.
        int place = digit - '1';
        bool isLast = Request == WordRequestType.Matrix6;
        int choice = _places[isLast ? (place / 3 * 2) + (place % 3 > 0 ? 1 : 0) : place];
        if (!isLast)
        {
            _choices.Add(choice);
            return WordEntry.Next;
        }

        _words[_entered] = Bip39Mnemonic.English[GroupOf(_choices).Start.Value + choice];
        _choices.Clear();
        return ++_entered == _words.Length ? WordEntry.Complete : WordEntry.Next;
    }
}
