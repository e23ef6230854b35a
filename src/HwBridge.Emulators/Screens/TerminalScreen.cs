namespace HwBridge.Emulators.Screens;

/// <summary>Shows each review at a terminal and takes <c>y</c> for approve; any other line rejects.</summary>
/// <param name="output">Where reviews are written.</param>
/// <param name="input">Where answers are read, a line each; at its end every review is rejected.</param>
public sealed class TerminalScreen(TextWriter output, TextReader input) : IDeviceScreen
{
    private Task<string?>? _line;

    /// <inheritdoc/>
    public async ValueTask<bool> ReviewAsync(ScreenReview review, CancellationToken cancellationToken) =>
        (await AskAsync(review, "approve? [y/N]", cancellationToken).ConfigureAwait(false))?.Trim() is "y" or "Y" or "yes";

    /// <inheritdoc/>
    public async ValueTask ShowAsync(ScreenReview notice, CancellationToken cancellationToken)
    {
        foreach (string line in notice.Lines)
        {
            await output.WriteLineAsync(line).ConfigureAwait(false);
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<string?> EnterAsync(ScreenReview prompt, CancellationToken cancellationToken) =>
        await AskAsync(prompt, ">", cancellationToken).ConfigureAwait(false);

    private async ValueTask<string?> AskAsync(ScreenReview review, string question, CancellationToken cancellationToken)
    {
        await ShowAsync(review, cancellationToken).ConfigureAwait(false);
        await output.WriteAsync($"  {question} ").ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);

        // A console read can't be cancelled: one that a withdrawn review left behind serves the next review.
        _line ??= Task.Run(input.ReadLine, CancellationToken.None);
        string? answer = await _line.WaitAsync(cancellationToken).ConfigureAwait(false);
        _line = null;
        return answer;
    }
}
