namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup refresh</c> that only looks.</summary>
/// <param name="File">The backup.</param>
/// <param name="Result"><c>current</c> or <c>outdated</c>.</param>
/// <param name="Outdated">What was made otherwise than today: <c>digest</c>, <c>tags</c>, <c>padding</c>, <c>passphraseWork</c>.</param>
internal sealed record BackupOutdatedAnswer(string File, string Result, IReadOnlyList<string> Outdated);
