using HwBridge.Emulators.Screens;

namespace HwBridge.Cli.Embedded;

/// <summary>The screen of an embedded device: it approves by itself, and what is to be entered on it is typed at this program's stdin.</summary>
/// <param name="notes">Where it shows what it approves; null with --quiet.</param>
internal sealed class EmbeddedScreen(TextWriter? notes) : IDeviceScreen
{
    private readonly PolicyScreen _policy = new(approve: true, notes);
    private TerminalScreen? _keyboard;

    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken) => _policy.ReviewAsync(review, cancellationToken);

    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken) => _policy.ShowAsync(notice, cancellationToken);

    public ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken)
    {
        // Only now: the runtime's console takes its time, and changes what a terminal does.
        _keyboard ??= new TerminalScreen(Console.Error, Console.In);
        return _keyboard.EnterAsync(prompt, cancellationToken);
    }
}
