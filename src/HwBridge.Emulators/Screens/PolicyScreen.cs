namespace HwBridge.Emulators.Screens;

/// <summary>Answers every review the same way at once, for programs that run without a person.</summary>
/// <param name="approve">The answer.</param>
/// <param name="log">Where each review is written, so that it can be seen; or null.</param>
public sealed class PolicyScreen(bool approve, TextWriter? log = null) : IDeviceScreen
{
    /// <inheritdoc/>
    public ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(review);
        log?.WriteLine(approve ? "  -> approved by policy" : "  -> rejected by policy");
        return ValueTask.FromResult(approve);
    }

    /// <inheritdoc/>
    public ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        Write(notice);
        return ValueTask.CompletedTask;
    }

    private void Write(ScreenReview review)
    {
        foreach (string line in review.Lines)
        {
            log?.WriteLine(line);
        }
    }
}
