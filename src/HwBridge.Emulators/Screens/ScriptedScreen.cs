using System.Collections.Concurrent;
using System.Threading.Channels;

namespace HwBridge.Emulators.Screens;

/// <summary>A screen whose reviews stay open until <see cref="Answer"/> says what the person presses.</summary>
public sealed class ScriptedScreen : IDeviceScreen
{
    private readonly Channel<bool> _answers = Channel.CreateUnbounded<bool>();
    private readonly Channel<string?> _typed = Channel.CreateUnbounded<string?>();
    private readonly Channel<ScreenReview> _shown = Channel.CreateUnbounded<ScreenReview>();
    private readonly ConcurrentQueue<ScreenReview> _history = new();

    /// <summary>Every review that was shown, oldest first.</summary>
    public IReadOnlyCollection<ScreenReview> Shown => _history;

    /// <summary>Queues what the person presses at the review on the screen, or at the next one.</summary>
    public void Answer(bool approve) => _answers.Writer.TryWrite(approve);

    /// <summary>Queues what the person types on the device at the question on the screen, or at the next one; null cancels.</summary>
    public void Type(string? text) => _typed.Writer.TryWrite(text);

    /// <summary>Waits until a review comes on the screen.</summary>
    public ValueTask<ScreenReview> WaitForReviewAsync(CancellationToken cancellationToken) => _shown.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        Record(review);
        return _answers.Reader.ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        Record(notice);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken)
    {
        Record(prompt);
        return _typed.Reader.ReadAsync(cancellationToken);
    }

    private void Record(ScreenReview review)
    {
        _history.Enqueue(review);
        _shown.Writer.TryWrite(review);
    }
}
