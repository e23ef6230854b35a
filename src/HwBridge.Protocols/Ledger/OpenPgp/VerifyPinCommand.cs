namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>
/// EF20: the device asks on its own screen for a PIN, or for a yes where its PIN mode is "Confirm only". The PIN never
/// comes to the computer.
/// </summary>
/// <param name="Pin">Which.</param>
public readonly record struct VerifyPinCommand(OpenPgpPin Pin) : ILedgerCommand<OpenPgpPin>
{
    /// <inheritdoc/>
    public string Name => "OpenPGP VERIFY (EF20)";

    /// <inheritdoc/>
    public string App => OpenPgpApp.Name;

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(OpenPgpApp.PinPadCla, OpenPgpApp.Verify, 0, (byte)Pin, []).Encode(apdu);

    /// <summary>Nothing but the status: the PIN that is verified now, until the app is left.</summary>
    /// <inheritdoc/>
    public OpenPgpPin Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 0);
        return Pin;
    }
}
