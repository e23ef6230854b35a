using System.Collections.Concurrent;
using System.Threading.Channels;

namespace HwBridge.Emulators.Screens;

/// <summary>A screen whose reviews stay open until <see cref="Answer"/> says what the person presses.</summary>
public sealed class ScriptedScreen : IDeviceScreen
{
    private readonly Channel<bool> _answers = Channel.CreateUnbounded<bool>();
    private readonly Channel<ScreenReview> _shown = Channel.CreateUnbounded<ScreenReview>();
    private readonly ConcurrentQueue<ScreenReview> _history = new();

    /// <summary>Every review that was shown, oldest first.</summary>
    public IReadOnlyCollection<ScreenReview> Shown => _history;

    /// <summary>Queues what the person presses at the review on the screen, or at the next one.</summary>
    public void Answer(bool approve) => _answers.Writer.TryWrite(approve);

    /// <summary>Waits until a review comes on the screen.</summary>
    public ValueTask<ScreenReview> WaitForReviewAsync(CancellationToken cancellationToken) => _shown.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        _history.Enqueue(review);
        _shown.Writer.TryWrite(review);
        return _answers.Reader.ReadAsync(cancellationToken);
    }
}
