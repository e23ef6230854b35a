namespace HwBridge.Emulators.Screens;

/// <summary>The screen and the buttons of a software device: who approves, and how the question reaches them.</summary>
/// <remarks>Every implementation that shows anything shows <see cref="ScreenReview.Banner"/> first.</remarks>
public interface IDeviceScreen
{
    /// <summary>Shows one review and waits for the answer.</summary>
    /// <returns>True for approve, false for reject.</returns>
    /// <exception cref="OperationCanceledException">The review left the screen: its request was cancelled or replaced.</exception>
    ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken);

    /// <summary>Shows something that needs no answer, such as a shuffled PIN keypad; it stays until the next screen.</summary>
    ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Has the person type on the device itself: a PIN or a passphrase. A screen without a keyboard cancels.</summary>
    /// <returns>What was typed; null when the person cancelled.</returns>
    /// <exception cref="OperationCanceledException">The question left the screen: its request was cancelled or replaced.</exception>
    ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);
}
