namespace HwBridge.Cli.Output;

/// <summary>The JSON of a failure.</summary>
internal sealed record FailureAnswer(FailureDetail Error);
