namespace HwBridge.Cli.Output;

/// <summary>A keystore that was written and decrypted again.</summary>
internal sealed record RestoredKeystoreAnswer(string File, string Pubkey, string? Path);
