using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>One kind of ButtonRequest: legacy tells its code alone, core also a name and the number of pages.</summary>
internal sealed record ButtonPrompt(ButtonRequestType Legacy, ButtonRequestType Core, string Name, uint Pages = 1)
{
    internal static readonly ButtonPrompt Ping = new(ButtonRequestType.ProtectCall, ButtonRequestType.ProtectCall, "ping");
    internal static readonly ButtonPrompt LoadDevice = new(ButtonRequestType.ProtectCall, ButtonRequestType.Other, "warn_loading_seed");
    internal static readonly ButtonPrompt Passphrase1 = new(ButtonRequestType.Other, ButtonRequestType.Other, "passphrase_host1");
    internal static readonly ButtonPrompt Passphrase2 = new(ButtonRequestType.Other, ButtonRequestType.Other, "passphrase_host2");
    internal static readonly ButtonPrompt Cipher = new(ButtonRequestType.Other, ButtonRequestType.Other, "cipher_key_value");
    internal static readonly ButtonPrompt Ecdh = new(ButtonRequestType.ProtectCall, ButtonRequestType.Other, "confirm_address");
    internal static readonly ButtonPrompt SignIdentity = new(ButtonRequestType.ProtectCall, ButtonRequestType.Other, "sign_identity");
    internal static readonly ButtonPrompt EthereumAddress = new(ButtonRequestType.Address, ButtonRequestType.Address, "show_address");
    internal static readonly ButtonPrompt EthereumKey = new(ButtonRequestType.PublicKey, ButtonRequestType.PublicKey, "show_pubkey");
    internal static readonly ButtonPrompt EthereumTransaction = new(ButtonRequestType.SignTx, ButtonRequestType.SignTx, "confirm_ethereum_tx");
    internal static readonly ButtonPrompt EthereumData = new(ButtonRequestType.SignTx, ButtonRequestType.SignTx, "confirm_data");
    internal static readonly ButtonPrompt EthereumMessage = new(ButtonRequestType.Other, ButtonRequestType.Other, "sign_message");
    internal static readonly ButtonPrompt EthereumWarning = new(ButtonRequestType.ProtectCall, ButtonRequestType.ProtectCall, "warning");
    internal static readonly ButtonPrompt Xpub = new(ButtonRequestType.PublicKey, ButtonRequestType.PublicKey, "show_xpub", Pages: 2);

    // Legacy has no such screens; core has no such requests.
    internal static readonly ButtonPrompt UnusualPath =
        new(ButtonRequestType.UnknownDerivationPath, ButtonRequestType.UnknownDerivationPath, "path_warning");

    // Not recorded: from the newest source.
    internal static readonly ButtonPrompt TypedDataSigner = new(ButtonRequestType.SignTx, ButtonRequestType.SignTx, "confirm_address");
    internal static readonly ButtonPrompt TypedDataDomain = new(ButtonRequestType.Other, ButtonRequestType.Other, "should_show_domain");
    internal static readonly ButtonPrompt TypedDataStruct = new(ButtonRequestType.Other, ButtonRequestType.Other, "should_show_struct");
    internal static readonly ButtonPrompt TypedDataArray = new(ButtonRequestType.Other, ButtonRequestType.Other, "should_show_array");
    internal static readonly ButtonPrompt TypedDataValue = new(ButtonRequestType.Other, ButtonRequestType.Other, "confirm_typed_value");
    internal static readonly ButtonPrompt TypedDataFinal = new(ButtonRequestType.Other, ButtonRequestType.Other, "confirm_typed_data_final");

    internal static readonly ButtonPrompt PinEntry = new(ButtonRequestType.PinEntry, ButtonRequestType.PinEntry, "pin_device");

    internal static readonly ButtonPrompt PassphraseEntry =
        new(ButtonRequestType.PassphraseEntry, ButtonRequestType.PassphraseEntry, "passphrase_device");

    internal static readonly ButtonPrompt SeedCheck =
        new(ButtonRequestType.ProtectCall, ButtonRequestType.ProtectCall, "confirm_seedcheck");

    internal static readonly ButtonPrompt WordCount =
        new(ButtonRequestType.MnemonicWordCount, ButtonRequestType.MnemonicWordCount, "recovery_word_count");

    internal static readonly ButtonPrompt Recovery = new(ButtonRequestType.RecoveryHomepage, ButtonRequestType.RecoveryHomepage, "recovery");
    internal static readonly ButtonPrompt Mnemonic = new(ButtonRequestType.MnemonicInput, ButtonRequestType.MnemonicInput, "mnemonic");
    internal static readonly ButtonPrompt SeedMatches = new(ButtonRequestType.Other, ButtonRequestType.Success, "success_dry_recovery");
    internal static readonly ButtonPrompt SeedDiffers = new(ButtonRequestType.Other, ButtonRequestType.Warning, "warning_dry_recovery");
    internal static readonly ButtonPrompt SeedInvalid = new(ButtonRequestType.Other, ButtonRequestType.Warning, "warning_invalid_seed");

    internal static readonly ButtonPrompt Settings = new(ButtonRequestType.ProtectCall, ButtonRequestType.ProtectCall, "settings");
}
