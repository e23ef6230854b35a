namespace HwBridge.Cli.Output;

/// <summary>What was found of one copy.</summary>
internal sealed record CopyAnswer(string File, string Status, string? Sha256, string? Cause, IReadOnlyList<CopyRecipientAnswer> Recipients);
