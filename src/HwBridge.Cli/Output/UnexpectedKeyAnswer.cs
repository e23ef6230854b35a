namespace HwBridge.Cli.Output;

/// <summary>A key that is there but was not expected.</summary>
internal sealed record UnexpectedKeyAnswer(string Pubkey, string? Path);
