using System.Text.Json;

namespace HwBridge.Shared.Ledger;

/// <summary>One file of protocols/ledger/vectors: what the makers' own app answered, APDU by APDU.</summary>
internal sealed record LedgerRecording(string Name, string Mnemonic, IReadOnlyList<LedgerExchange> Exchanges, JsonElement Root)
{
    /// <summary>Every recording of the signing commands.</summary>
    internal static readonly string[] SigningNames =
    [
        "eip712_v0_default", "personal_sign_default", "sign_blind_default", "sign_blind_reject_at_review_default",
        "sign_deposit_debug_contracts_default", "sign_deposit_default", "sign_eip7002_eip7251_default", "sign_tx_chunking_default",
        "sign_tx_transfer_default",
    ];

    /// <summary>Every recording of APDUs.</summary>
    internal static readonly string[] Names =
    [
        "age_identity_default", "apdu_while_computing_default", "apdu_while_pending_default", "errors_default", "eth2_pubkey_default",
        "get_public_key_default", "models_flex_default", "models_nanox_default", "models_stax_default", "privacy_operation_default",
        "set_eth2_withdrawal_index", .. SigningNames,
    ];

    /// <summary>Every recording of the OpenPGP app.</summary>
    internal static readonly string[] OpenPgpNames =
    [
        "openpgp_access", "openpgp_cert_1511_get_crash", "openpgp_cert_7f21_capacity", "openpgp_cert_7f21_over",
        "openpgp_cert_overflow_crash", "openpgp_chain_interrupted", "openpgp_extended_length", "openpgp_pin",
        "openpgp_private_do_capacity", "openpgp_store_read_persist",
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
