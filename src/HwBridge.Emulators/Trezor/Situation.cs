using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>Why a request is refused, and the Failure that each firmware sends then, code and text as recorded.</summary>
/// <remarks>
/// The recorded legacy firmware is a debug build, which puts the place in its source before the text. Where no recording shows a
/// situation the text stands without a place, as in a released build.
/// </remarks>
internal sealed record Situation(Refusal Legacy, Refusal Core)
{
    private const string ByUser = "Action cancelled by user";
    private static readonly Refusal CoreCancelled = new(FailureType.ActionCancelled, "Cancelled");
    private static readonly Refusal CoreUnexpected = new(FailureType.UnexpectedMessage, "Unexpected message");

    internal static readonly Situation UnknownMessage =
        new(new(FailureType.UnexpectedMessage, "messages.c:257:Unknown message"), CoreUnexpected);

    internal static readonly Situation NotInRecovery =
        new(new(FailureType.UnexpectedMessage, "recovery.c:584:Not in Recovery mode"), CoreUnexpected);

    internal static readonly Situation NotSigning =
        new(new(FailureType.UnexpectedMessage, "ethereum.c:1031:Not in Ethereum signing mode"), CoreUnexpected);

    internal static readonly Situation NothingToCancel =
        new(new(FailureType.ActionCancelled, $"fsm_msg_common.h:362:{ByUser}"), CoreCancelled);

    internal static readonly Situation PingRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_common.h:139:{ByUser}"), CoreCancelled);

    internal static readonly Situation LoadRejected = new(new(FailureType.ActionCancelled, ByUser), CoreCancelled);

    internal static readonly Situation AlreadyInitialized = new(
        new(FailureType.UnexpectedMessage, "Device is already initialized. Use Wipe first."),
        new(FailureType.UnexpectedMessage, "Already initialized"));

    internal static readonly Situation BadMnemonic = new(
        new(FailureType.DataError, "Mnemonic with wrong checksum provided"),
        new(FailureType.ProcessError, "Mnemonic is not valid"));

    internal static readonly Situation InvalidSession = new(
        new(FailureType.InvalidSession, "config.c:585:Invalid session"),
        new(FailureType.InvalidSession, "Invalid session"));

    internal static readonly Situation PassphraseRejected1 =
        new(new(FailureType.ActionCancelled, "config.c:612:Passphrase dismissed"), CoreCancelled);

    internal static readonly Situation PassphraseRejected2 =
        new(new(FailureType.ActionCancelled, "config.c:621:Passphrase dismissed"), CoreCancelled);

    internal static readonly Situation PassphraseCancelled =
        new(new(FailureType.ActionCancelled, $"protect.c:408:{ByUser}"), CoreCancelled);

    internal static readonly Situation PassphraseMissing = new(
        new(FailureType.DataError, "protect.c:393:No passphrase provided. Use empty string to set an empty passphrase."),
        new(FailureType.DataError, "Passphrase not provided and on_device is False. Use empty string to set an empty passphrase."));

    internal static readonly Situation PassphraseOnDevice = new(
        new(FailureType.DataError, "protect.c:386:This firmware is incapable of passphrase entry on the device."),
        new(FailureType.DataError, "Passphrase provided when it should not be"));

    internal static readonly Situation PinCancelled = new(
        new(FailureType.PinCancelled, "protect.c:226:PIN cancelled"),
        new(FailureType.PinCancelled, "PIN entry cancelled"));

    internal static readonly Situation PinInvalid = new(
        new(FailureType.PinInvalid, "protect.c:233:PIN invalid"),
        new(FailureType.PinInvalid, "PIN invalid"));

    internal static readonly Situation PinMismatch = new(
        new(FailureType.PinMismatch, "PIN mismatch"),
        new(FailureType.PinMismatch, "PIN mismatch"));

    internal static readonly Situation ChangePinRejected = new(new(FailureType.ActionCancelled, ByUser), CoreCancelled);

