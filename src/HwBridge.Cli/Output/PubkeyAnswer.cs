namespace HwBridge.Cli.Output;

/// <summary>One row of <c>pubkeys</c>.</summary>
internal sealed record PubkeyAnswer(uint? Index, string Path, string Pubkey, string Origin, bool ConfirmedOnDevice);
