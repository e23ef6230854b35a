namespace HwBridge.Cli.Output;

/// <summary>What the device said of the words that it was given (<c>check --seed</c>): <c>match</c> or <c>mismatch</c>, and its own sentence.</summary>
internal sealed record CheckedSeedAnswer(string Result, string Said)
{
    internal void Write(TextWriter text)
    {
        text.WriteLine($"seed {Result}: the device says \"{Said}\"");
        if (Result == CheckAnswer.Mismatch)
        {
            text.WriteLine("  Look for a wrong word, a wrong order, or the words of another wallet; throw none away before one set matches.");
        }
    }
}
