namespace HwBridge.EndToEnd;

/// <summary>One command of a story and what it must print.</summary>
/// <param name="Line">The line of the file, for messages.</param>
/// <param name="Command">The shell command.</param>
/// <param name="Expected">The lines of stdout and stderr together; … stands for any text, alone on a line for any lines.</param>
/// <param name="ExitCode">What the command must return.</param>
internal sealed record StoryStep(int Line, string Command, IReadOnlyList<string> Expected, int ExitCode)
{
    /// <summary>A command that goes on in the background until the story ends.</summary>
    internal bool InBackground => Command.EndsWith('&');
}
