using System.Text.Json;

namespace HwBridge.Shared.Ledger;

/// <summary>One file of protocols/ledger/vectors: what the makers' own app answered, APDU by APDU.</summary>
internal sealed record LedgerRecording(string Name, string Mnemonic, IReadOnlyList<LedgerExchange> Exchanges, JsonElement Root)
{
    /// <summary>Every recording of APDUs.</summary>
    internal static readonly string[] Names =
    [
        "age_identity_default", "apdu_while_computing_default", "apdu_while_pending_default", "errors_default", "eth2_pubkey_default",
        "get_public_key_default", "models_flex_default", "models_nanox_default", "models_stax_default", "privacy_operation_default",
        "set_eth2_withdrawal_index",
    ];

    internal static LedgerRecording Load(string name)
    {
        JsonElement root = LoadJson(name);
        return new LedgerRecording(
            name,
            root.GetProperty("mnemonic").GetString()!,
            [.. root.GetProperty("exchanges").EnumerateArray().Select(LedgerExchange.Read)],
            root);
    }

    internal static JsonElement LoadJson(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), $"{name}.json"))).RootElement;

    private static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln"), "protocols", "ledger", "vectors");
    }
}
