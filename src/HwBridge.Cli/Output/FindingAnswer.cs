namespace HwBridge.Cli.Output;

/// <summary>One finding in the JSON of <c>doctor</c>.</summary>
internal sealed record FindingAnswer(string Status, string Check, string Message, string? Remedy);
