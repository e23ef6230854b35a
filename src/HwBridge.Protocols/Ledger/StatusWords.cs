using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Ledger;

/// <summary>The last two bytes of every answer: what each word means and what to do about it.</summary>
public static class StatusWords
{
    /// <summary>Done.</summary>
    public const ushort Ok = 0x9000;

    /// <summary>The device waits for its PIN; answered to everything.</summary>
    public const ushort Locked = 0x5515;

    /// <summary>Rejected by the person.</summary>
    public const ushort Rejected = 0x6985;

    /// <summary>The app is computing and refuses another APDU.</summary>
    public const ushort Busy = 0x6901;

    /// <summary>Bad data: path, length of a message.</summary>
    public const ushort BadData = 0x6a80;

    /// <summary>Wrong length.</summary>
    public const ushort WrongLength = 0x6a87;

    /// <summary>Wrong P1 or P2.</summary>
    public const ushort WrongParameters = 0x6b00;

    /// <summary>Unknown instruction.</summary>
    public const ushort UnknownInstruction = 0x6d00;

    /// <summary>Unknown class.</summary>
    public const ushort UnknownClass = 0x6e00;

    /// <summary>The path is not one that the app may use.</summary>
    public const ushort ForbiddenPath = 0x6a15;

    /// <summary>The path is too short to tell whether the app may use it.</summary>
    public const ushort ShortPath = 0x6a12;

    /// <summary>A certificate was refused (B006).</summary>
    public const ushort BadCertificate = 0x5720;

    /// <summary>No app is open that knows the command.</summary>
    public const ushort NoApp = 0x6511;

    /// <summary>The dashboard knows no app of this name.</summary>
    public const ushort NoSuchApp = 0x6807;

    /// <summary>Refused on the dashboard.</summary>
    public const ushort RejectedBySystem = 0x5501;

    /// <summary>The command belongs to a signature that was not begun, or comes in the middle of one.</summary>
    public const ushort NotAllowed = 0x6980;

    /// <summary>The app does not know this type of transaction.</summary>
    public const ushort UnknownTransactionType = 0x6501;

    /// <summary>Something that was announced, such as a filter of typed data, did not come.</summary>
    public const ushort MissingReference = 0x6a88;

    /// <summary>OpenPGP: the PIN was wrong.</summary>
    public const ushort WrongPin = 0x6982;

    /// <summary>OpenPGP: the PIN is blocked after three wrong ones.</summary>
    public const ushort BlockedPin = 0x6983;

    /// <summary>OpenPGP: the PIN that the object needs was not verified; also whatever else the app has no word for.</summary>
    public const ushort Unverified = 0x6f00;

    /// <summary>OpenPGP: longer than the object may be.</summary>
    public const ushort TooLong = 0x6700;

    /// <summary>OpenPGP: more of the answer is waiting, as many bytes as the second byte says.</summary>
    public const byte MoreData = 0x61;

    /// <summary>OpenPGP: there is no such record.</summary>
    public const ushort NoSuchRecord = 0x6a82;

    /// <summary>OpenPGP: there is no such object.</summary>
    public const ushort NoSuchObject = 0x6a88;

    private const string OpenEthereum = "Open the Ethereum app on the Ledger, then try again.";
    private const string OpenOpenPgp = "Open the OpenPGP app on the Ledger, then try again.";
    private const string OpenByHand = "Press the buttons yourself: leave the app on the Ledger, open the one that is needed, then try again.";
    private const string UpdateApp = "Update the Ethereum app with the maker's program, then try again.";
    private const string Unlock = "Enter the PIN on the Ledger, open the Ethereum app, then try again.";
    private const string CloseOthers = "Close the other program that uses the Ledger (a wallet, a browser tab), then try again.";
    private const string Replug = "Unplug the Ledger, plug it in again, open the app that is needed, then try again.";

    private const string UpdateOpenPgp = "Update the OpenPGP app with the maker's program (which wipes what it holds), then try again.";
    private const string Unblock =
        "Set a new user PIN with the admin PIN (gpg --card-edit, admin, passwd); a blocked admin PIN only the app's Reset mends, "
        + "which wipes all that it holds.";

