namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>drill run</c>.</summary>
internal sealed record DrillRunAnswer(string Result, int Expected, IReadOnlyList<DrillAnswer> Drills);