    internal static readonly Situation UnsupportedSafetyChecks = new(
        new(FailureType.ProcessError, "fsm_msg_common.h:464:Unsupported safety-checks setting"),
        CoreUnexpected);

    internal static readonly Situation NoSettings = new(new(FailureType.DataError, "No setting provided"), CoreUnexpected);

    internal static readonly Situation SettingsRejected = new(new(FailureType.ActionCancelled, ByUser), CoreCancelled);

    internal static readonly Situation RecoveryOfOwner = new(
        new(FailureType.UnexpectedMessage, "fsm_msg_common.h:511:Device is already initialized. Use Wipe first."),
        new(FailureType.UnexpectedMessage, "Already initialized"));

    internal static readonly Situation RecoveryRepeatsBackup =
        new(new(FailureType.DataError, "fsm_msg_common.h:503:UnlockRepeatedBackup not supported"), CoreUnexpected);

    internal static readonly Situation RecoveryForbiddenField = new(
        new(FailureType.DataError, "fsm_msg_common.h:514:Forbidden field set in dry-run"),
        new(FailureType.ProcessError, "Forbidden field set in dry-run"));

    internal static readonly Situation RecoveryWordCount =
        new(new(FailureType.DataError, "fsm_msg_common.h:520:Invalid word count"), CoreUnexpected);

    internal static readonly Situation RecoveryNeedsMatrix =
        new(new(FailureType.DataError, "recovery.c:484:Advanced recovery must be used."), CoreUnexpected);

    internal static readonly Situation RecoveryUnenforced = new(
        new(FailureType.DataError, ""),
        new(FailureType.ProcessError, "Value enforce_wordlist must be True, Trezor Core enforces words automatically."));

    internal static readonly Situation SeedCheckRejected = new(new(FailureType.ActionCancelled, ByUser), CoreCancelled);

    internal static readonly Situation WordUnknown =
        new(new(FailureType.DataError, "recovery.c:553:Word not found in a wordlist"), CoreUnexpected);

    internal static readonly Situation SeedDiffers = new(
        new(FailureType.DataError, "recovery.c:202:The seed is valid but does not match the one in the device"),
        new(FailureType.ProcessError, "The seed does not match the one in the device"));

    // A Model T asks again instead.
    internal static readonly Situation SeedInvalid =
        new(new(FailureType.DataError, "recovery.c:217:Invalid seed, are words in correct order?"), CoreUnexpected);

    internal static readonly Situation RecoveryWithoutSeed = WithoutSeed("fsm_msg_common.h:513:");
    internal static readonly Situation PublicKeyWithoutSeed = WithoutSeed("fsm_msg_coin.h:30:");
    internal static readonly Situation CipherWithoutSeed = WithoutSeed("fsm_msg_crypto.h:21:");
    internal static readonly Situation EthereumWithoutSeed = WithoutSeed("fsm_msg_ethereum.h:180:");
    internal static readonly Situation OtherWithoutSeed = WithoutSeed("");

    internal static readonly Situation PublicKeyRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_coin.h:154:{ByUser}"), CoreCancelled);

    internal static readonly Situation UnsupportedCurve = new(
        new(FailureType.NotInitialized, "config.c:713:Unsupported curve"),
        new(FailureType.FirmwareError, "Failed to derive the root node"));

    internal static readonly Situation UnhardenedEd25519 = new(
        new(FailureType.ProcessError, "fsm.c:270:Failed to derive private key"),
        new(FailureType.DataError, "Non-hardened paths unsupported on Ed25519"));

    internal static readonly Situation UnhardenedCurve25519 = new(
        new(FailureType.ProcessError, "fsm.c:270:Failed to derive private key"),
        new(FailureType.FirmwareError, "Failed to derive path"));

    internal static readonly Situation InvalidCoin = new(
        new(FailureType.DataError, "Invalid coin name"),
        new(FailureType.DataError, "Unsupported coin type."));