    // Rows that name a command come before the word's general row: the first that fits is taken.
    private static readonly Row[] Table =
    [
        new(WrongPin, "OpenPGP VERIFY", Fault.PinInvalid, "the PIN of the OpenPGP app was wrong", "Try again with the right PIN: three wrong ones block it."),
        new(BlockedPin, "OpenPGP VERIFY", Fault.PinInvalid, "the PIN of the OpenPGP app is blocked after three wrong ones", Unblock),
        new(
            BadData,
            "OpenPGP VERIFY",
            Fault.Unsupported,
            "the OpenPGP app does not ask for PINs on its screen",
            "Set its PIN mode to 'Confirm only' or 'On Screen' (on the Ledger: OpenPGP, Settings), then try again."),
        new(
            Unverified,
            "OpenPGP",
            Fault.PinInvalid,
            "the OpenPGP app wants a PIN verified first, and has forgotten that it was",
            "Leave the OpenPGP app open and unlocked for the whole command, then try again."),
        new(TooLong, "OpenPGP PUT DATA", Fault.Unsupported, "the OpenPGP app's object does not take so much", UpdateOpenPgp),
        new(
            0x6285,
            "OpenPGP",
            Fault.Unsupported,
            "the OpenPGP app was terminated",
            "Reset it (on the Ledger: OpenPGP, Settings, Reset), which wipes all that it holds."),
        new(NoSuchObject, "OpenPGP", Fault.Unsupported, "the OpenPGP app does not have this object", UpdateOpenPgp),
        new(NoSuchRecord, "OpenPGP", Fault.Unsupported, "the OpenPGP app does not have this record", UpdateOpenPgp),
        new(WrongParameters, "OpenPGP", Fault.Unsupported, "the OpenPGP app does not know the parameters of the request", UpdateOpenPgp),
        new(UnknownInstruction, "OpenPGP", Fault.Unsupported, "this OpenPGP app does not know the request", UpdateOpenPgp),
        new(UnknownClass, "OpenPGP", Fault.Unsupported, "this OpenPGP app does not know the request", UpdateOpenPgp),
        new(NoApp, "OpenPGP", Fault.WrongApp, "the OpenPGP app is not open", OpenOpenPgp),
        new(
            NoSuchApp,
            "OPEN_APP",
            Fault.WrongApp,
            "the Ledger has no such app",
            "Install it with the maker's program (My Ledger), then try again."),
        new(RejectedBySystem, "OPEN_APP", Fault.UserRejected, "opening the app was rejected on the Ledger", "Agree on the Ledger if you meant it."),
        new(UnknownInstruction, "OPEN_APP", Fault.WrongApp, "this Ledger can't open an app by itself", OpenByHand),
        new(UnknownClass, "OPEN_APP", Fault.WrongApp, "this Ledger can't open an app by itself", OpenByHand),
        new(UnknownClass, "QUIT_APP", Fault.WrongApp, "the app on the Ledger can't be left by itself", OpenByHand),
        new(UnknownInstruction, "QUIT_APP", Fault.WrongApp, "the app on the Ledger can't be left by itself", OpenByHand),
        new(Locked, "OpenPGP", Fault.DeviceLocked, "the Ledger is locked", "Enter the PIN on the Ledger, then try again."),
        new(Locked, null, Fault.DeviceLocked, "the Ledger is locked", Unlock),
        new(WrongPin, null, Fault.DeviceLocked, "the Ledger is locked", Unlock),
        new(Rejected, null, Fault.UserRejected, "rejected on the Ledger", "Approve the request on the Ledger if you meant it."),
        new(Busy, null, Fault.DeviceBusy, "the Ledger is busy with another request", CloseOthers),
        new(0x6f01, null, Fault.DeviceBusy, "another program is talking to the Ledger", CloseOthers),
        new(ForbiddenPath, null, Fault.Unsupported, "the Ethereum app may not use this path", "Use a path under m/44'/60'."),
        new(ShortPath, null, Fault.Unsupported, "the path is too short for the Ethereum app", "Use a path under m/44'/60'."),
        new(
            BadData,
            "GET_ETH2_PUBLIC_KEY",
            Fault.Unsupported,
            "the Ethereum app refuses this path",
            "Use a path under m/12381/3600 of at most ten elements."),
        new(BadData, "PERFORM_PRIVACY_OPERATION", Fault.Unsupported, "the Ethereum app refuses this path", "Use a path under m/44'/60'."),
        new(
            BadData,
            "SIGN (E004)",
            Fault.Unsupported,
            "the Ethereum app refuses this transaction, which it can't show in words",
            "Only if you trust this computer: switch on 'Blind signing' in the app's settings on the Ledger, then try again. A deposit "
            + "with 0x01 or 0x02 credentials needs 'Debug contracts' too."),
        new(
            BadData,
            "SIGN_EIP_712_MESSAGE",
            Fault.Unsupported,
            "the Ethereum app refuses this typed data, which it shows only in part",
            "Only if you trust this computer: switch on 'Blind signing' in the app's settings on the Ledger, then try again."),
        new(BadData, null, Fault.Unsupported, "the Ethereum app refuses the data of the request", UpdateApp),
        new(
            NotAllowed,
            null,
            Fault.DeviceBusy,
            "the Ledger was in the middle of another signature",
            CloseOthers),
        new(
            UnknownTransactionType,
            null,
            Fault.Unsupported,
            "the Ethereum app does not know this type of transaction",
            UpdateApp),
        new(
            WrongLength,
            "PERFORM_PRIVACY_OPERATION",
            Fault.Unsupported,
            "the Ethereum app refuses the length of the peer's key",
            UpdateApp),
        new(WrongLength, null, Fault.Unsupported, "the Ethereum app refuses the length of the request", UpdateApp),
        new(WrongParameters, null, Fault.Unsupported, "the Ethereum app does not know the parameters of the request", UpdateApp),
        new(UnknownInstruction, "PERFORM_PRIVACY_OPERATION", Fault.Unsupported, "this Ethereum app can't compute X25519", UpdateApp),
        new(UnknownInstruction, "GET_ETH2_PUBLIC_KEY", Fault.Unsupported, "this Ethereum app can't derive validator keys", UpdateApp),
        new(UnknownInstruction, null, Fault.Unsupported, "the app on the Ledger does not know the request", UpdateApp),
        new(UnknownClass, null, Fault.WrongApp, "the app on the Ledger is not the Ethereum app", OpenEthereum),
        new(0x6804, null, Fault.WrongApp, "the Ethereum app is not open, or the Ledger is locked", Unlock),
        new(NoApp, null, Fault.WrongApp, "the Ethereum app is not open", OpenEthereum),
        new(0x650f, null, Fault.WrongApp, "the Ethereum app is not open", OpenEthereum),
        new(0x6e01, null, Fault.WrongApp, "the Ethereum app is not open", OpenEthereum),
        new(0x6d02, null, Fault.WrongApp, "the Ethereum app is not open", OpenEthereum),
        new(Unverified, null, Fault.Protocol, "the app on the Ledger failed", Replug),
        new(0x6faa, null, Fault.Protocol, "the Ledger halted", Replug),
    ];

