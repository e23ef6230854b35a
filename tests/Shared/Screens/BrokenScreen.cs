using HwBridge.Emulators.Screens;

namespace HwBridge.Shared.Screens;

/// <summary>A screen that fails as a defect would.</summary>
internal sealed class BrokenScreen : IDeviceScreen
{
    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken) => throw new NotSupportedException();
}
