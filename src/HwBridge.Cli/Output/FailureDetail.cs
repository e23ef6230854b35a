namespace HwBridge.Cli.Output;

/// <summary>What a failure tells a script.</summary>
/// <param name="Code">The fault's tag.</param>
/// <param name="Exit">The process exit code.</param>
/// <param name="Message">What happened, where.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record FailureDetail(string Code, int Exit, string Message, string Remedy);
