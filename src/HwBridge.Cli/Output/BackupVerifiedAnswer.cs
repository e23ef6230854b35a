namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup verify</c>.</summary>
internal sealed record BackupVerifiedAnswer(string Result, IReadOnlyList<CopyAnswer> Copies);
