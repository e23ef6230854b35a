using System.Text;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Screens;
using HwBridge.Shared.Trezor;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>A person with words on a paper, in front of both: enters them on the device, or types at the host where its screen shows them.</summary>
/// <param name="papers">The words to try, one paper after the other; the last again and again.</param>
internal sealed class SeedOwner(params string[] papers) : IDeviceScreen, IPerson
{
    private readonly List<string> _lines = [];
    private string[] _words = papers[0].Split(' ');
    private int _paper;
    private int _entered;

    /// <summary>PINs to try, the digits themselves.</summary>
    internal Queue<string> Pins { get; init; } = new();

    /// <summary>Keys to type at the host before those of the words.</summary>
    internal Queue<byte> Slips { get; init; } = new();

    internal List<string> Told { get; } = [];

    internal List<SecretQuestion> Questions { get; } = [];

    /// <summary>The titles of all screens.</summary>
    internal List<string> Shown { get; } = [];

    /// <summary>Called at each thing that the person sees; false when they leave the device as it is from then on.</summary>
    internal Func<bool> Noticing { get; set; } = static () => true;

    public void Tell(string text)
    {
        Told.Add(text);
        Noticing();
    }

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new NotSupportedException(question);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
    {
        Questions.Add(question);
        Noticing();
        cancellationToken.ThrowIfCancellationRequested();
        string keys = question.Kind switch
        {
            SecretKind.PinMatrix => string.Concat(Pins.Dequeue().Select(PositionOf)),
            SecretKind.SeedPlace => Slips.TryDequeue(out byte slip) ? $"{(char)slip}" : $"{Place()}",
            _ => throw new AssertionException($"asked for {question.Kind}"),
        };
        return ValueTask.FromResult<SecretBuffer?>(SecretBuffer.CopyOf(Encoding.ASCII.GetBytes(keys)));
    }

    public async ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        await StayAsync(See(review), cancellationToken);
        return true;
    }

    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        See(notice);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken)
    {
        await StayAsync(See(prompt), cancellationToken);
        if (prompt.Title.Contains("PIN", StringComparison.Ordinal))
        {
            return Pins.Dequeue();
        }

        if (prompt.Title == "Number of words")
        {
            _words = papers[Math.Min(_paper++, papers.Length - 1)].Split(' ');
            _entered = 0;
            return $"{_words.Length}";
        }

        return _words[_entered++];
    }

    private static Task StayAsync(bool isThere, CancellationToken cancellationToken) =>
        isThere ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancellationToken);

    private bool See(ScreenReview review)
    {
        lock (_lines)
        {
            Shown.Add(review.Title);
            _lines.AddRange(review.Lines);
        }

        return Noticing();
    }

    private char Place()
    {
        lock (_lines)
        {
            WordMatrix matrix = WordMatrix.Last(_lines)!;
            return matrix.KeyOf(_words[matrix.Word - 1]);
        }
    }

    private char PositionOf(char digit)
    {
        lock (_lines)
        {
            string keypad = string.Concat(_lines.TakeLast(3).Reverse().Select(line => line.Split(": ")[1].Replace(" ", "", StringComparison.Ordinal)));
            return (char)('1' + keypad.IndexOf(digit, StringComparison.Ordinal));
        }
    }
}
