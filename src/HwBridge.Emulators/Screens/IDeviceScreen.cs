namespace HwBridge.Emulators.Screens;

/// <summary>The screen and the buttons of a software device: who approves, and how the question reaches them.</summary>
/// <remarks>Every implementation that shows anything shows <see cref="ScreenReview.Banner"/> first.</remarks>
public interface IDeviceScreen
{
    /// <summary>Shows one review and waits for the answer.</summary>
    /// <returns>True for approve, false for reject.</returns>
    /// <exception cref="OperationCanceledException">The review left the screen: its request was cancelled or replaced.</exception>
    ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken);
}
