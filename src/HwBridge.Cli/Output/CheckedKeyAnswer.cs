namespace HwBridge.Cli.Output;

/// <summary>What <c>check</c> found of one expected key.</summary>
internal sealed record CheckedKeyAnswer(string Pubkey, string? Path, uint? Index, string Status, string Source, string? Found);