    internal static readonly Situation CipherBadLength = new(
        new(FailureType.DataError, "fsm_msg_crypto.h:23:Value length must be a multiple of 16"),
        new(FailureType.DataError, "Value length must be a multiple of 16"));

    internal static readonly Situation CipherRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_crypto.h:38:{ByUser}"), CoreCancelled);

    internal static readonly Situation EcdhRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_crypto.h:192:{ByUser}"), CoreCancelled);

    internal static readonly Situation EcdhNoPrefix = Ecdh(FailureType.DataError, "Curve25519 public key should start with 0x40");
    internal static readonly Situation EcdhEmptyPeer = Ecdh(FailureType.FirmwareError, "bytes index out of range");
    internal static readonly Situation EcdhPeerLength = Ecdh(FailureType.FirmwareError, "Invalid length of public key");
    internal static readonly Situation EcdhPeerPoint = Ecdh(FailureType.FirmwareError, "Multiply failed");
    internal static readonly Situation EcdhEd25519 = Ecdh(FailureType.DataError, "Unsupported curve for ECDH: ed25519");

    internal static readonly Situation SignIdentityRejected = new(new(FailureType.ActionCancelled, ByUser), CoreCancelled);

    internal static readonly Situation SignIdentityFailed = new(
        new(FailureType.ProcessError, "fsm_msg_crypto.h:177:Error signing identity"),
        new(FailureType.DataError, "Unknown curve"));

    internal static readonly Situation EthereumForbiddenPath = new(
        new(FailureType.DataError, "fsm_msg_ethereum.h:28:Forbidden key path"),
        new(FailureType.DataError, "Forbidden key path"));

    internal static readonly Situation EthereumAddressRejected =
        new(new(FailureType.ActionCancelled, $"fsm.c:364:{ByUser}"), CoreCancelled);

    internal static readonly Situation EthereumKeyRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_ethereum.h:105:{ByUser}"), CoreCancelled);

    internal static readonly Situation EthereumSigningWithoutSeed = WithoutSeed("");

    internal static readonly Situation UnsafeTransaction = new(
        new(FailureType.DataError, "ethereum.c:595:Safety check failed"),
        new(FailureType.DataError, "Safety check failed"));

    internal static readonly Situation TooMuchData = new(
        new(FailureType.DataError, "ethereum.c:1038:Too much data"),
        new(FailureType.DataError, "Requested data size exceeds limit"));

    internal static readonly Situation EmptyData = new(
        new(FailureType.DataError, "ethereum.c:1044:Empty data chunk received"),
        new(FailureType.DataError, "Empty data chunk received"));

    internal static readonly Situation TransactionRejected =
        new(new(FailureType.ActionCancelled, $"ethereum.c:768:{ByUser}"), CoreCancelled);

    internal static readonly Situation FeeRejected =
        new(new(FailureType.ActionCancelled, $"ethereum.c:970:{ByUser}"), CoreCancelled);

    internal static readonly Situation MessageRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_ethereum.h:282:{ByUser}"), CoreCancelled);

    internal static readonly Situation TypedHashLength =
        new(new(FailureType.DataError, "fsm_msg_ethereum.h:338:Invalid hash length"), CoreUnexpected);

    internal static readonly Situation TypedDataRejected =
        new(new(FailureType.ActionCancelled, $"fsm_msg_ethereum.h:388:{ByUser}"), CoreCancelled);

    internal static readonly Situation TypedDataInvalid =
        new(new(FailureType.DataError, "Invalid typed data"), new(FailureType.DataError, "Invalid typed data"));

    private static Situation WithoutSeed(string place) => new(
        new(FailureType.NotInitialized, $"{place}Device not initialized"),
        new(FailureType.NotInitialized, "Device is not initialized"));

    private static Situation Ecdh(FailureType code, string core) =>
        new(new(FailureType.ProcessError, "fsm_msg_crypto.h:241:Error getting ECDH session key"), new(code, core));
}
