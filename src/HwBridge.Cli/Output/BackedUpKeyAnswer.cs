namespace HwBridge.Cli.Output;

/// <summary>A key inside a new backup.</summary>
internal sealed record BackedUpKeyAnswer(string Pubkey, string? Path);
