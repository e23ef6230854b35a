using System.CommandLine;

namespace HwBridge.Cli.Commands;

/// <summary>The option that names the keys which a wallet or a backup must give.</summary>
internal static class ExpectedKeyOptions
{
    internal static Option<string[]> Expect(bool required = true) => new("--expect")
    {
        Description = "deposit_data-*.json, EIP-2335 keystores or a folder of them, a list of public keys, or the JSON of pubkeys",
        HelpName = "FILE_OR_DIR",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
    };
}
