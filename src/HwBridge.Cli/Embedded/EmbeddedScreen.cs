using HwBridge.Emulators.Screens;

namespace HwBridge.Cli.Embedded;

/// <summary>The screen of an embedded device: it approves by itself, and what is to be entered on it is typed at this program's stdin.</summary>
/// <param name="notes">Where it shows what it approves; null with --quiet.</param>
internal sealed class EmbeddedScreen(TextWriter? notes) : IDeviceScreen
{
    private readonly PolicyScreen _policy = new(approve: true, notes);
    private readonly TerminalScreen _keyboard = new(Console.Error, Console.In);

    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken) => _policy.ReviewAsync(review, cancellationToken);

    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken) => _policy.ShowAsync(notice, cancellationToken);

    public ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken) => _keyboard.EnterAsync(prompt, cancellationToken);
}