    /// <summary>The words that an app other than Ethereum, or the dashboard, may answer: B001 tells which it is.</summary>
    public static bool MayBeAnotherApp(ushort word) =>
        word is UnknownInstruction or UnknownClass or 0x6804 or NoApp or 0x650f or 0x6e01 or 0x6d02;

    /// <summary>The fault that a word other than 9000 stands for.</summary>
    /// <param name="word">The status word.</param>
    /// <param name="command">The command's name; shown, and it selects the row where a word means several things.</param>
    public static FaultException ToFault(ushort word, string command)
    {
        foreach (Row row in Table)
        {
            if (row.Word == word && (row.Command is null || command.StartsWith(row.Command, StringComparison.Ordinal)))
            {
                return new FaultException(row.Fault, $"{row.Cause} (status {word:x4} to {command})", row.Remedy);
            }
        }

        return new FaultException(Fault.Protocol, $"the Ledger answered {command} with the unknown status {word:x4}", Replug);
    }

    /// <summary>The fault that B001 proves: another app than the wanted one, or the dashboard, is open.</summary>
    public static FaultException AnotherApp(AppInfo app, string wanted = EthereumApp.Name) => new(
        Fault.WrongApp,
        $"the app open on the Ledger is {app.Name} {app.Version}, not {wanted}",
        wanted == EthereumApp.Name ? OpenEthereum : OpenOpenPgp);

    private sealed record Row(ushort Word, string? Command, Fault Fault, string Cause, string Remedy);
}
