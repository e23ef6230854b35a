using HwBridge.Emulators.Screens;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>The person at the device: each question waits, on this very thread, until the test presses or types.</summary>
internal sealed class RecordedPerson : IDeviceScreen
{
    private TaskCompletionSource<bool>? _review;
    private TaskCompletionSource<string?>? _entry;
    private bool? _early;

    internal List<ScreenReview> Shown { get; } = [];

    internal bool IsAsked => _review is { Task.IsCompleted: false } || _entry is { Task.IsCompleted: false };

    internal void Press(bool approve)
    {
        Assert.That(_review?.Task.IsCompleted, Is.False, "the recording has a press, but the device asks nothing");
        _review!.SetResult(approve);
    }

    /// <summary>A press that comes before its question.</summary>
    internal void PressEarly(bool approve) => _early = approve;

    internal void Type(string? text)
    {
        Assert.That(_entry?.Task.IsCompleted, Is.False, "the recording has typing, but the device asks nothing");
        _entry!.SetResult(text);
    }

    /// <summary>Presses or types, whichever is asked for.</summary>
    internal void AnswerAnything(bool approve)
    {
        if (_review is { Task.IsCompleted: false } review)
        {
            review.SetResult(approve);
        }
        else
        {
            _entry?.TrySetResult(approve ? "1234" : null);
        }
    }

    public async ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        Shown.Add(review);
        if (_early is { } early)
        {
            _early = null;
            return early;
        }

        _review = new TaskCompletionSource<bool>();
        TaskCompletionSource<bool> asked = _review;
        using CancellationTokenRegistration registration = cancellationToken.Register(() => asked.TrySetCanceled(cancellationToken));
        return await asked.Task;
    }

    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        Shown.Add(notice);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken)
    {
        Shown.Add(prompt);
        _entry = new TaskCompletionSource<string?>();
        TaskCompletionSource<string?> asked = _entry;
        using CancellationTokenRegistration registration = cancellationToken.Register(() => asked.TrySetCanceled(cancellationToken));
        return await asked.Task;
    }
}
