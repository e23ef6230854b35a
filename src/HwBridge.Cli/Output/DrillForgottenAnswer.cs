namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>drill forget</c>.</summary>
internal sealed record DrillForgottenAnswer(string Id);
