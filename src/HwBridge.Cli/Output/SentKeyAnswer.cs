using HwBridge.Backups.Keymanager;

namespace HwBridge.Cli.Output;

/// <summary>What a validator client made of one key: imported, duplicate, error, unknown or unsent.</summary>
internal sealed record SentKeyAnswer(string Pubkey, string? Path, string Status, string? Message)
{
    internal static SentKeyAnswer Of(ImportedKey key) => new(
        key.Validator.PublicKey.ToString(), key.Validator.Path?.ToString(), DeviceAnswer.CamelCase(key.Status), key.Message);
}
